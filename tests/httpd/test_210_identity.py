# SPDX-License-Identifier: Apache-2.0
"""PolyAuthIdentity: how the device's address is read from its certificate."""

import pytest

from harness.der import UTF8, Raw
from harness.subjects import A, B, MAKER, cn
from harness.verdict import OWN, expect, fill, governed

CISCO = '"CN~.*SEP([0-9A-F]{12})"'
YEALINK = '"serialNumber~f{8}-f{4}-f{4}-fff0-([0-9a-f]{12})"'
FORMS = {
    "unset": "",
    "poly": "poly",
    "broadworks": "broadworks",
    "cisco": CISCO,
    "yealink": YEALINK,
    "serial": '"serialNumber~([0-9A-Fa-f]{12})"',
    "unit": '"OU~MAC=(.*)"',
    "place": '"L~(.*)" "ST~(.*)" "O~(.*)"',
    "makers": f"poly {CISCO} {YEALINK}",
    "two": 'poly "serialNumber~([0-9A-Fa-f]{12})"',
    "optional-group": '"CN~(?:SEP([0-9A-F]{12})|generic)"',
    "hungry": '"CN~(?:a+)+([0-9A-F]{12})"',
    "ends": '"OU~([0-9A-F]{12})$"',
}
OWNED, MISSING = (200, "own-file"), (403, "identity-missing")
MULTIPLE, MALFORMED = (403, "identity-multiple"), (403, "identity-malformed")


def unit(value):
    return [MAKER, ("OU", value)]


def serial(*values, name="Lab Phone"):
    return cn(name) + [("serialNumber", value) for value in values]


# (form, a certificate of the matrix or a subject, verdict for the file of a)
CASES = [
    ("unset", "phone-a", OWNED), ("unset", "cisco", MALFORMED),
    ("poly", "phone-a", OWNED), ("poly", "colons-cn", MALFORMED), ("poly", "yealink", MALFORMED),
    ("poly", "cn-a-serial-b", OWNED), ("poly", serial(A, A, name=A), OWNED),

    *[("broadworks", name, OWNED) for name in (
        "phone-a", "lower-case-cn", "colons-cn", "hyphens-cn", "dots-cn", "prefix-cn",
        "file-name-cn", "huge-cn-with-mac", "cisco", "space-at-end")],
    *[("broadworks", name, MALFORMED) for name in (
        "eleven-digits", "thirteen-digits", "not-hex", "wildcard-cn", "huge-cn", "nul-at-start",
        "full-width-digits", "placeholder-0", "placeholder-65", "multicast", "broadcast",
        "yealink")],
    *[("broadworks", name, MISSING) for name in ("no-cn", "empty-cn", "generic", "mac-only-in-san")],
    *[("broadworks", name, MULTIPLE) for name in (
        "two-macs-cn", "two-cns-ab", "two-cns-equal", "two-cns-second-empty")],
    ("broadworks", "phone-b", (403, "mac-foreign")),
    ("broadworks", cn(f"{A}/{B}"), MULTIPLE), ("broadworks", cn(f"Phone {A} (lab)"), OWNED),
    # mod_ssl writes a control byte as hex digits, which must not become part of an address.
    ("broadworks", cn(Raw(UTF8, b"\0" + A[2:].encode())), MALFORMED),

    ("cisco", "cisco", OWNED), ("cisco", "phone-a", MALFORMED), ("cisco", "generic", MISSING),
    ("cisco", cn(f"CP-8861-SEP{A}-x"), MALFORMED), ("cisco", cn(f"CP-8861-SEP{A}0"), MALFORMED),
    ("cisco", cn(f"CP-8861-SEP{A.lower()}"), MALFORMED), ("cisco", cn(f"SEP{B}-SEP{A}"), OWNED),
    ("cisco", cn(f"SEP{A}\n"), MALFORMED), ("cisco", cn(f"SEP{A}", f"SEP{B}"), MULTIPLE),
    ("cisco", cn("SEP000000000065"), MALFORMED), ("cisco", cn("SEPFFFFFFFFFFFF"), MALFORMED),

    ("yealink", "yealink", OWNED), ("yealink", "phone-a", MISSING),
    ("yealink", "mac-only-in-serial", MALFORMED),
    ("yealink", serial("ffffffff-ffff-ffff-fff0-0004f2bbbbbb"), (403, "mac-foreign")),
    ("yealink", serial("ffffffff-ffff-ffff-fff0-000000000000"), MALFORMED),
    ("yealink", serial(*["ffffffff-ffff-ffff-fff0-0004f2aaaaaa"] * 2), MULTIPLE),
    ("yealink", serial(""), MISSING), ("yealink", serial("", ""), MULTIPLE),
    # An attribute that no form uses may occur as often as it likes.
    ("serial", cn(B, B) + [("serialNumber", A)], OWNED),
    ("serial", "cn-a-serial-b", (403, "mac-foreign")),

    *[("unit", unit(f"MAC={text}"), OWNED) for text in (
        A, A.lower(), "00:04:f2:AA:aa:AA", "00-04-F2-AA-AA-AA", "0004.f2aa.aaaa")],
    *[("unit", unit(f"MAC={text}"), MALFORMED) for text in (
        "", "00:04:F2:AA:AA", A + "0", " " + A, A + "\n", "00:04:F2-AA-AA-AA", "0004f2-aaaaaa",
        "00:04:F2:AA:AA:AA:01", "*", f"{A} {B}")],
    ("unit", unit(Raw(UTF8, b"MAC=" + A.encode() + b"\0")), MALFORMED),
    ("unit", unit(Raw(UTF8, b"MAC=" + A.encode() + b"\0x")), MALFORMED),
    ("unit", [MAKER, ("OU", f"MAC={A}"), ("OU", "Phones")], MULTIPLE),
    ("unit", "phone-a", MISSING), ("unit", unit("Phones"), MALFORMED),

    *[("place", [(key, A)], OWNED) for key in ("O", "L", "ST")],
    ("place", [("L", A), ("ST", A), ("O", A)], OWNED),
    ("place", [("L", A), ("ST", B)], MULTIPLE), ("place", [("L", A), ("O", "Lab")], OWNED),
    ("place", [("L", "Lab")], MALFORMED), ("place", cn(A)[1:], MISSING),

    ("makers", "phone-a", OWNED), ("makers", "cisco", OWNED), ("makers", "yealink", OWNED),
    ("makers", "generic", MISSING), ("makers", "wildcard-cn", MALFORMED),
    ("makers", "two-cns-ab", MULTIPLE),
    ("makers", serial("ffffffff-ffff-ffff-fff0-0004f2bbbbbb", name=A), MULTIPLE),
    ("makers", serial("ffffffff-ffff-ffff-fff0-0004f2aaaaaa", name=A), OWNED),
    ("two", "cn-a-serial-b", MULTIPLE), ("two", "mac-only-in-serial", OWNED),
    ("two", serial(B, name=A), MULTIPLE), ("two", serial(A, A, name=A), MULTIPLE),
    ("two", serial("000000000000", name=A), MULTIPLE),

    ("optional-group", cn("generic"), MALFORMED), ("optional-group", cn(f"SEP{A}"), OWNED),
    # The match has a limit: this pattern would otherwise run for years.
    ("hungry", cn("a" * 60 + "!"), MALFORMED), ("hungry", cn("aaa" + A), OWNED),
    ("ends", unit(A), OWNED), ("ends", unit(A + "\n"), MALFORMED),
]


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server()
    sections = []
    for form, words in FORMS.items():
        fill(made, form + OWN)
        sections.append(governed(made.docroot / form, words and f"PolyAuthIdentity {words}"))
    return made.configure(global_lines="".join(sections)).start()


@pytest.fixture(scope="module")
def certificate(pki):
    made = {}

    def find(subject):
        if isinstance(subject, str):
            return pki.leaf(subject)
        key = repr([(name, vars(value) if isinstance(value, Raw) else value)
                    for name, value in subject])
        if key not in made:
            made[key] = pki.issue(subject=subject)
        return made[key]

    return find


@pytest.mark.parametrize("form, subject, verdict", CASES, ids=lambda value: repr(value)[:40])
def test_a_form_reads_its_own_attribute_and_nothing_looser(server, certificate, form, subject,
                                                           verdict):
    expect(server, *verdict, f"/{form}{OWN}", cert=certificate(subject))


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_one_connection_is_read_anew_where_another_form_holds(server, pki, tls):
    # What is kept with the connection must not outlive its section.
    with server.connect(pki.leaf("cisco"), tls=tls) as connection:
        for _ in range(2):
            expect(server, *MALFORMED, f"/poly{OWN}", connection)
            expect(server, *OWNED, f"/cisco{OWN}", connection)
            expect(server, *MISSING, f"/yealink{OWN}", connection)
            expect(server, *OWNED, f"/makers{OWN}", connection)
    with server.connect(pki.leaf("cn-a-serial-b"), tls=tls) as connection:
        for _ in range(2):
            expect(server, *OWNED, f"/poly{OWN}", connection)
            expect(server, 403, "mac-foreign", f"/serial{OWN}", connection)
            expect(server, *MULTIPLE, f"/two{OWN}", connection)
