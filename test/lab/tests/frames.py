# SPDX-License-Identifier: BSD-3-Clause
"""Send numbered frames of 60 to 1514 bytes by a raw socket and, unless --no-echo, see that each comes back once with its
MAC addresses swapped. At most WINDOW are under way, so that a lost one is a loss and not an overrun.

usage: frames.py INTERFACE DST-MAC COUNT [--no-echo]
"""
import random
import socket
import struct
import sys

WINDOW = 64
ETHER_TYPE = 0x88b5   # IEEE 802, local experimental
TIMEOUT = 20


def main():
    interface, mac, count = sys.argv[1], bytes.fromhex(sys.argv[2].replace(':', '')), int(sys.argv[3])
    echo = '--no-echo' not in sys.argv
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHER_TYPE))
    sock.bind((interface, ETHER_TYPE))
    sock.settimeout(TIMEOUT)
    me = sock.getsockname()[4]
    rng = random.Random(1)
    expected = {}
    sent = 0
    while sent < count or expected:
        if sent < count and len(expected) < WINDOW:
            size = rng.choice((60, 64, 128, 1000, 1514)) if sent % 2 else rng.randint(60, 1514)
            payload = struct.pack('>HI', ETHER_TYPE, sent) + rng.randbytes(size - 18)
            sock.send(mac + me + payload)
            if echo:
                expected[sent] = me + mac + payload
            sent += 1
            continue
        frame, address = sock.recvfrom(2048)
        if address[2] == socket.PACKET_OUTGOING:
            continue
        number = struct.unpack_from('>I', frame, 14)[0]
        want = expected.pop(number, None)
        if want is None:
            sys.exit(f'frame {number} came twice, or was never sent')
        if frame != want:
            sys.exit(f'frame {number} of {len(want)} bytes came back changed, {len(frame)} bytes')
    print(f'{sent} frames')


try:
    main()
except socket.timeout:
    sys.exit(f'no answer for {TIMEOUT} s: frames are lost')
