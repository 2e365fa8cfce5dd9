# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Figures as SVG, from numbers alone."""
import html
import math

COLOURS = ("#0b62a4", "#c4460a", "#2a7d2e", "#7a3b9e", "#8a6d00", "#00777d", "#a3124a", "#555555")
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 360, 70, 34, 150, 48


def ticks(low, high):
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step *= next(f for f in (1, 2, 5, 10) if (high - low) / (step * f) <= 6)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


class Plot:
    """Series of points (x, y, low, high), with or without lines and intervals."""

    def __init__(self, title, x, y, log_x=False):
        self.title, self.x, self.y, self.log_x, self.series, self.names = title, x, y, log_x, [], None

    def add(self, name, points, line=True):
        points = [p if len(p) == 4 else (*p, p[1], p[1]) for p in points]
        self.series.append((name, [tuple(float(v) for v in p) for p in points if math.isfinite(p[1])], line))

    def svg(self):
        points = [p for _, series, _ in self.series for p in series]
        if not points:
            return ""
        ys = [v for p in points for v in p[1:] if math.isfinite(v)]
        place = (lambda v: math.log(v)) if self.log_x else (lambda v: v)
        x0, x1 = min(place(p[0]) for p in points), max(place(p[0]) for p in points)
        y0, y1 = min(ys), max(ys)
        x1 = x1 if x1 > x0 else x0 + 1
        pad = (y1 - y0) * 0.06 or 0.01
        y0, y1 = y0 - pad, y1 + pad

        def at(x, y):
            return (LEFT + (place(x) - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT),
                    HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM))
        out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
               f'font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
               f'<text x="{LEFT}" y="18" font-size="14">{html.escape(self.title)}</text>']
        for tick in ticks(y0, y1):
            _, y = at(points[0][0], tick)
            out.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                       f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
        marks = self.names or {v: f"{v:g}" for v in (sorted({p[0] for p in points}) if self.log_x else ticks(x0, x1))}
        for value, text in marks.items():
            x, _ = at(value, y0)
            out.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{html.escape(text)}</text>')
        for i, (name, series, line) in enumerate(self.series):
            colour = COLOURS[i % len(COLOURS)]
            if line and len(series) > 1:
                path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(p[0], p[1]) for p in series))
                out.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
            for p in series if not line or len(series) < 60 else ():
                x, y = at(p[0], p[1])
                if p[3] > p[2]:
                    out.append(f'<path d="M{x:.1f} {at(p[0], p[2])[1]:.1f}V{at(p[0], p[3])[1]:.1f}" stroke="{colour}"/>')
                out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            out.append(f'<text x="{WIDTH - RIGHT + 10}" y="{TOP + 16 * i + 10}" fill="{colour}">{html.escape(name)}</text>')
        middle = TOP + (HEIGHT - TOP - BOTTOM) / 2
        out.append(f'<text x="{LEFT + (WIDTH - LEFT - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">'
                   f'{html.escape(self.x)}</text><text x="16" y="{middle}" text-anchor="middle" '
                   f'transform="rotate(-90 16 {middle})">{html.escape(self.y)}</text></svg>')
        return "\n".join(out) + "\n"
