# SPDX-License-Identifier: Apache-2.0
"""The matrix of clients by name: what each one's certificate says, and who signed it."""

from datetime import timedelta

from harness.der import BMP, IA5, PRINTABLE, T61, UTF8, Raw

A, B = "0004F2AAAAAA", "0004F2BBBBBB"
MAKER = ("O", "Lab Phones Inc.")
DAY = timedelta(days=1)


def cn(*values):
    return [MAKER] + [("CN", value) for value in values]


# Each entry holds arguments of Pki.issue(); times are relative to now.
LEAVES = {
    # What phones carry.
    "phone-a": dict(subject=cn(A), key="phone-a"),
    "phone-b": dict(subject=cn(B), key="phone-b"),
    "phone-a-issuing2": dict(subject=cn(A), issuer="issuing2"),
    "phone-b-issuing2": dict(subject=cn(B), issuer="issuing2"),
    "lower-case-cn": dict(subject=cn(A.lower())),
    "mixed-case-cn": dict(subject=cn("0004f2AaAaAa")),
    "printable-cn": dict(subject=cn(Raw(PRINTABLE, A.encode()))),
    "bmp-cn": dict(subject=cn(Raw(BMP, A.encode("utf-16-be")))),

    # No identity, or more than one.
    "no-cn": dict(subject=[MAKER]),
    "empty-subject": dict(subject=[]),
    "empty-cn": dict(subject=cn("")),
    "two-cns-ab": dict(subject=cn(A, B)),
    "two-cns-ba": dict(subject=cn(B, A)),
    "two-cns-equal": dict(subject=cn(A, A)),
    "two-cns-second-empty": dict(subject=cn(A, "")),
    "two-cns-first-empty": dict(subject=cn("", A)),

    # A CN that is a pattern, or no MAC.
    "wildcard-cn": dict(subject=cn("*")),
    "question-mark-cn": dict(subject=cn("?")),
    "bracket-cn": dict(subject=cn("[0-9A-F]")),
    "regex-cn": dict(subject=cn(".*")),
    "short-cn": dict(subject=cn("0004F2")),
    "eleven-digits": dict(subject=cn(A[:-1])),
    "thirteen-digits": dict(subject=cn(A + "A")),
    "not-hex": dict(subject=cn("0004F2AAAAAG")),
    "colons-cn": dict(subject=cn("00:04:F2:AA:AA:AA")),
    "hyphens-cn": dict(subject=cn("00-04-F2-AA-AA-AA")),
    "dots-cn": dict(subject=cn("0004.F2AA.AAAA")),
    "prefix-cn": dict(subject=cn("SEP" + A)),
    "file-name-cn": dict(subject=cn(A + ".cfg")),
    "two-macs-cn": dict(subject=cn(f"{A} {B}")),
    "huge-cn": dict(subject=cn("A" * 10240)),
    "huge-cn-with-mac": dict(subject=cn(A + "-" + "x" * 10240)),

    # A CN that a careless reader takes for the MAC of a.
    "nul-then-x": dict(subject=cn(Raw(UTF8, A.encode() + b"\0x"))),
    "nul-at-end": dict(subject=cn(Raw(UTF8, A.encode() + b"\0"))),
    "nul-at-start": dict(subject=cn(Raw(UTF8, b"\0" + A.encode()))),
    "nul-ia5": dict(subject=cn(Raw(IA5, A.encode() + b"\0.example"))),
    "newline-at-end": dict(subject=cn(Raw(UTF8, A.encode() + b"\n"))),
    "space-at-end": dict(subject=cn(A + " ")),
    "space-at-start": dict(subject=cn(" " + A)),
    "full-width-digits": dict(subject=cn("\uff10\uff10\uff10\uff14F2AAAAAA")),
    "arabic-digits": dict(subject=cn("\u0660\u0660\u0660\u0664F2AAAAAA")),
    "byte-above-ascii": dict(subject=cn(Raw(T61, A.encode() + b"\xe9"))),

    # The MAC, but not in the CN.
    "mac-only-in-san": dict(subject=[MAKER], san=A),
    "mac-only-in-o": dict(subject=[("O", A)]),
    "mac-only-in-ou": dict(subject=[MAKER, ("OU", A)]),
    "mac-only-in-serial": dict(subject=[MAKER, ("serialNumber", A)]),
    "cn-inside-ou": dict(subject=[MAKER, ("OU", f"x, CN={A}")]),
    "cn-a-serial-b": dict(subject=cn(A) + [("serialNumber", B)]),

    # Other makers.
    "generic": dict(subject=[("O", "Lab Phones Inc."), ("OU", "cisco.com"), ("L", "ciscogeneric")]),
    "cisco": dict(subject=[("O", "Lab Phones Inc."), ("CN", f"CP-8861-SEP{A}")]),
    "yealink": dict(subject=[("O", "Lab Phones Inc."), ("CN", "Lab Phone"),
                             ("serialNumber", "ffffffff-ffff-ffff-fff0-0004f2aaaaaa")]),

    # Addresses that no phone has.
    "multicast": dict(subject=cn("0104F2AAAAAA")),
    "broadcast": dict(subject=cn("FFFFFFFFFFFF")),
    "placeholder-0": dict(subject=cn("000000000000")),
    "placeholder-65": dict(subject=cn("000000000065")),

    # A good name on a certificate that must not count.
    "expired": dict(subject=cn(A), not_before=-30 * DAY, not_after=-DAY),
    "not-yet-valid": dict(subject=cn(A), not_before=DAY, not_after=30 * DAY),
    "server-eku": dict(subject=cn(A), eku="server"),
    "no-eku": dict(subject=cn(A), eku=None),
    "leaf-only": dict(subject=cn(A), chain=[]),
    "self-signed-a": dict(subject=cn(A), issuer=None),
    "self-signed-b": dict(subject=cn(B), issuer=None),
    "rogue-a": dict(subject=cn(A), issuer="rogue"),
    "rogue-b": dict(subject=cn(B), issuer="rogue"),
    "imposter-a": dict(subject=cn(A), issuer="imposter-issuing1"),
    "imposter-b": dict(subject=cn(B), issuer="imposter-issuing1"),
    "sibling-a": dict(subject=cn(A), issuer="sibling"),
    "sibling-b": dict(subject=cn(B), issuer="sibling"),
    "signed-by-phone-b": dict(subject=cn(A), issuer="phone-b"),
}
