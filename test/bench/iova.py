# SPDX-License-Identifier: BSD-3-Clause
"""Memory that comes and goes: plx-bench-iova and dpdk-bench-iova in turn, see tools/bench.

usage: iova.py host|lab RUNS FILE    measure what needs no lab, what needs it; rows are added to FILE, as CSV
       iova.py table FILE            print the medians of FILE against their targets
"""
import csv
import os
import statistics
import subprocess
import sys
import time

BENCH = os.path.join(os.environ.get('PLX_BUILD', 'build'), 'test/bench')
PLX, DPDK = os.path.join(BENCH, 'plx-bench-iova'), os.path.join(BENCH, 'dpdk-bench-iova')
START = ['--no-huge', '--no-pci', '-m', '64', '-l', '0', '--no-telemetry']
TIMEOUT = 300

# What is measured is a, what it is compared with b. kind 'ratio': b/a should be at least the target; 'growth': a/b at most;
# 'most': a at most; 'equal': a is b.
TABLE = [
    ('1 iommufd: kernel calls for 512 MiB', 'most', 'map iommufd:map-calls', '', 1),
    ('1 type1: kernel calls for 512 MiB', 'most', 'map type1:map-calls', '', 1),
    ('1 iommufd: 1 call, 256 calls by page', 'ratio', 'map iommufd:map', 'map iommufd:map-pages', 10),
    ('1 iommufd: the same, physically scattered', 'ratio', 'map iommufd:scattered-map', 'map iommufd:scattered-map-pages', None),
    ('1 iommufd: the kernel call, all of the map', 'ratio', 'map iommufd:map-kernel', 'map iommufd:map', None),
    ('1 type1: 1 call, 256 calls by page', 'ratio', 'map type1:map', 'map type1:map-pages', None),
    ('2 iommufd: first allocation', 'ratio', 'alloc iommufd:first-alloc', 'alloc dpdk:first-alloc', 1.5),
    ('2 iommufd: free, as the caller sees it', 'ratio', 'alloc iommufd:first-free', 'alloc dpdk:first-free', 10),
    ('2 iommufd: repeated alloc + free', 'ratio', 'alloc iommufd:cycle', 'alloc dpdk:cycle', 20),
    ('2 legacy: first allocation', 'ratio', 'alloc legacy:first-alloc', 'alloc dpdk:first-alloc', 1.5),
    ('2 legacy: free, as the caller sees it', 'ratio', 'alloc legacy:first-free', 'alloc dpdk:first-free', 10),
    ('2 legacy: repeated alloc + free', 'ratio', 'alloc legacy:cycle', 'alloc dpdk:cycle', 20),
    ('3 EAL start and exit', 'ratio', 'start plx:process', 'start dpdk:process', 5),
    ('4 1 TiB: kernel entries', 'most', 'terabyte:terabyte-entries', '', 1024),
    ('4 1 TiB: kernel calls', 'most', 'terabyte:terabyte-calls', '', 1024),
    ('4 lookup, 100,000 against 1,000', 'growth', 'extents 100000:lookup', 'extents 1000:lookup', 2),
    ('4 map, 100,000 against 1,000', 'growth', 'extents 100000:map', 'extents 1000:map', 2),
    ('4 unmap, 100,000 against 1,000', 'growth', 'extents 100000:unmap', 'extents 1000:unmap', 2),
    ('5 pinned KiB by one space and by two', 'equal', 'share:both-pinned-kib', 'share:first-pinned-kib', None),
    ('5 second space, first space', 'ratio', 'share:second-space', 'share:first-space', 5),
    ('5 second space with own pins, first space', 'ratio', 'share:own-second-space', 'share:first-space', None),
    ('5 pinned KiB by one space, two with own', 'ratio', 'share:first-pinned-kib', 'share:own-pinned-kib', None),
]
COUNTS = ('calls', 'entries', 'kib')


def rows_of(name, command):
    """Run a measurement once: (name:result, value) of each of its lines."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT, text=True)
    if done.returncode != 0:
        sys.exit(f'{" ".join(command)} failed, status {done.returncode}:\n{done.stdout}{done.stderr}')
    lines = [line.split() for line in done.stdout.splitlines() if len(line.split()) == 2]
    return [(f'{name}:{line[0].removesuffix("-ps")}', int(line[1]) / (1000 if line[0].endswith('-ps') else 1))
            for line in lines if line[1].isdigit()]


def timed(name, command):
    """A whole process, from its start to its end."""
    null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    begin = time.monotonic_ns()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=null)
    status = os.waitpid(pid, 0)[1]
    took = time.monotonic_ns() - begin
    if status != 0:
        sys.exit(f'{" ".join(command)} failed, wait status {status}')
    return [(f'{name}:process', took)]


def supported(options):
    """Options of DPDK that plx-bench-iova does not know are what it does without being told."""
    return [o for o in options if not o.startswith('--no-') or subprocess.run(
        [PLX, 'start', '--no-huge', o], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0]


def measure_host():
    for n in (1000, 100000):
        yield rows_of, f'extents {n}', [PLX, 'extents', str(n)]
    yield rows_of, 'terabyte', [PLX, 'terabyte']
    yield timed, 'start plx', [PLX, 'start', *supported(START)]
    if os.path.exists(DPDK):
        yield timed, 'start dpdk', [DPDK, 'start', *START]


def measure_lab():
    nics = os.environ['LAB_NICS'].split()
    for backend in ('iommufd', 'type1'):
        yield rows_of, f'map {backend}', [PLX, 'map', backend, nics[0]]
    yield rows_of, 'share', [PLX, 'share', *nics[:2]]
    for backend in ('iommufd', 'legacy'):
        yield rows_of, f'alloc {backend}', [PLX, 'alloc', '-l', '0-1', '-a', nics[0], f'--vfio-backend={backend}']
    if os.path.exists(DPDK):
        yield rows_of, 'alloc dpdk', [DPDK, 'alloc', '-l', '0-1', '-a', nics[0], '--in-memory', '--no-telemetry']


def renew_hugepages():
    """A pool that has been used gives pages in any order; a new one gives neighbours. See iova_kernel.c."""
    with open('/proc/sys/vm/nr_hugepages', 'r+', encoding='ascii') as file:
        pages = int(file.read())
        for n in (0, pages):
            file.seek(0)
            file.write(str(n))
            file.flush()
        file.seek(0)
        if int(file.read()) != pages:
            sys.exit(f'{pages} hugepages were there, and are not to be had again')


def measure(measurements, runs, path):
    with open(path, 'a', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        if file.tell() == 0:
            writer.writerow(('measurement', 'run', 'value'))
        for run in range(1, runs + 1):
            for function, name, command in measurements:
                if name.startswith('map '):
                    renew_hugepages()
                for result, value in function(name, command):
                    writer.writerow((result, run, value))
                print(f'run {run}: {name}', flush=True)


def text_of(name, value):
    if name.endswith(COUNTS):
        return f'{value:,.0f}'
    for unit, size in (('s', 1e9), ('ms', 1e6), ('us', 1e3)):
        if value >= size:
            return f'{value / size:.3g} {unit}'
    return f'{value:.3g} ns'


def row_of(medians, title, kind, a, b, target):
    """The row's texts, or None if it was not measured."""
    if a not in medians or (b and b not in medians):
        return None
    x, y = medians[a], medians.get(b, 0)
    texts = [title, text_of(a, x), text_of(b, y) if b else '', '', '']
    if kind == 'equal':
        texts[3:] = ['', 'met' if x == y else 'MISSED: not equal']
    elif kind == 'most':
        texts[3:] = [f'{x:.0f}', f'met, at most {target:,}' if x <= target else f'MISSED, at most {target:,}']
    else:
        value = y / x if kind == 'ratio' else x / y
        good = target is None or (value >= target if kind == 'ratio' else value <= target)
        texts[3] = f'{value:,.2f}x' if value < 100 else f'{value:,.0f}x'
        texts[4] = '' if target is None else \
            f'{"met" if good else "MISSED"}, at {"least" if kind == "ratio" else "most"} {target}x'
    return texts


def table(path):
    values, runs = {}, 0
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            values.setdefault(row['measurement'], []).append(float(row['value']))
            runs = max(runs, int(row['run']))
    medians = {name: statistics.median(list_) for name, list_ in values.items()}
    print(f'\n{"medians of " + str(runs) + " runs":42} {"measured":>12} {"against":>12} {"ratio":>10}   target')
    for entry in TABLE:
        row = row_of(medians, *entry)
        if row is not None:
            print(f'{row[0]:42} {row[1]:>12} {row[2]:>12} {row[3]:>10}   {row[4]}')
        else:
            print(f'{entry[0]:42} {"not measured":>12}')


def main():
    if len(sys.argv) == 3 and sys.argv[1] == 'table':
        table(sys.argv[2])
    elif len(sys.argv) == 4 and sys.argv[1] in ('host', 'lab'):
        measurements = list(measure_host() if sys.argv[1] == 'host' else measure_lab())
        measure(measurements, int(sys.argv[2]), sys.argv[3])
    else:
        sys.exit(__doc__)


main()
