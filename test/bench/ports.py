# SPDX-License-Identifier: BSD-3-Clause
"""Software ports: plx-testpmd and dpdk-testpmd with the same options, in turn; see tools/bench.

usage: ports.py RUNS SECONDS CSV SVG   measure, write single values as CSV and the medians as a picture, print a table
       ports.py table CSV SVG          table and picture of values that were measured before

A run counts what the program's own forward statistics have, from the moment that forwarding has begun (or that packets were
put in) to the signal that ends it. Interfaces are in a network namespace of each run. Needs root, and two cores.
"""
import csv
import ctypes
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time

import plot

BUILD = os.environ.get('PLX_BUILD', 'build')
EAL = ['--no-huge', '--no-pci', '-m', '256', '-l', '0,1']
PROGRAMS = {
    'plx': [os.path.join(BUILD, 'app/testpmd/plx-testpmd'), *EAL],
    'dpdk': ['dpdk-testpmd', *EAL, '--no-telemetry'],
}
SLEEPER = [os.path.join(BUILD, 'examples/rx-intr'), *EAL]
OPTIONS = ['--total-num-mbufs=16384']
START = b'packet forwarding packets/burst'
START_TIMEOUT = 60
FRAMES = 64     # that go round where the kernel is in between


def ip(command):
    subprocess.run(['ip', *command.split()], check=True)


def no_setup():
    """Ports that need no interface."""


def veth():
    ip('link add left type veth peer name right')
    for name in ('left', 'right'):
        with open(f'/proc/sys/net/ipv6/conf/{name}/disable_ipv6', 'w', encoding='ascii') as file:
            file.write('1')
        ip(f'link set {name} up')


def wait_for(condition):
    deadline = time.monotonic() + START_TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            sys.exit('an interface did not come')
        time.sleep(0.01)


def bridge_taps():
    """What one tap device receives goes out by the other; and frames that will go round."""
    for name in ('dtap0', 'dtap1'):
        wait_for(lambda name=name: os.path.exists(f'/proc/sys/net/ipv4/conf/{name}'))
    ip('link add br0 type bridge')
    ip('link set br0 up')
    for name in ('dtap0', 'dtap1'):
        ip(f'link set {name} master br0')
        ip(f'link set {name} type bridge_slave learning off')
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(('dtap0', 0))
        for _ in range(FRAMES):
            sock.send(bytes.fromhex('020000000001 020000000002 88b5') + bytes(46))


# Name, arguments, what is to be done before and after the start, what plx/dpdk should be at least.
RATES = [
    ('null, io', ['--vdev=net_null0', '--vdev=net_null1', '--', '--forward-mode=io'], no_setup, no_setup, 1.1),
    ('ring, io', ['--vdev=net_ring0', '--vdev=net_ring1', '--', '--forward-mode=io', '--tx-first'], no_setup, no_setup, 1.1),
    ('null with copy, macswap', ['--vdev=net_null0,copy=1', '--vdev=net_null1,copy=1', '--', '--forward-mode=macswap'],
     no_setup, no_setup, 1.0),
    ('af_packet, io, both ends of a veth', ['--vdev=net_af_packet0,iface=left', '--vdev=net_af_packet1,iface=right', '--',
                                            '--forward-mode=io', '--tx-first'], veth, no_setup, 1.0),
    ('tap, io, two bridged by the kernel', ['--vdev=net_tap0', '--vdev=net_tap1', '--', '--forward-mode=io'],
     no_setup, bridge_taps, 1.0),
]
# CPU time of a program that has nothing to receive: ours sleeps, DPDK's testpmd has no such mode.
IDLE = [
    ('af_packet, idle', '--vdev=net_af_packet0,iface=left', veth),
    ('tap, idle', '--vdev=net_tap0', no_setup),
]


def started(command, begun):
    """Start a program and wait until it says that it has begun. Return: the process, and what it said."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = b''
    deadline = time.monotonic() + START_TIMEOUT
    while begun not in output:
        piece = process.stdout.read1()
        output += piece
        if not piece or time.monotonic() > deadline:
            process.kill()
            sys.exit(f'{" ".join(command)} did not start:\n{output.decode(errors="replace")[-2000:]}')
    return process, output


def rate(program, args, after, seconds):
    """Millions of packets per second, all ports together."""
    command = PROGRAMS[program] + args + OPTIONS
    process, output = started(command, START)
    after()
    begin = time.monotonic()
    # What is measured is a duration, so this sleep is no wait for a condition.
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    took = time.monotonic() - begin
    output += process.communicate(timeout=60)[0]
    total = re.findall(rb'Accumulated forward statistics.*?RX-packets: (\d+)', output, re.S)
    if process.returncode != 0 or not total or int(total[-1]) == 0:
        sys.exit(f'{" ".join(command)}, status {process.returncode}:\n{output.decode(errors="replace")[-2000:]}')
    return int(total[-1]) / took / 1e6


def cpu_of(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def idle(program, vdev, seconds):
    """Percent of a CPU."""
    if program == 'plx':
        process, _ = started(['stdbuf', '-oL', *SLEEPER, vdev], b'ends it')
    else:
        process, _ = started(PROGRAMS['dpdk'] + [vdev, '--', '--forward-mode=rxonly'] + OPTIONS, START)
    before = cpu_of(process.pid)
    begin = time.monotonic()
    time.sleep(seconds)
    used = (cpu_of(process.pid) - before) / (time.monotonic() - begin)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    return 100 * used


def in_namespace(function, before, *args):
    """Call it in a network namespace of its own, by a process of its own. Return its value."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        unshare()
        before()
        os.write(writer, str(function(*args)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        value = file.read()
    if os.waitpid(pid, 0)[1] != 0 or not value:
        sys.exit('a run failed')
    return float(value)


def unshare():
    """os.unshare(), which older Pythons lack."""
    clone_newnet = 0x40000000
    if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet) != 0:
        sys.exit(f'no network namespace: {os.strerror(ctypes.get_errno())}')


def measure(runs, seconds, path):
    with open(path, 'w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(('measurement', 'program', 'run', 'value'))
        for run in range(1, runs + 1):
            for name, args, before, after, _ in RATES:
                for program in PROGRAMS:
                    writer.writerow((name, program, run, in_namespace(rate, before, program, args, after, seconds)))
                    file.flush()
            for name, vdev, before in IDLE:
                for program in PROGRAMS:
                    writer.writerow((name, program, run, in_namespace(idle, before, program, vdev, seconds)))
            print(f'run {run}', flush=True)


def medians_of(path):
    """{measurement: {program: median}}, in the order of the file, and the number of runs."""
    values, runs = {}, 0
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            values.setdefault(row['measurement'], {}).setdefault(row['program'], []).append(float(row['value']))
            runs = max(runs, int(row['run']))
    return {name: {p: statistics.median(v) for p, v in by.items()} for name, by in values.items()}, runs


def table(medians, runs):
    targets = {name: target for name, _, _, _, target in RATES}
    print(f'\n{"millions of packets per second, medians of " + str(runs) + " runs":48} {"plx":>9} {"dpdk":>9} {"plx/dpdk":>9} {"target":>7}')
    for name, by in medians.items():
        if name in targets:
            print(f'{name:48} {by["plx"]:9.2f} {by["dpdk"]:9.2f} {by["plx"] / by["dpdk"]:9.2f} {targets[name]:7.1f}')
    print(f'\n{"% of a CPU, idle (DPDK: testpmd, which polls)":48} {"plx":>9} {"dpdk":>9}')
    for name, by in medians.items():
        if name not in targets:
            print(f'{name:48} {by["plx"]:9.1f} {by["dpdk"]:9.1f}')


def main():
    if len(sys.argv) == 5:
        measure(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    elif len(sys.argv) != 4 or sys.argv[1] != 'table':
        sys.exit(__doc__)
    medians, runs = medians_of(sys.argv[-2])
    table(medians, runs)
    rates = [(name, medians[name]) for name, *_ in RATES if name in medians]
    plot.bars(sys.argv[-1], f'software ports, millions of packets per second, medians of {runs} runs; longer is better', rates)


main()
