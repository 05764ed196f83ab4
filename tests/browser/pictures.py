"""Pictures of the live page: pictures.py PAGE FOLDER writes those of README.md and docs/,
pictures.py PAGE FOLDER all writes each view at three widths and the first screen in dark."""

import os
import sys

from browser import Browser
from tasks import WIDTHS, cell, go, go_everywhere, set_value, settled, views

QUALITY = 60  # of WebP: text stays sharp


def shoot(page, folder, name, selector=None):
    page.js("""[...document.querySelectorAll('#views *')].filter(one => !one.closest('table') &&
        getComputedStyle(one).position === 'sticky').forEach(one => { one.style.position = 'static'; })""")
    path = os.path.join(folder, name + ".webp")
    page.screenshot(path, selector, quality=QUALITY)
    print(path, os.path.getsize(path))


def every_view(browser, path, folder):
    for width in WIDTHS:
        page = browser.open(path, width=width)
        go_everywhere(page)
        shoot(page, folder, f"page-{width}")
        for view in views(page):
            shoot(page, folder, f"{view}-{width}", f"#{view}")
        page.close()
    page = browser.open(path, prefers_color_scheme="dark")
    go_everywhere(page)
    shoot(page, folder, "page-dark")


def documented(browser, path, folder):
    """The first screen with a cell pointed at; the parallel coordinates, filtered; a changed price."""
    page = browser.open(path, width=1200, height=720)
    go(page, "map")
    page.js("scrollTo({top: 0, behavior: 'instant'})")
    page.move(*page.js("""(r => [r.x + r.width / 2, r.y + r.height / 2])
        (document.querySelector($0).getBoundingClientRect())""", cell("deepseek-r1", 5, "the best engine")))
    path = os.path.join(folder, "map.webp")
    page.screenshot(path, window=True, quality=QUALITY)
    print(path, os.path.getsize(path))
    page.move(5, 5)
    go(page, "filters")
    go(page, "parallel")
    x, y, height = page.js("""(r => [r.x + r.width / 2, r.y, r.height])
        (document.querySelectorAll('#parallel line.along')[1].getBoundingClientRect())""")
    page.drag(x, y + 0.5 * height, x, y - 20)
    page.move(5, 5)
    shoot(page, folder, "parallel", "#parallel")
    if "what-if" in views(page):
        go(page, "what-if")
        set_value(page, "prices.engine_premium", "3")
        settled(page)
        page.move(5, 5)
        shoot(page, folder, "what-if", "#what-if")


def main(path, folder, which="documented"):
    os.makedirs(folder, exist_ok=True)
    with Browser() as browser:
        (every_view if which == "all" else documented)(browser, path, folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
