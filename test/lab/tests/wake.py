# SPDX-License-Identifier: BSD-3-Clause
"""Wake a program that sends back what it receives, whoever it is for, again and again: when process PID sleeps, send a frame
to ourselves by a raw socket, and wait until it comes back. Every second frame is sent at once after the last one came back, when it may be falling asleep.

usage: wake.py INTERFACE PID COUNT
"""
import socket
import struct
import sys
import time

ETHER_TYPE = 0x88b5   # IEEE 802, local experimental
TIMEOUT = 60


def state(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii') as stat:
        return stat.read().rsplit(')', 1)[1].split()[0]


def wait_asleep(pid):
    deadline = time.monotonic() + TIMEOUT
    while state(pid) != 'S':
        if time.monotonic() > deadline:
            sys.exit(f'process {pid} does not sleep for {TIMEOUT} s')
        time.sleep(0.001)


def main():
    interface, pid, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHER_TYPE))
    sock.bind((interface, ETHER_TYPE))
    sock.settimeout(TIMEOUT)
    me = sock.getsockname()[4]
    for number in range(count):
        if number % 2 == 0:
            wait_asleep(pid)
        frame = me + me + struct.pack('>HI', ETHER_TYPE, number) + bytes(46)
        sock.send(frame)
        while True:
            answer, address = sock.recvfrom(2048)
            if address[2] != socket.PACKET_OUTGOING:
                break
        if answer != frame:
            sys.exit(f'frame {number} came back changed')
    print(f'{count} frames')


try:
    main()
except socket.timeout:
    sys.exit(f'no answer for {TIMEOUT} s: a frame was slept over')
