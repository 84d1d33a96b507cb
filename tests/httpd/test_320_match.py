# SPDX-License-Identifier: Apache-2.0
"""PolyAuthMatch: where the device's own address must stand, for files and for handlers."""

import pytest

from harness.verdict import (A, B, CGI, CGI_LINES, FOREIGN, OWN, environment, expect, fill,
                             governed)

OWNED, SHARED, DEVICE = (200, "own-file"), (200, "shared-file"), (200, "device")
FOREIGN_FILE, MISSING = (403, "mac-foreign"), (403, "mac-missing")
UNSAFE, REFUSED, GONE = (403, "path-unsafe"), (403, "method-refused"), (404, "own-file")
DASHES, COLONS, DOTS = "00-04-f2-aa-aa-aa", "00:04:f2:aa:aa:aa", "0004.f2aa.aaaa"
MATCHES = {"path": "path", "file": "file", "uri": "uri", "query": "query mac", "none": "none"}

# In a folder of each kind: what a phone asks for, and what it gets.
PATH = {
    OWN: OWNED, FOREIGN: FOREIGN_FILE, f"/{A}/basic.cfg": OWNED, f"/{A}/sip.ld": SHARED,
    "/basic.cfg": MISSING, f"/basic.cfg/{A}": MISSING, f"/basic.cfg?mac={A}": MISSING,
    "/sip.ld": SHARED, f"/app.cgi/{A}": MISSING, f"/app.cgi?mac={A}": MISSING, "/app.cgi": MISSING,
    f"/{A}.cgi": OWNED, f"/{A}.cgi/x": OWNED, f"/{A}.cgi/{B}": FOREIGN_FILE,
    f"/{A}/app.cgi/x": OWNED, f"/nothing/{A}.cfg": GONE,
}
FILE = {
    OWN: OWNED, FOREIGN: FOREIGN_FILE, f"/{A}/basic.cfg": MISSING, f"/{A}{OWN}": OWNED,
    f"/{A}/sip.ld": SHARED, "/basic.cfg": MISSING, f"/basic.cfg/{A}": MISSING,
    f"/basic.cfg?mac={A}": MISSING, "/sip.ld": SHARED, f"/{A}.cgi": OWNED, f"/{A}.cgi/x": OWNED,
    f"/{A}/app.cgi": MISSING, f"/{A}/app.cgi/{A}": MISSING, f"/{A}{FOREIGN}": FOREIGN_FILE,
    f"/{B}{OWN}": FOREIGN_FILE,
}
URI = {
    OWN: OWNED, FOREIGN: FOREIGN_FILE, f"/{A}/basic.cfg": OWNED, "/basic.cfg": MISSING, "/sip.ld": SHARED,
    # For httpd's own files what follows them proves nothing.
    f"/basic.cfg/{A}": MISSING, f"/basic.cfg/{A}.cfg": MISSING, f"{OWN}/x": OWNED,
    f"{OWN}/{B}": FOREIGN_FILE, f"{FOREIGN}/{A}": FOREIGN_FILE, f"/basic.cfg?mac={A}": MISSING,
    f"/app.cgi/{A}": OWNED, f"/app.cgi/{A.upper()}.cfg": OWNED, f"/app.cgi/x/{DASHES}/y": OWNED,
    f"/app.cgi/{B}": FOREIGN_FILE, f"/app.cgi/{A}/{B}": FOREIGN_FILE, "/app.cgi": MISSING,
    "/app.cgi/x": MISSING, f"/app.cgi?mac={A}": MISSING, f"/app.cgi/{A}?mac={B}": FOREIGN_FILE,
    f"/app.cgi/{A}?mac={A}": OWNED, f"/app.cgi/{A};x": UNSAFE, f"/app.cgi/%25{A}": UNSAFE,
    "/app.cgi/sip.ld": MISSING, f"/app.cgi/{A}/sip.ld": OWNED, f"/nothing/{A}.cfg": GONE,
    f"/{A}.cgi": OWNED, f"/{B}.cgi/{A}": FOREIGN_FILE,
}
QUERY = {
    **{f"/app.cgi?{query}": OWNED for query in (
        f"mac={A}", f"mac={A.upper()}", f"mac={DASHES}", f"mac={COLONS}", f"mac={DOTS}",
        "mac=00%3A04%3af2%3Aaa%3aaa%3aaa", "mac=%30004f2aaaaaa", f"MAC={A}", f"Mac={A}", f"m%61c={A}",
        f"mac={A}&x=1", f"x=1&mac={A}", f"a_b-c=1&mac={A}", f"mac={A}&x", f"mac={A}&x=a%26b", f"mac={A}&",
        f"mac={A}&file={A}.cfg", f"mac={A}&x=mac")},
    **{f"/app.cgi?{query}": MISSING for query in (
        "", "mac", "mac=", "mac=x", f"max={A}", f"x={A}", A, f"mac={A}0", f"mac=+{A}",
        f"mac={A}.cfg", f"mac={A}&mac={A}", f"mac={A}&MAC={A}", f"mac={A}&m%61c={A}", f"mac={A}&mac",
        f"mac={A}&mac=", f"mac=&mac={A}", f"mac={A}&x[]=1", f"mac={A}&x.y=1", f"mac={A}&=1",
        f"mac[]={A}", f"%20mac={A}", f"mac%20={A}", f"mac={A}&a+b=1", f"mac={A}%20", f"mac={A},{A}",
        f"mac={A}&%6dac=1", f"+mac={A}", "mac=0004f2-aaaaaa")},
    **{f"/app.cgi?{query}": FOREIGN_FILE for query in (
        f"mac={B}", f"mac={A}&mac={B}", f"mac={B}&mac={A}", f"mac={A};mac={B}", f"mac={A}%26mac={B}",
        f"mac={A}&file={B}.cfg", f"mac={A}&{B}", f"mac={A}&x=00-04-F2-BB-BB-BB", "mac=000000000065")},
    **{f"/app.cgi?{query}": UNSAFE for query in (
        f"mac={A}%00", f"mac={A}%0a", f"mac=%2530{A[1:]}", f"mac={A}&x=%250a")},
    f"/app.cgi/{A}": MISSING, f"/app.cgi/{A}?mac={A}": OWNED, f"/app.cgi/{B}?mac={A}": FOREIGN_FILE,
    f"/{B}.cgi?mac={A}": FOREIGN_FILE, f"/{A}.cgi": MISSING, f"/{A}.cgi?mac={A}": OWNED,
    # A file that httpd serves by itself must be the device's besides.
    f"/basic.cfg?mac={A}": MISSING, OWN: MISSING, f"{OWN}?mac={A}": OWNED, f"{FOREIGN}?mac={A}": FOREIGN_FILE,
    f"/{A}/basic.cfg?mac={A}": OWNED, f"/basic.cfg/{A}?mac={A}": MISSING, "/sip.ld": SHARED,
    "/sip.ld?x[]=1": SHARED, f"/sip.ld?mac={B}": FOREIGN_FILE,
}
NONE = {
    OWN: DEVICE, FOREIGN: DEVICE, "/basic.cfg": DEVICE, f"/{A}/basic.cfg": DEVICE, "/sip.ld": DEVICE,
    "/app.cgi": DEVICE, f"/app.cgi/{B}": DEVICE, f"/app.cgi?mac={B}": DEVICE, f"{OWN}?{B}": DEVICE,
    "/nothing": (404, "device"), "/basic.cfg;": UNSAFE, "/basic.cfg?x=%0a": UNSAFE, "/%2566": UNSAFE,
}
TABLES = {"path": PATH, "file": FILE, "uri": URI, "query": QUERY, "none": NONE}

# POST is for handlers, where they are asked for; its body is the handler's business.
POSTS = [
    *[(match, target, REFUSED) for match in ("path", "file")
      for target in (OWN, f"/{A}.cgi", f"/{A}{OWN}", "/sip.ld", FOREIGN)],
    ("uri", f"/app.cgi/{A}", OWNED), ("uri", f"/{A}.cgi", OWNED), ("uri", "/app.cgi", MISSING),
    ("uri", f"/app.cgi/{B}", FOREIGN_FILE), ("uri", OWN, REFUSED), ("uri", f"/{A}/basic.cfg", REFUSED),
    ("uri", "/open.cgi", (403, "shared-read-only")),
    ("query", f"/app.cgi?mac={A}", OWNED), ("query", "/app.cgi", MISSING),
    ("query", f"/app.cgi?mac={B}", FOREIGN_FILE), ("query", f"{OWN}?mac={A}", REFUSED),
    ("query", "/open.cgi", (403, "shared-read-only")),
    ("none", "/app.cgi", DEVICE), ("none", f"/app.cgi/{B}", DEVICE), ("none", OWN, REFUSED),
    ("none", "/basic.cfg", REFUSED), ("none", "/nothing.cfg", REFUSED), ("none", FOREIGN, REFUSED),
]


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server()
    sections = []
    for folder, match in MATCHES.items():
        fill(made, *(f"{folder}/{name}" for name in (
            OWN[1:], FOREIGN[1:], "basic.cfg", "sip.ld", f"{A}/basic.cfg", f"{A}/sip.ld",
            f"{A}{OWN}", f"{A}{FOREIGN}", f"{B}{OWN}")))
        for name in ("app.cgi", "open.cgi", f"{A}.cgi", f"{B}.cgi", f"{A}/app.cgi"):
            made.write(f"{folder}/{name}", CGI, mode=0o755)
        sections.append(governed(made.docroot / folder, f"PolyAuthMatch {match}", CGI_LINES,
                                 "PolyAuthSharedFiles poly open.cgi", "AcceptPathInfo On"))
    made.configure(global_lines="".join(sections), modules=["cgi"], ssl_verify="optional")
    return made.start()


@pytest.mark.parametrize("match, target, verdict", [
    (match, target, verdict) for match, table in TABLES.items() for target, verdict in table.items()])
def test_the_own_address_stands_where_the_section_wants_it(server, pki, match, target, verdict):
    expect(server, *verdict, f"/{match}{target}", cert=pki.leaf("phone-a"))


@pytest.mark.parametrize("match, target, verdict", POSTS)
def test_post_is_for_handlers(server, pki, match, target, verdict):
    expect(server, *verdict, f"/{match}{target}", cert=pki.leaf("phone-a"), method="POST",
           body=f"mac={B}", headers={"Content-Type": "application/x-www-form-urlencoded"})


@pytest.mark.parametrize("match, target", [
    ("path", f"/{A}.cgi"), ("uri", f"/app.cgi/{A}"), ("query", f"/app.cgi?mac={A}"), ("none", "/app.cgi")])
def test_a_handler_is_told_who_asks(server, pki, match, target):
    answer = expect(server, 200, "device" if match == "none" else "own-file", f"/{match}{target}",
                    cert=pki.leaf("phone-a"))
    told = environment(answer)
    assert (told["POLYAUTH_MAC"], told["POLYAUTH_DECISION"]) == (A, "granted")


@pytest.mark.parametrize("match", MATCHES)
def test_no_way_of_matching_does_without_a_certificate(server, match):
    for target in (OWN, "/basic.cfg", "/sip.ld", f"/app.cgi/{A}?mac={A}"):
        expect(server, 403, "no-certificate", f"/{match}{target}")
        expect(server, 403, "no-tls", f"/{match}{target}", plain=True)
