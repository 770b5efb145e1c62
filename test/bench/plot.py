# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of measurements: bars side by side, one group for each measurement, as SVG."""
import html

COLOURS = {'plx': '#2b6cb0', 'dpdk': '#a0aec0'}


def bars(path, title, groups, number='{:.2f}'):
    """Draw @groups, [(label, {program: value})]. Each group is as wide as its largest value: the ratio is what counts."""
    line, left, width = 26, 330, 420
    parts = []
    for i, (label, by) in enumerate(groups):
        y, largest = 50 + i * line, max(by.values())
        parts.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{html.escape(label)}</text>')
        for k, (program, value) in enumerate(by.items()):
            bar = width * value / largest if largest else 0
            parts.append(f'<rect x="{left}" y="{y + k * 10}" width="{bar:.1f}" height="9" fill="{COLOURS[program]}"/>'
                         f'<text x="{left + bar + 4:.1f}" y="{y + k * 10 + 8}" font-size="9">{number.format(value)}</text>')
    keys = ''.join(f'<rect x="{left + k * 80}" y="28" width="10" height="10" fill="{colour}"/>'
                   f'<text x="{left + k * 80 + 14}" y="37">{program}</text>' for k, (program, colour) in enumerate(COLOURS.items()))
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 80}" height="{60 + len(groups) * line}" '
                   f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
                   f'<text x="8" y="18" font-size="14">{html.escape(title)}</text>{keys}{"".join(parts)}</svg>\n')
