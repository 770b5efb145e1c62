# SPDX-License-Identifier: BSD-3-Clause
"""Ping by the kernel's own ICMP echo socket (icmp(7)): COUNT requests with random payloads of 64 to 1400 bytes, of which all
must be answered with the same payload. ping(8) itself gives the last answer of a run no more than two round trips.

usage: ping.py ADDRESS COUNT
"""
import random
import socket
import struct
import sys

WINDOW = 8
TIMEOUT = 30
ECHO_REQUEST, ECHO_REPLY = 8, 0


def main():
    address, count = sys.argv[1], int(sys.argv[2])
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    sock.connect((address, 0))
    sock.settimeout(TIMEOUT)
    rng = random.Random(1)
    expected = {}
    sent = 0
    while sent < count or expected:
        if sent < count and len(expected) < WINDOW:
            size = 64 + sent * (1400 - 64) // max(count - 1, 1)
            expected[sent] = rng.randbytes(size)
            # The kernel fills in identifier and checksum, and checks them in what comes back.
            sock.send(struct.pack('>BBHHH', ECHO_REQUEST, 0, 0, 0, sent) + expected[sent])
            sent += 1
            continue
        answer = sock.recv(2048)
        kind, _, _, _, number = struct.unpack_from('>BBHHH', answer)
        payload = expected.pop(number, None)
        if kind != ECHO_REPLY or payload is None:
            sys.exit(f'answer of type {kind} to request {number}: not expected')
        if answer[8:] != payload:
            sys.exit(f'request {number}: {len(payload)} bytes of payload came back changed')
    print(f'{sent} requests of 64 to 1400 bytes answered')


try:
    main()
except socket.timeout:
    sys.exit(f'no answer for {TIMEOUT} s: pings are lost')
