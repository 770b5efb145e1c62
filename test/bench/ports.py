# SPDX-License-Identifier: BSD-3-Clause
"""Software ports: plx-testpmd and dpdk-testpmd with the same options, in turn; see tools/bench.

usage: ports.py RUNS SECONDS CSV SVG [NAME,...]   measure all or those, write single values as CSV and the medians as a
                                                  picture, print a table
       ports.py table CSV SVG                     table and picture of values that were measured before
       ports.py names                             what can be measured

A run counts what the program's own forward statistics have, from the moment that forwarding has begun (or that packets were
put in) to the signal that ends it. Each run has a network namespace of its own. Needs root, and two cores. What fails is one
line, and leaves a gap.
"""
import contextlib
import csv
import ctypes
import json
import os
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import plot

BUILD = os.environ.get('PLX_BUILD', 'build')
EAL = ['--no-huge', '--no-pci', '-m', '256', '-l', '0,1']
PROGRAMS = {
    'plx': [os.path.join(BUILD, 'app/testpmd/plx-testpmd'), *EAL],
    'dpdk': ['dpdk-testpmd', *EAL, '--no-telemetry'],
}
SLEEPER = [os.path.join(BUILD, 'examples/rx-intr'), *EAL]
# Forwards on core 0, what is measured on core 1. It has the packets that go round, and starts when it is told to.
PEER = ['dpdk-testpmd', *EAL, '--main-lcore=1', '--no-telemetry', '--file-prefix=plx-bench-peer']
OPTIONS = ['--total-num-mbufs=16384']
START = b'packet forwarding packets/burst'
TIMEOUT = 60
FRAMES = 64     # that go round where the kernel is in between
BURSTS = 4      # of 32 packets, that go round between virtio_user and its peer


class Failed(Exception):
    """A run did not come to a value; one line says why."""


def last_line(output):
    lines = [line.strip() for line in output.decode(errors='replace').splitlines() if line.strip()]
    return lines[-1] if lines else 'it said nothing'


def wait_for(condition, what):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f'{what} did not come within {TIMEOUT} s')
        time.sleep(0.01)


@contextlib.contextmanager
def running(command, stdout=subprocess.PIPE):
    """A program, which is gone at the end."""
    # Ctrl-C is for this script; it ends its programs.
    # And their output is to come by lines, though it is no terminal.
    process = subprocess.Popen(['stdbuf', '-oL', *command], stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.STDOUT,
                               start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_for_output(process, text):
    """Read until it says that. Return: all that it said."""
    output = b''
    deadline = time.monotonic() + TIMEOUT
    while text not in output:
        left = deadline - time.monotonic()
        piece = os.read(process.stdout.fileno(), 65536) if select.select([process.stdout], [], [], max(left, 0))[0] else b''
        output += piece
        if not piece:
            raise Failed(f'it did not start: {last_line(output)}')
    return output


def end(process):
    """As Ctrl-C does. Return: what it said meanwhile."""
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=TIMEOUT)[0]
    except subprocess.TimeoutExpired:
        raise Failed(f'it did not end within {TIMEOUT} s') from None


def ip(command):
    done = subprocess.run(['ip', *command.split()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Failed(f'ip {command}: {last_line(done.stdout)}')


@contextlib.contextmanager
def nothing():
    """Ports that need nothing, neither before nor after their start."""
    yield lambda: None


@contextlib.contextmanager
def veth():
    ip('link add left type veth peer name right')
    for name in ('left', 'right'):
        quiet = f'/proc/sys/net/ipv6/conf/{name}/disable_ipv6'
        if os.path.exists(quiet):
            with open(quiet, 'w', encoding='ascii') as file:
                file.write('1')
        ip(f'link set {name} up')
    yield lambda: None


def bridge_taps():
    """What one tap device receives goes out by the other; and frames that will go round."""
    for name in ('dtap0', 'dtap1'):
        wait_for(lambda name=name: os.path.exists(f'/proc/sys/net/ipv4/conf/{name}'), f'the interface {name}')
    ip('link add br0 type bridge')
    ip('link set br0 up')
    for name in ('dtap0', 'dtap1'):
        ip(f'link set {name} master br0')
        ip(f'link set {name} type bridge_slave learning off')
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(('dtap0', 0))
        for _ in range(FRAMES):
            sock.send(bytes.fromhex('020000000001 020000000002 88b5') + bytes(46))


@contextlib.contextmanager
def taps():
    yield bridge_taps


@contextlib.contextmanager
def vhost():
    """The other side of virtio_user; the socket is in the current directory."""
    command = PEER + ['--vdev=net_vhost0,iface=vhost.sock', '--', '-i', '--forward-mode=io'] + OPTIONS

    def said(text):
        with open('peer.log', 'rb') as file:
            return text in file.read()

    def begin():
        wait_for(lambda: said(b'link state change event'), 'the link of the vhost peer')
        process.stdin.write(b'start tx_first %d\n' % BURSTS)
        process.stdin.flush()
        wait_for(lambda: said(START), 'traffic of the vhost peer')

    with open('peer.log', 'wb') as log, running(command, log) as process:
        wait_for(lambda: os.path.exists('vhost.sock') and said(b'testpmd> ') or process.poll() is not None,
                 'the vhost peer')
        yield begin


# Name, what is said of it, arguments, what is there before and done after the start, what plx/dpdk should be at least.
RATES = [
    ('null-io', 'null, io', ['--vdev=net_null0', '--vdev=net_null1', '--', '--forward-mode=io'], nothing, 1.1),
    ('ring-io', 'ring, io', ['--vdev=net_ring0', '--vdev=net_ring1', '--', '--forward-mode=io', '--tx-first'], nothing, 1.1),
    ('null-copy', 'null with copy, macswap',
     ['--vdev=net_null0,copy=1', '--vdev=net_null1,copy=1', '--', '--forward-mode=macswap'], nothing, 1.0),
    ('af_packet', 'af_packet, io, both ends of a veth',
     ['--vdev=net_af_packet0,iface=left', '--vdev=net_af_packet1,iface=right', '--', '--forward-mode=io', '--tx-first'],
     veth, 1.0),
    ('tap', 'tap, io, two bridged by the kernel',
     ['--vdev=net_tap0', '--vdev=net_tap1', '--', '--forward-mode=io'], taps, 1.0),
    ('virtio_user-split', 'virtio_user split, io, net_vhost as the peer',
     ['--vdev=net_virtio_user0,path=vhost.sock', '--', '--forward-mode=io'], vhost, 1.1),
    ('virtio_user-packed', 'virtio_user packed, io, net_vhost as the peer',
     ['--vdev=net_virtio_user0,path=vhost.sock,packed_vq=1', '--', '--forward-mode=io'], vhost, 1.1),
]
# CPU time of a program that has nothing to receive: ours sleeps, DPDK's testpmd has no such mode.
IDLE = [
    ('af_packet-idle', 'af_packet', '--vdev=net_af_packet0,iface=left', veth),
    ('tap-idle', 'tap', '--vdev=net_tap0', nothing),
]
NAMES = [name for name, *_ in RATES + IDLE]


def rate(program, args, around, seconds):
    """Millions of packets per second, all ports together."""
    command = PROGRAMS[program] + args + OPTIONS
    with around() as begin, running(command) as process:
        output = wait_for_output(process, START)
        begin()
        started = time.monotonic()
        # What is measured is a duration, so this sleep is no wait for a condition.
        time.sleep(seconds)
        took = time.monotonic() - started
        output += end(process)
    total = re.findall(rb'Accumulated forward statistics.*?RX-packets: (\d+)', output, re.S)
    if process.returncode != 0 or not total:
        raise Failed(f'it ended with status {process.returncode}: {last_line(output)}')
    if int(total[-1]) == 0:
        raise Failed('it forwarded nothing')
    return int(total[-1]) / took / 1e6


def cpu_of(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def idle(program, vdev, around, seconds):
    """Percent of a CPU."""
    if program == 'plx':
        command, begun = [*SLEEPER, vdev], b'ends it'
    else:
        command, begun = PROGRAMS['dpdk'] + [vdev, '--', '--forward-mode=rxonly'] + OPTIONS, START
    with around(), running(command) as process:
        wait_for_output(process, begun)
        before, started = cpu_of(process.pid), time.monotonic()
        time.sleep(seconds)
        used = (cpu_of(process.pid) - before) / (time.monotonic() - started)
        end(process)
    return 100 * used


def unshare():
    """os.unshare(), which older Pythons lack."""
    clone_newnet = 0x40000000
    if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet) != 0:
        raise Failed(f'no network namespace ({os.strerror(ctypes.get_errno())})')


def child(function, args, writer):
    """What the process of a run does: tell the value, or why there is none."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix='plx-bench.') as directory:
            unshare()
            os.chdir(directory)
            answer = {'value': function(*args)}
    except Failed as error:
        answer = {'error': str(error)}
    except KeyboardInterrupt:
        answer = {'error': 'interrupted'}
    os.write(writer, json.dumps(answer).encode())


def in_namespace(function, *args):
    """Call it in a network namespace and a directory of its own, by a process of its own. Return its value."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            child(function, args, writer)
        finally:
            os._exit(0)
    os.close(writer)
    try:
        with os.fdopen(reader) as file:
            text = file.read()
    except KeyboardInterrupt:
        # The child may have had the key itself, and is ending its programs.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        raise
    finally:
        os.waitpid(pid, 0)
    answer = json.loads(text) if text else {'error': 'the process of the run died'}
    if 'error' in answer:
        raise Failed(answer['error'])
    return answer['value']


def calls(seconds):
    """(measurement, function, arguments behind the program)."""
    for name, _, args, around, _ in RATES:
        yield name, rate, (args, around, seconds)
    for name, _, vdev, around in IDLE:
        yield name, idle, (vdev, around, seconds)


def measure(runs, seconds, path, names):
    """Return: did all come to a value?"""
    good = True
    with open(path, 'w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(('measurement', 'program', 'run', 'value'))
        for run in range(1, runs + 1):
            for name, function, args in calls(seconds):
                for program in PROGRAMS if name in names else ():
                    try:
                        writer.writerow((name, program, run, in_namespace(function, program, *args)))
                    except Failed as error:
                        good = False
                        print(f'bench: {name}, {program}: {error}', file=sys.stderr)
                    file.flush()
            print(f'run {run} of {runs}', flush=True)
    return good


def medians_of(path):
    """{measurement: {program: median}}, in the order of the file, and the number of runs."""
    values, runs = {}, 0
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            values.setdefault(row['measurement'], {}).setdefault(row['program'], []).append(float(row['value']))
            runs = max(runs, int(row['run']))
    return {name: {p: statistics.median(v) for p, v in by.items()} for name, by in values.items()}, runs


def line(title, by, ratio, digits):
    cells = ' '.join(f'{by[p]:9.{digits}f}' if p in by else f'{"-":>9}' for p in PROGRAMS)
    return f'{title:48} {cells} {ratio}'


def table(medians, runs):
    heads = ' '.join(f'{p:>9}' for p in PROGRAMS)
    rates = [(title, medians[name], target) for name, title, _, _, target in RATES if name in medians]
    idles = [(title, medians[name]) for name, title, *_ in IDLE if name in medians]
    if rates:
        print(f'\n{f"millions of packets per second, medians of {runs}":48} {heads} {"plx/dpdk":>9} {"target":>7}')
    for title, by, target in rates:
        print(line(title, by, f'{by["plx"] / by["dpdk"]:9.2f} {target:7.1f}' if len(by) == 2 else f'{"-":>9} {target:7.1f}', 3))
    if idles:
        print(f'\n{"% of a CPU, idle (DPDK: testpmd, which polls)":48} {heads} {"plx/dpdk":>9}')
    for title, by in idles:
        print(line(title, by, f'{by["plx"] / by["dpdk"]:9.2f}' if len(by) == 2 else f'{"-":>9}', 1))


def check_machine():
    if os.geteuid() != 0:
        sys.exit('bench: network namespaces and interfaces are made: be root')
    if os.cpu_count() < 2:
        sys.exit('bench: one core: two are needed')
    for path in (PROGRAMS['plx'][0], SLEEPER[0]):
        if not os.access(path, os.X_OK):
            sys.exit(f'bench: no {os.path.relpath(path, BUILD)} in {BUILD}: build it')
    for name in ('dpdk-testpmd', 'ip', 'stdbuf'):
        if shutil.which(name) is None:
            sys.exit(f'bench: no {name}: tools/deps says what it is in')
    # Runs are in directories of their own.
    for command in (PROGRAMS['plx'], SLEEPER):
        command[0] = os.path.abspath(command[0])


def chosen(text):
    names = text.split(',') if text else NAMES
    for name in names:
        if name not in NAMES:
            sys.exit(f'bench: "{name}" is nothing to measure: there are {", ".join(NAMES)}')
    return names


def main():
    if sys.argv[1:] == ['names']:
        print(' '.join(NAMES))
        return 0
    good = True
    if len(sys.argv) in (5, 6):
        names = chosen(sys.argv[5] if len(sys.argv) == 6 else '')
        check_machine()
        good = measure(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], names)
        paths = sys.argv[3:5]
    elif len(sys.argv) == 4 and sys.argv[1] == 'table':
        paths = sys.argv[2:]
    else:
        sys.exit(__doc__)
    medians, runs = medians_of(paths[0])
    if not medians:
        sys.exit('bench: nothing was measured')
    table(medians, runs)
    titles = {name: title for name, title, *_ in RATES}
    plot.bars(paths[1], f'software ports, millions of packets per second, medians of {runs} runs; longer is better',
              [(titles[name], by) for name, by in medians.items() if name in titles])
    return 0 if good else 1


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit('bench: interrupted; the CSV has what was measured')
