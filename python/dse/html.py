"""Tables and pictures for notebooks: HTML and SVG without other packages."""

import math
from html import escape

_ROWS_SHOWN = 20
_COLOURS = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f"]


def cell(value):
    """A value as people read it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _grid(heads, rows):
    lines = ["<table><thead><tr>"]
    lines += [f"<th>{escape(head)}</th>" for head in heads]
    lines.append("</tr></thead><tbody>")
    for row in rows:
        lines.append("<tr>" + "".join(f"<td>{escape(cell(v))}</td>" for v in row) + "</tr>")
    lines.append("</tbody></table>")
    return "".join(lines)


def table(columns):
    """A Table: its first rows."""
    units = columns.units
    heads = [f"{n} ({units[n]})" if units.get(n, "1") not in ("1", "") else n for n in columns]
    first = [c[:_ROWS_SHOWN] for c in columns.values()]
    first = [c.tolist() if hasattr(c, "tolist") else c for c in first]
    more = columns.n - _ROWS_SHOWN
    return _grid(heads, zip(*first)) + (f"<p>and {more} more rows</p>" if more > 0 else "")


def result(r):
    """A Result: verdict and metrics."""
    parts = ", ".join(str(r.parameters.get(p)) for p in ("model", "chip", "engine"))
    head = f"<p><b>{escape(parts)}</b>: {escape(r.verdict)} {escape(r.reason or '')}</p>"
    return head + _grid(["metric", "value"], [(k, v) for k, v in r.items() if v is not None])


class Picture:
    """An SVG picture: shown by notebooks, `save` writes it."""

    def __init__(self, svg):
        self.svg = svg

    def save(self, path):
        with open(path, "w", encoding="utf-8") as out:
            out.write(self.svg)

    def _repr_svg_(self):
        return self.svg

    def __repr__(self):
        return "<Picture>"


def _step(span):
    """A round distance between about five ticks."""
    step = 10 ** math.floor(math.log10(span / 4))
    return next(step * k for k in (1, 2, 5, 10) if span / (step * k) <= 5)


def _axis(values):
    low, high = min(values), max(values)
    if low == high:
        low, high = low - abs(low) / 2 - 0.5, high + abs(high) / 2 + 0.5
    step = _step(high - low)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, last * step, [k * step for k in range(first, last + 1)]


def _short(value):
    for prefix, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            return f"{value / size:.4g} {prefix}"
    return f"{value:.4g}"


def scatter(columns, x, y, colour=None):
    """Column y over column x of a Table, as a Picture."""
    points = [
        (a, b, c)
        for a, b, c in zip(columns[x], columns[y], columns[colour] if colour else columns[x])
        if math.isfinite(a) and math.isfinite(b)
    ]
    if not points:
        return Picture('<svg xmlns="http://www.w3.org/2000/svg" width="560" height="360"></svg>')
    x0, x1, x_ticks = _axis([p[0] for p in points])
    y0, y1, y_ticks = _axis([p[1] for p in points])
    left, top, width, height = 80, 16, 440, 290

    def at(a, b):
        return left + (a - x0) / (x1 - x0) * width, top + height - (b - y0) / (y1 - y0) * height

    def label(name):
        unit = columns.units.get(name, "")
        return escape(f"{name} ({unit})" if unit not in ("", "1") else name)

    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="560" height="360" '
        'font-family="sans-serif" font-size="11"><rect width="560" height="360" fill="white"/>'
    ]
    for tick in x_ticks:
        px = at(tick, y0)[0]
        out.append(f'<path d="M{px:.1f} {top}V{top + height}" stroke="#ddd"/>')
        out.append(f'<text x="{px:.1f}" y="{top + height + 15}" text-anchor="middle">{_short(tick)}</text>')
    for tick in y_ticks:
        py = at(x0, tick)[1]
        out.append(f'<path d="M{left} {py:.1f}H{left + width}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 6}" y="{py + 4:.1f}" text-anchor="end">{_short(tick)}</text>')
    kinds = list(dict.fromkeys(p[2] for p in points)) if colour else []
    for a, b, c in points:
        px, py = at(a, b)
        fill = _COLOURS[kinds.index(c) % len(_COLOURS)] if colour else _COLOURS[0]
        title = escape(f"{x} {cell(a)}, {y} {cell(b)}" + (f", {c}" if colour else ""))
        out.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{fill}"><title>{title}</title></circle>')
    for i, kind in enumerate(kinds[: len(_COLOURS)]):
        out.append(f'<circle cx="{left + 12}" cy="{top + 12 + 15 * i}" r="4" fill="{_COLOURS[i]}"/>')
        out.append(f'<text x="{left + 20}" y="{top + 16 + 15 * i}">{escape(cell(kind))}</text>')
    out.append(f'<text x="{left + width / 2}" y="350" text-anchor="middle">{label(x)}</text>')
    middle = top + height / 2
    out.append(
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{label(y)}</text></svg>'
    )
    return Picture("".join(out))
