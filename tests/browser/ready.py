"""Size of a page, and time from the start of its navigation until its first screen is made: ready.py
PAGE [TIMES]. The median of as many loads, each in a fresh tab of a headless Chromium."""

import os
import statistics
import sys

from browser import Browser


def ready_ms(browser, path):
    page = browser.open(path, watched=False)
    page.wait("document.documentElement.dataset.ready === 'yes'", what="the page is ready")
    time_ms = page.js("performance.getEntriesByName('ready')[0].startTime")
    page.close()
    return time_ms


def main(path, times=5):
    with Browser() as browser:
        found = [ready_ms(browser, path) for _ in range(int(times))]
    print(f"{path}: {os.path.getsize(path) / 1e6:.2f} MB, ready in {statistics.median(found):.0f} ms"
          f" (median of {len(found)}: {', '.join(f'{one:.0f}' for one in sorted(found))})")


if __name__ == "__main__":
    main(*sys.argv[1:])
