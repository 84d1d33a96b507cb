# SPDX-License-Identifier: Apache-2.0
"""Writes compiled lists byte by byte, as mod_polyauth/core/acl_image.hpp lays them out."""
import struct

MASK48 = (1 << 48) - 1
MASK64 = (1 << 64) - 1
HEADER = struct.calcsize("=8sIIQQQQ") + 2 * struct.calcsize("=QQQII12Q12Q")


def scatter(bits):
    bits ^= bits >> 23
    bits = bits * 0x9E3779B97F4B & MASK48
    bits ^= bits >> 25
    bits = bits * 0xD6E8FEB86659 & MASK48
    return bits ^ bits >> 24


def checksum(image):
    total = len(image)
    for at in range(0, len(image), 8):
        word = 0 if at == 24 else struct.unpack_from("=Q", image, at)[0]
        total = ((total ^ word) * 0x9E3779B97F4A7C15) & MASK64
        total ^= total >> 29
    return total


def compile_list(*entries):
    """A small image (one bucket of devices) of entries in their canonical spelling."""
    body = b""
    sides = b""

    def append(data):
        nonlocal body
        offset = HEADER + len(body)
        body += data + bytes(-len(data) % 8)
        return offset

    for mark in ("", "!"):
        own = [e.removeprefix("!") for e in entries if e.startswith("!") == bool(mark)]
        devices = sorted(scatter(int(e, 16)) for e in own if not e.endswith("*"))
        offsets, counts = [], []
        for digits in range(12):
            ranges = sorted(int(e[:-1] or "0", 16) for e in own
                            if e.endswith("*") and len(e) == digits + 1)
            counts.append(len(ranges))
            offsets.append(append(struct.pack(f"={len(ranges)}Q", *ranges)))
        starts = append(struct.pack("=II", 0, len(devices)))
        remainders = append(b"".join(d.to_bytes(6, "little") for d in devices))
        sides += struct.pack("=QQQII12Q12Q", len(devices), starts, remainders, 0, 6,
                             *offsets, *counts)
    size = HEADER + len(body)

    def whole(total):
        return struct.pack("=8sIIQQQQ", b"PA-ACL\n\0", 1, 0x01020304, size, total, 0, 0) + sides + body

    return whole(checksum(whole(0)))
