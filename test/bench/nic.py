# SPDX-License-Identifier: BSD-3-Clause
"""plx-testpmd and dpdk-testpmd over the two NICs of the lab, in turn: packets per second, and accesses to registers.

In the guest, for $LAB_OUT/nic.csv:
    nic.py rates MODEL MODES BACKEND SECONDS RUNS
    nic.py mmio MODEL MODES BACKEND
On the host, as a table:
    nic.py table CSV

A run counts from the moment that forwarding has begun to the signal that ends it; packets are those received, both ports
together, as the program's own forward statistics have them. Accesses are those that QEMU logs (tools/lab --mmio-log) of the
NICs' own regions. A long run less a short one leaves out what belongs to start and end.
"""
import csv
import os
import re
import select
import signal
import statistics
import subprocess
import sys
import time

START = b'packet forwarding packets/burst'
COMMON = ['--tx-first', '--total-num-mbufs=16384', '--rxd=256', '--stats-period=1']
# DPDK's vmxnet3 takes no fewer than 512, QEMU's virtio has no more than 256.
TXD = {'vmxnet3': 512}
START_TIMEOUT = 120
PROGRAMS = ('plx-testpmd', 'dpdk-testpmd')
MMIO_SECONDS = (2, 6)
# What QEMU names the regions of a NIC.
REGIONS = {'virtio': 'virtio-net', 'e1000e': 'e1000e', 'igb': 'igb', 'vmxnet3': 'vmxnet3'}


class Failed(Exception):
    """A run that came to nothing; its argument says why."""


def command_of(program, model, mode, backend):
    if program == 'plx-testpmd':
        start = [os.path.join(os.environ['PLX_BUILD'], 'app/testpmd/plx-testpmd'), '-l', '0-1', f'--vfio-backend={backend}']
    else:
        start = ['dpdk-testpmd', '-l', '0-1', '--in-memory', '--no-telemetry']
    return start + ['--', f'--forward-mode={mode}', f'--txd={TXD.get(model, 256)}'] + COMMON


def forward(program, model, mode, backend, seconds):
    """Return the packets of a run, and how long it took."""
    process = subprocess.Popen(command_of(program, model, mode, backend), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    output = b''
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while START not in output:
            # One that hangs says nothing: it is not to be waited for in a read.
            ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
            piece = process.stdout.read1() if ready else b''
            output += piece
            if not piece:
                raise Failed(f'did not start: {output.decode(errors="replace")[-2000:]}')
        begin = time.monotonic()
        # What is measured is a duration, so this sleep is no wait for a condition.
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        took = time.monotonic() - begin
        output += process.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired as error:
        raise Failed('did not end') from error
    finally:
        process.kill()
        process.wait()
    total = re.findall(rb'Accumulated forward statistics.*?RX-packets: (\d+)', output, re.S)
    if process.returncode != 0 or not total or int(total[-1]) == 0:
        raise Failed(f'status {process.returncode}: {output.decode(errors="replace")[-2000:]}')
    return int(total[-1]), took


def twice(what, function, *args):
    """Repeat once what failed, and say so. Return None if it fails again."""
    for again in (True, False):
        try:
            return function(*args)
        except Failed as error:
            print(f'{what} failed{", and is done again" if again else " again"}: {error}', flush=True)
    return None


def append(*row):
    with open(os.environ['LAB_OUT'] + '/nic.csv', 'a', newline='', encoding='utf-8') as file:
        csv.writer(file).writerow(row)


def rates(model, modes, backend, seconds, runs):
    for mode in modes.split(','):
        for run in range(1, int(runs) + 1):
            for program in PROGRAMS:
                what = f'{model} {mode} run {run}: {program:12}'
                result = twice(what, forward, program, model, mode, backend, int(seconds))
                if result is not None:
                    rate = result[0] / result[1]
                    append(model, mode, program, 'packets/s', run, rate)
                    print(f'{what} {rate:12,.0f} packets/s', flush=True)


def monitor(request):
    """Have QEMU do something: see test/lab/monitor."""
    ports = '/sys/class/virtio-ports'
    for name in os.listdir(ports):
        with open(f'{ports}/{name}/name', encoding='utf-8') as file:
            if file.read().strip() != 'monitor':
                continue
        with open(f'/dev/{name}', 'r+b', buffering=0) as port:
            port.write(request.encode() + b'\n')
            answer = port.readline()
        if not answer.startswith(b'ok'):
            sys.exit(f'{request}: {answer.decode()}')
        return
    sys.exit('the lab has no monitor')


def logged_run(program, model, mode, backend, seconds):
    """Return accesses to the NICs' registers and packets of a run."""
    log = os.environ['LAB_OUT'] + '/mmio.log'
    begin = os.path.getsize(log) if os.path.exists(log) else 0
    for kind in ('read', 'write'):
        monitor(f'trace-event memory_region_ops_{kind} on')
    try:
        packets = forward(program, model, mode, backend, seconds)[0]
    finally:
        for kind in ('read', 'write'):
            monitor(f'trace-event memory_region_ops_{kind} off')
    count = subprocess.run(['bash', '-c', 'tail -c +"$1" "$0" | grep -c "name .*$2"', log, str(begin + 1), REGIONS[model]],
                           check=False, text=True, stdout=subprocess.PIPE)
    return int(count.stdout), packets


def per_packet(program, model, mode, backend):
    (few, short), (many, long) = (logged_run(program, model, mode, backend, s) for s in MMIO_SECONDS)
    if long <= short or many <= few:
        raise Failed(f'{few} accesses and {short} packets in {MMIO_SECONDS[0]} s, {many} and {long} in {MMIO_SECONDS[1]} s')
    return (many - few) / (long - short)


def mmio(model, modes, backend):
    for mode in modes.split(','):
        for program in PROGRAMS:
            what = f'{model} {mode} registers: {program:12}'
            value = twice(what, per_packet, program, model, mode, backend)
            if value is not None:
                append(model, mode, program, 'mmio/packet', 1, value)
                print(f'{what} {value:12.4f} accesses a packet', flush=True)


def table(path):
    values = {}
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            key = row['model'], row['mode']
            values.setdefault(key, {}).setdefault((row['program'], row['figure']), []).append(float(row['value']))
    print(f'\n{"model":8} {"mode":8} {"plx":>10} {"dpdk":>10} {"ratio":>6} {"runs":>5}  {"plx":>8} {"dpdk":>8}\n'
          f'{"":17} {"packets/s, both ports, medians":>34}  {"register accesses a packet":>17}')
    for (model, mode), figures in values.items():
        rate = [figures.get((program, 'packets/s')) for program in PROGRAMS]
        access = [figures.get((program, 'mmio/packet')) for program in PROGRAMS]
        texts = [f'{statistics.median(r):,.0f}' if r else 'failed' for r in rate]
        texts.append(f'{statistics.median(rate[0]) / statistics.median(rate[1]):.2f}' if all(rate) else '')
        texts.append('/'.join(str(len(r or ())) for r in rate))
        texts += [f'{statistics.median(a):.4f}' if a else '-' for a in access]
        print(f'{model:8} {mode:8} {texts[0]:>10} {texts[1]:>10} {texts[2]:>6} {texts[3]:>5}  {texts[4]:>8} {texts[5]:>8}')


def main():
    commands = {'rates': (rates, 5), 'mmio': (mmio, 3), 'table': (table, 1)}
    function, count = commands.get(sys.argv[1] if len(sys.argv) > 1 else '', (None, 0))
    if function is None or len(sys.argv) != 2 + count:
        sys.exit(__doc__)
    function(*sys.argv[2:])


main()
