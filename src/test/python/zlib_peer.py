"""A peer of permessage-deflate on Python's zlib, with a real context: its streams live as long as it does.

usage: zlib_peer.py inflate|deflate BITS

Reads messages from standard input and writes what it made of each to standard output, both as a length of four bytes, big-endian,
and the bytes. What it inflates it takes out one byte at a time, so that zlib has nothing but its window of 2^BITS bytes to copy from:
a reference that goes further is an error here, while most inflaters would never notice.
"""

import struct
import sys
import zlib

FLUSH_TAIL = b"\x00\x00\xff\xff"


def messages():
    while header := sys.stdin.buffer.read(4):
        yield sys.stdin.buffer.read(struct.unpack(">I", header)[0])


def answer(message):
    sys.stdout.buffer.write(struct.pack(">I", len(message)) + message)
    sys.stdout.buffer.flush()


def inflate(bits):
    stream = zlib.decompressobj(-bits)
    for payload in messages():
        made = bytearray()
        data = payload + FLUSH_TAIL
        while True:
            byte = stream.decompress(data, 1)
            data = stream.unconsumed_tail
            made += byte
            if not byte and not data:
                break
        answer(bytes(made))


def deflate(bits):
    stream = zlib.compressobj(9, zlib.DEFLATED, -bits)
    for message in messages():
        if message:
            payload = stream.compress(message) + stream.flush(zlib.Z_SYNC_FLUSH)
            answer(payload.removesuffix(FLUSH_TAIL))
        else:
            answer(b"\x00")


{"inflate": inflate, "deflate": deflate}[sys.argv[1]](int(sys.argv[2]))
