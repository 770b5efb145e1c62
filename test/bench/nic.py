# SPDX-License-Identifier: BSD-3-Clause
"""Packets per second of plx-testpmd and dpdk-testpmd over the two NICs of the lab, in turn. Runs in the guest, see tools/bench.

A run counts from the moment that forwarding has begun to the signal that ends it; packets are those received, both ports
together, as the program's own forward statistics have them.
"""
import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import time

START = b'packet forwarding packets/burst'
COMMON = ['--tx-first', '--total-num-mbufs=16384', '--rxd=256', '--stats-period=1']
# Fewer than 512 DPDK's driver does not take.
TXD = {'vmxnet3': 512}
START_TIMEOUT = 120


def commands(args):
    testpmd = os.path.join(os.environ['PLX_BUILD'], 'app/testpmd/plx-testpmd')
    mode = [f'--forward-mode={args.mode}', f'--txd={TXD.get(args.nic, 256)}']
    return {
        'plx-testpmd': [testpmd, '-l', '0-1', f'--vfio-backend={args.backend}', '--', *mode, *COMMON],
        'dpdk-testpmd': ['dpdk-testpmd', '-l', '0-1', '--in-memory', '--no-telemetry', '--', *mode, *COMMON],
    }


def run(name, command, seconds):
    """Return packets per second."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = b''
    deadline = time.monotonic() + START_TIMEOUT
    while START not in output:
        piece = process.stdout.read1()
        output += piece
        if not piece or time.monotonic() > deadline:
            process.kill()
            sys.exit(f'{name} did not start:\n{output.decode(errors="replace")}')
    begin = time.monotonic()
    # What is measured is a duration, so this sleep is no wait for a condition.
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    took = time.monotonic() - begin
    output += process.communicate(timeout=60)[0]
    total = re.findall(rb'Accumulated forward statistics.*?RX-packets: (\d+)', output, re.S)
    if process.returncode != 0 or not total or int(total[-1]) == 0:
        sys.exit(f'{name} failed, status {process.returncode}:\n{output.decode(errors="replace")[-3000:]}')
    return int(total[-1]) / took


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--nic', default='virtio')
    parser.add_argument('--mode', default='io')
    parser.add_argument('--backend', default='iommufd')
    parser.add_argument('--seconds', type=int, default=10)
    parser.add_argument('--runs', type=int, default=3)
    args = parser.parse_args()
    rates = {name: [] for name in commands(args)}
    for number in range(args.runs):
        for name, command in commands(args).items():
            rates[name].append(run(name, command, args.seconds))
            print(f'run {number + 1}: {name:13} {rates[name][-1]:12,.0f} packets/s', flush=True)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print(f'\n{"":13} {"min":>12} {"median":>12} {"max":>12}   packets/s, both ports together')
    for name, values in rates.items():
        print(f'{name:13} {min(values):12,.0f} {medians[name]:12,.0f} {max(values):12,.0f}')
    ratios = [a / b for a, b in zip(rates['plx-testpmd'], rates['dpdk-testpmd'])]
    print(f'plx/dpdk: {medians["plx-testpmd"] / medians["dpdk-testpmd"]:.2f} of the medians, pair by pair '
          + ' '.join(f'{ratio:.2f}' for ratio in ratios))


main()
