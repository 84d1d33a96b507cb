# SPDX-License-Identifier: Apache-2.0
"""Just enough DER to write certificates that well-behaved libraries refuse to write."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

OIDS = {"CN": "2.5.4.3", "serialNumber": "2.5.4.5", "L": "2.5.4.7", "ST": "2.5.4.8",
        "O": "2.5.4.10", "OU": "2.5.4.11"}
UTF8, PRINTABLE, T61, IA5, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1E
DIGESTS = {"sha256": (hashes.SHA256, "1.2.840.113549.1.1.11"),
           "sha1": (hashes.SHA1, "1.2.840.113549.1.1.5")}


class Raw:
    """An attribute value as it stands in the encoding: string type and bytes."""

    def __init__(self, tag, data):
        self.tag, self.data = tag, data


def tlv(tag, *parts):
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted):
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    out = bytearray([first * 40 + second])
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return tlv(0x06, bytes(out))


def bit_string(data):
    return tlv(0x03, b"\0", data)


def name(attributes):
    """A subject of (attribute, value) pairs in this order; str becomes a UTF8String."""
    rdns = []
    for key, value in attributes:
        if isinstance(value, str):
            value = Raw(UTF8, value.encode())
        rdns.append(tlv(0x31, sequence(oid(OIDS[key]), tlv(value.tag, value.data))))
    return sequence(*rdns)


def time(moment):
    if 1950 <= moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def extension(value, critical):
    flag = tlv(0x01, b"\xff") if critical else b""
    return sequence(oid(value.oid.dotted_string), flag, tlv(0x04, value.public_bytes()))


def certificate(serial, issuer_name, subject_name, not_before, not_after, public_key,
                extensions, signing_key, digest="sha256"):
    """The signed certificate; names are encoded already, extensions are (value, critical)."""
    hashed, algorithm_oid = DIGESTS[digest]
    algorithm = sequence(oid(algorithm_oid), b"\x05\x00")
    tbs = sequence(
        tlv(0xA0, integer(2)), integer(serial), algorithm, issuer_name,
        sequence(time(not_before), time(not_after)), subject_name,
        public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        tlv(0xA3, sequence(*(extension(*each) for each in extensions))))
    signature = signing_key.sign(tbs, padding.PKCS1v15(), hashed())
    return sequence(tbs, algorithm, bit_string(signature))
