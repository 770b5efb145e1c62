# SPDX-License-Identifier: BSD-3-Clause
"""Rings, mempools and mbufs: plx-bench-core and dpdk-bench-core in turn, see tools/bench.

usage: core.py RUNS CSV SVG    measure, write single values as CSV and the medians as a picture, print a table
       core.py table CSV SVG   table and picture of values that were measured before
"""
import csv
import html
import os
import statistics
import subprocess
import sys

BENCH = os.path.join(os.environ.get('PLX_BUILD', 'build'), 'test/bench')
COMMON = ['--no-huge', '--no-pci', '-m', '256', '-l', '0-1']
COMMANDS = {
    'plx': [os.path.join(BENCH, 'plx-bench-core'), *COMMON],
    'dpdk': [os.path.join(BENCH, 'dpdk-bench-core'), *COMMON, '--no-telemetry'],
}
TIMEOUT = 120
COLOURS = {'plx': '#2b6cb0', 'dpdk': '#a0aec0'}


def run_once(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT, text=True)
    if done.returncode != 0:
        sys.exit(f'{" ".join(command)} failed, status {done.returncode}:\n{done.stdout}{done.stderr}')
    rows = [line.rsplit(' ', 1) for line in done.stdout.splitlines() if line.count(':') == 2]
    return [(name, int(value) / 1000) for name, value in rows]


def measure(runs, path):
    with open(path, 'w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(('measurement', 'program', 'run', 'cycles'))
        for run in range(1, runs + 1):
            for program, command in COMMANDS.items():
                if os.path.exists(command[0]):
                    writer.writerows((name, program, run, value) for name, value in run_once(command))
            print(f'run {run}', flush=True)


def medians_of(path):
    """{measurement: {program: median}}, in the order of the file, and the number of runs."""
    values, runs = {}, 0
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            values.setdefault(row['measurement'], {}).setdefault(row['program'], []).append(float(row['cycles']))
            runs = max(runs, int(row['run']))
    return {name: {p: statistics.median(v) for p, v in by.items()} for name, by in values.items()}, runs


def title_of(name):
    what, how, n = name.split(':')
    return f'{what}, {how}, {n}'


def table(medians, runs):
    print(f'\n{"cycles for an element in and out, medians of " + str(runs) + " runs":56} {"plx":>8} {"dpdk":>8} {"dpdk/plx":>9}')
    for name, by in medians.items():
        ratio = f'{by["dpdk"] / by["plx"]:9.2f}' if len(by) == 2 and by['plx'] else ''
        print(f'{title_of(name):56} ' + ' '.join(f'{by[p]:8.2f}' if p in by else f'{"":8}' for p in COMMANDS) + f' {ratio}')


def draw(medians, runs, path):
    """Two bars for each measurement, each pair as wide as the larger one: the ratio is what counts."""
    line, left, width = 26, 330, 420
    parts = []
    for i, (name, by) in enumerate(medians.items()):
        y, largest = 50 + i * line, max(by.values())
        parts.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{html.escape(title_of(name))}</text>')
        for k, (program, value) in enumerate(by.items()):
            bar = width * value / largest if largest else 0
            parts.append(f'<rect x="{left}" y="{y + k * 10}" width="{bar:.1f}" height="9" fill="{COLOURS[program]}"/>'
                         f'<text x="{left + bar + 4:.1f}" y="{y + k * 10 + 8}" font-size="9">{value:.2f}</text>')
    keys = ''.join(f'<rect x="{left + k * 80}" y="28" width="10" height="10" fill="{colour}"/>'
                   f'<text x="{left + k * 80 + 14}" y="37">{program}</text>' for k, (program, colour) in enumerate(COLOURS.items()))
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 60}" height="{60 + len(medians) * line}" '
                   f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
                   f'<text x="8" y="18" font-size="14">cycles for an element in and out, medians of {runs} runs; shorter is better</text>'
                   f'{keys}{"".join(parts)}</svg>\n')


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    if sys.argv[1] != 'table':
        measure(int(sys.argv[1]), sys.argv[2])
    medians, runs = medians_of(sys.argv[2])
    table(medians, runs)
    draw(medians, runs, sys.argv[3])


main()
