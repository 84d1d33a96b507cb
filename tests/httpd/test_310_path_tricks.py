# SPDX-License-Identifier: Apache-2.0
"""Spellings of a request that try to make the check and the file system see different files."""

import os
import re

import pytest

from harness.verdict import A, B, FOREIGN, OWN, expect, fill, governed

OWNED, SHARED = (200, "own-file"), (200, "shared-file")
FOREIGN_FILE, MISSING = (403, "mac-foreign"), (403, "mac-missing")
UNSAFE, GONE = (403, "path-unsafe"), (404, "own-file")
ACCENT = b"\xc3\xa9".decode()

NORMALISED = {
    f"/{A}/../{B}.cfg": FOREIGN_FILE, f"/{A}/%2e%2e/{B}.cfg": FOREIGN_FILE,
    f"/{A}/.%2e/{B}.cfg": FOREIGN_FILE, f"/{A}/%2E./{B}.cfg": FOREIGN_FILE,
    f"/{A}/./../{B}.cfg": FOREIGN_FILE, f"//{B}.cfg": FOREIGN_FILE, f"/{A}//../{B}.cfg": FOREIGN_FILE,
    f"/%30%30%30%34f2bbbbbb.cfg": FOREIGN_FILE, f"/0004f2%62%62%62%62%62%62%2ecfg": FOREIGN_FILE,
    f"/%30004f2aaaaaa.cfg": OWNED, f"/{B}/../{A}.cfg": OWNED, f"//{A}.cfg": OWNED, f"/./{A}.cfg": OWNED,
    f"/{A}/": (404, "own-file"), f"/{B}/": FOREIGN_FILE, f"/{B}": FOREIGN_FILE, f"/{A}": (301, "own-file"),
}
FOLDERS = {
    f"/{A}/{A}.cfg": OWNED, f"/{A}/basic.cfg": OWNED, f"/{A}/{B}.cfg": FOREIGN_FILE,
    f"/{B}/{A}.cfg": FOREIGN_FILE, f"/{B}/basic.cfg": FOREIGN_FILE, f"/{B}/sip.ld": FOREIGN_FILE,
    "/basic.cfg": MISSING, f"/{A}0.cfg": MISSING, f"/1{A}.cfg": MISSING, f"/{A}{B}.cfg": MISSING,
    f"/{A}0/basic.cfg": MISSING, f"/x{B}.cfg": FOREIGN_FILE, f"/phone{B}.cfg": FOREIGN_FILE,
    f"/{A}.cfg.": GONE, f"/{B}.cfg.": FOREIGN_FILE, f"/{B}.cfg%20": FOREIGN_FILE,
    f"/{B}.cfg~": FOREIGN_FILE, f"/.{B}.cfg": FOREIGN_FILE, f"/{B.upper()}.CFG": FOREIGN_FILE,
    f"/{A.upper()}.CFG": GONE, f"/00%3a04:f2:bb%3Abb:bb.cfg": FOREIGN_FILE,
    "/00%2d04-f2-bb-bb-bb.cfg": FOREIGN_FILE, "/0004%2ef2bb.bbbb.cfg": FOREIGN_FILE,
}
BYTES = {
    f"/{A}.cfg;x=1": UNSAFE, f"/{A}.cfg%3bx": UNSAFE, f"/{A}/..;/{B}.cfg": UNSAFE, f"/;/{A}.cfg": UNSAFE,
    f"/{A}\\..\\{B}.cfg": UNSAFE, f"/{A}%5c..%5c{B}.cfg": UNSAFE,
    **{f"/{A}%{byte}.cfg": UNSAFE for byte in (
        "01", "07", "08", "09", "0a", "0d", "0D%0a", "1b", "1f", "7f", "2566", "252e", "25", "25zz", "ff",
        "80", "c0%ae", "c1%bf", "e0%80%af", "ed%a0%80", "f4%90%80%80", "f8%88%80%80%80", "c3", "c3%28")},
    "/%2530004f2bbbbbb.cfg": UNSAFE, f"/%252e%252e/{A}.cfg": UNSAFE,
    f"/{A}.cfg".encode() + b"\xff": UNSAFE, b"/\xff\xfe": UNSAFE,
    f"/{A}-%c3%a9.cfg": OWNED, f"/{A}-{ACCENT}.cfg".encode(): OWNED,
    f"/{A}-%20x.cfg": GONE, f"/{A}-%22.cfg": GONE, f"/{A}-*.cfg": GONE, f"/{A}-?": GONE,
    # Digits of other scripts are digits of no address.
    "/%ef%bc%90%ef%bc%90%ef%bc%90%ef%bc%94f2aaaaaa.cfg": MISSING,
    f"/{A}.cfg%00": (404, None), f"/{A}.cfg%zz": (400, None), f"/../{A}.cfg": (400, None),
}
SLASHES = {
    "Off": (404, None), "On": FOREIGN_FILE, "NoDecode": UNSAFE,
}
TARGETS = {
    f"http://localhost/{B}.cfg": FOREIGN_FILE, f"https://localhost/{B}.cfg": FOREIGN_FILE,
    f"https://{A}/{B}.cfg": FOREIGN_FILE, f"https://{A}@localhost/{B}.cfg": (400, None),
    f"https://localhost/{A}/../{B}.cfg": FOREIGN_FILE, f"https://localhost/{A}.cfg": OWNED,
    f"https://{B}/{A}.cfg": OWNED, f"https://localhost/basic.cfg?{A}": MISSING,
}
QUERIES = {
    f"{FOREIGN}?{A}": FOREIGN_FILE, f"{FOREIGN}?mac={A}": FOREIGN_FILE, f"/basic.cfg?mac={A}": MISSING,
    **{f"{OWN}?{query}": FOREIGN_FILE for query in (
        B, f"mac={B}", f"x=1&y={B.upper()}", f"{B}=1", "mac=00-04-f2-bb-bb-bb", "mac=00:04:f2:bb:bb:bb",
        "mac=00%3A04%3aF2%3abb:bb:bb", "mac=0004.f2bb.bbbb", "mac=%30004f2bbbbbb", "mac=0004f2%62bbbbb",
        "mac=%30%30%30%34%66%32%62%62%62%62%62%62", f"a={A}&b={B}", "mac=0000000000aa", f"file=/{B}.cfg",
        f"file=..%2f{B}.cfg", f"phone{B}", f"x=;{B}", f"?{B}")},
    **{f"{OWN}?{query}": OWNED for query in (
        "", A, f"mac={A}", f"mac={A.upper()}", "mac=00-04-f2-aa-aa-aa", "x=100%", "x=%zz", "x=a%20b",
        "x=0004f2", f"x={B}0", "x=%c3%a9", "mac=0004f2+bbbbbb")},
    **{f"{OWN}?{query}": UNSAFE for query in (
        "x=%0a", "%0d%0a", "x=%00", "%7f", "x=%2530004f2bbbbbb", "x=%25%33%30", "%2530")},
}
# What follows an existing file, where httpd lets it.
PATH_INFO = {
    f"/info/{B}.cfg/{A}": FOREIGN_FILE, f"/info/{A}.cfg/{B}": FOREIGN_FILE, f"/info/{A}.cfg/x/y": OWNED,
    f"/info/{A}.cfg/{A}": OWNED, f"/info/basic.cfg/{A}": MISSING, f"/info/basic.cfg/{A}.cfg": MISSING,
    f"/info/basic.cfg/{A}/sip.ld": MISSING, "/info/basic.cfg/sip.ld": MISSING,
    "/info/sip.ld/x": SHARED, f"/info/sip.ld/{A}": SHARED, f"/info/sip.ld/{B}": FOREIGN_FILE,
    f"/info/basic.cfg/{B}": FOREIGN_FILE, f"/info/{A}.cfg/%2e%2e/{B}.cfg": FOREIGN_FILE,
    f"/basic.cfg/{A}": MISSING, f"/basic.cfg/{A}.cfg": MISSING, f"{FOREIGN}/{A}": FOREIGN_FILE,
    f"{OWN}/x": GONE,
}
# Where the folders of the server itself hold addresses, which say nothing.
MAPPED = {
    f"/site{OWN}": OWNED, f"/site{FOREIGN}": FOREIGN_FILE, "/site/basic.cfg": MISSING,
    "/mine/basic.cfg": MISSING, f"/mine{FOREIGN}": FOREIGN_FILE, f"/mine{OWN}": OWNED,
    f"/{A}/own-alias/basic.cfg": OWNED, f"/{A}/foreign-alias{FOREIGN}": FOREIGN_FILE,
}
LINKS = {
    f"/{A}-link.cfg": OWNED, f"/{B}-link.cfg": FOREIGN_FILE, "/link.cfg": MISSING,
    f"/linked/{B}.cfg": FOREIGN_FILE, f"/linked/{A}.cfg": OWNED, f"/linked-{B}/{A}.cfg": FOREIGN_FILE,
}


def furnish(server):
    fill(server, OWN[1:], FOREIGN[1:], "basic.cfg", "sip.ld", f"{A}-{ACCENT}.cfg", f"x{B}.cfg",
         *(f"{folder}/{name}.cfg" for folder in (A, B) for name in (A, B, "basic")), f"{B}/sip.ld",
         f"{A}0.cfg", f"1{A}.cfg", f"{A}{B}.cfg", f"{A}0/basic.cfg",
         *(f"info/{name}" for name in (OWN[1:], FOREIGN[1:], "basic.cfg", "sip.ld")))
    for folder in ("0004f2cccccc", A, "plain"):
        fill(server, *(server.root / folder / name for name in (OWN[1:], FOREIGN[1:], "basic.cfg")))
    for name, target in ((f"{A}-link.cfg", FOREIGN[1:]), (f"{B}-link.cfg", OWN[1:]),
                         ("link.cfg", OWN[1:]), ("linked", A), (f"linked-{B}", A)):
        os.symlink(target, server.docroot / name)
    return server


@pytest.fixture(scope="module")
def start(make_shared_server):
    def make(docroot=None, slashes="Off", more=""):
        server = furnish(make_shared_server())
        root = server.root
        server.configure(
            global_lines=governed(root, "Require all granted", "Options FollowSymLinks") +
            f'<Directory "{server.docroot}/info">\nAcceptPathInfo On\n</Directory>\n',
            vhost_lines=f"AllowEncodedSlashes {slashes}\n{more}\n" + "".join(
                f'Alias "{url}/" "{root / folder}/"\n' for url, folder in (
                    ("/site", "0004f2cccccc"), ("/mine", A), (f"/{A}/own-alias", "plain"),
                    (f"/{A}/foreign-alias", "plain"))) +
            (f'DocumentRoot "{root / docroot}"\n' if docroot else ""))
        # httpd's own remarks: a path above the root, an encoded slash that is switched off.
        server.log.declare("AH10244", "AH00026", always=True)
        return server.start()

    return make


@pytest.fixture(scope="module")
def server(start):
    return start()


TABLE = {**NORMALISED, **FOLDERS, **BYTES, **TARGETS, **QUERIES, **PATH_INFO, **MAPPED, **LINKS}


@pytest.mark.parametrize("target, verdict", TABLE.items(), ids=map(repr, TABLE))
def test_however_it_is_spelled_a_phone_gets_its_own_only(server, pki, target, verdict):
    expect(server, *verdict, target, cert=pki.leaf("phone-a"))


@pytest.mark.parametrize("slashes, verdict", SLASHES.items())
@pytest.mark.parametrize("mode", ["default", "kept apart"])
def test_an_encoded_slash_opens_nothing(start, pki, slashes, verdict, mode):
    server = start(slashes=slashes, more="MergeSlashes Off" if mode == "kept apart" else "")
    phone = pki.leaf("phone-a")
    for target in (f"/{A}%2f..%2f{B}.cfg", f"/{A}%2F%2e%2e%2F{B}.cfg", f"/{A}/..%2f{B}.cfg"):
        expect(server, *verdict, target, cert=phone)
    for target in (f"/{A}//../{B}.cfg", f"/{A}///..////{B}.cfg", f"//x//{B}.cfg"):
        expect(server, *FOREIGN_FILE, target, cert=phone)
    expect(server, *OWNED, f"//{A}.cfg", cert=phone)


def test_slashes_that_are_kept_apart_make_no_name_of_what_follows_a_file(start, pki):
    server, phone = start(more="MergeSlashes Off"), pki.leaf("phone-a")
    for target in (f"/info/basic.cfg/{A}//x", f"/info/basic.cfg/{A}//", f"/info//basic.cfg//{A}.cfg///",
                   "/info/basic.cfg/x//sip.ld"):
        expect(server, *MISSING, target, cert=phone)
    expect(server, *SHARED, "/info/sip.ld//x//y", cert=phone)
    expect(server, *OWNED, f"/info/{A}.cfg/x//y", cert=phone)


@pytest.mark.parametrize("docroot", ["0004f2cccccc", A])
def test_a_document_root_that_holds_an_address_says_nothing(start, pki, docroot):
    server, phone = start(docroot=docroot), pki.leaf("phone-a")
    expect(server, *OWNED, OWN, cert=phone)
    expect(server, *FOREIGN_FILE, FOREIGN, cert=phone)
    expect(server, *MISSING, "/basic.cfg", cert=phone)


def test_another_phone_may_use_the_same_spellings_for_its_own(server, pki):
    for target in (f"/{A}/../{B}.cfg", f"//{B}.cfg", f"/%30004f2bbbbbb.cfg", f"{FOREIGN}?mac={B}",
                   f"/info/{B}.cfg/x", f"/mine{FOREIGN}"):
        expect(server, *OWNED, target, cert=pki.leaf("phone-b"))


def test_the_table_names_each_target_once():
    tables = (NORMALISED, FOLDERS, BYTES, TARGETS, QUERIES, PATH_INFO, MAPPED, LINKS)
    assert sum(map(len, tables)) == len(TABLE)
    assert not [target for target in TABLE if re.search(r"\s", str(target))]
