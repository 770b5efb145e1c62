# SPDX-License-Identifier: BSD-3-Clause
"""Take hugepages of 2 MiB so that of those left no two are neighbours in RAM, say "scattered", and hold the rest until killed.

usage: scatter.py FREE: so many shall be left at least
"""
import mmap
import signal
import struct
import sys

SIZE = 2 << 20
MAP_HUGETLB = 0x40000


def physical(pages):
    """(physical address, page) of all, by /proc/self/maps and pagemap."""
    with open('/proc/self/maps') as maps, open('/proc/self/pagemap', 'rb', buffering=0) as pagemap:
        for line in maps:
            if 'hugepage' not in line:
                continue
            start, end = (int(x, 16) for x in line.split()[0].split('-'))
            for va in range(start, end, SIZE):
                pagemap.seek(va // 4096 * 8)
                frame = struct.unpack('Q', pagemap.read(8))[0] & ((1 << 55) - 1)
                with_mark = next(i for i, page in enumerate(pages) if page and mark(va) == i)
                yield frame * 4096, with_mark


def mark(va):
    """The number that was written to the page at @va."""
    with open('/proc/self/mem', 'rb', buffering=0) as mem:
        mem.seek(va)
        return struct.unpack('I', mem.read(4))[0]


def main():
    with open('/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages') as f:
        count = int(f.read())
    pages = []
    for i in range(count):
        page = mmap.mmap(-1, SIZE, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | MAP_HUGETLB)
        page[0:4] = struct.pack('I', i)
        pages.append(page)
    kept_before = -2 * SIZE
    freed = 0
    for address, i in sorted(physical(pages)):
        if address - kept_before < 2 * SIZE:
            continue
        kept_before = address
        pages[i].close()
        freed += 1
    if freed < int(sys.argv[1]):
        sys.exit(f'only {freed} of {count} hugepages can be free without neighbours')
    print('scattered', freed, flush=True)
    signal.pause()


main()
