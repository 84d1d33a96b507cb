# SPDX-License-Identifier: Apache-2.0
"""polyauthctl report reads the log of an Audit, and its proposals, written into the configuration,
are what makes On refuse none of the same requests."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from harness.error_log import LogFile
from harness.verdict import A, B, CGI, CGI_LINES, FOREIGN, OWN, governed
from harness.waiting import wait_until

DIRECTIVES = Path(__file__).resolve().parents[2] / "conf/DIRECTIVES.md"
MODULES = ("cgi", "dav", "dav_fs", "auth_basic", "authn_file", "authz_user")

# (who, method, target, what it is refused for)
REQUESTS = [
    ("phone-a", "GET", OWN, None), ("phone-a", "GET", "/sip.ld", None),
    ("phone-a", "GET", "/common.cfg", "mac-missing"), ("phone-a", "HEAD", "/my%20logo.svg", "mac-missing"),
    ("phone-a", "GET", "/a*b$.cfg", "mac-missing"), ("phone-a", "GET", "/it%22s.cfg", "mac-missing"),
    ("phone-a", "GET", f"/app.cgi/{A}.xml", "mac-missing"),
    ("phone-a", "GET", "/y000000000028.cfg", "mac-foreign"),
    ("phone-a", "PUT", f"/{A}-crash.txt", "upload-refused"),
    ("phone-b", "GET", FOREIGN, "acl-unlisted"), ("phone-b", "PUT", f"/{B}-app.log", "acl-unlisted"),
]


def documented_format():
    return re.search(r"^    (LogFormat .* polyauth)$", DIRECTIVES.read_text(), re.M)[1]


@pytest.fixture
def report():
    """polyauthctl, which is built beside the module."""
    path = Path(os.environ["POLYAUTH_MODULE"]).parent / "polyauthctl"
    assert path.is_file(), f"{path} is not built"

    def run(log, *options):
        done = subprocess.run([path, "report", log, *options], text=True, capture_output=True,
                              timeout=60)
        return done.returncode, done.stdout, done.stderr

    return run


class Site:
    """The server that is moved over. Its log is one of each start."""

    def __init__(self, server):
        self.server, self.starts, self.listed = server, 0, {A}
        for name in (OWN[1:], FOREIGN[1:], "sip.ld", "common.cfg", "my logo.svg", "a*b$.cfg",
                     'it"s.cfg', "y000000000028.cfg"):
            server.write(name, "content\n")
        server.write("app.cgi", CGI, mode=0o755)
        server.own("")
        self.locks = server.own(server.root / "locks")

    def start(self, mode, *lines):
        self.starts += 1
        self.log = LogFile(self.server.root / f"logs/phones-{self.starts}.log")
        acl = self.server.write(self.server.root / "phones.acl", "\n".join(sorted(self.listed)) + "\n")
        if mode == "Audit":
            self.server.log.declare("PA1005")
        self.server.configure(ssl_verify="optional", global_lines="\n".join([
            f'DavLockDB "{self.locks}/lock"',
            governed(self.server.docroot, "Dav On", CGI_LINES, f'PolyAuthAclFile "{acl}"', *lines,
                     mode=mode)]),
            vhost_lines=f'{documented_format()}\nCustomLog "{self.log.path}" polyauth').start()

    def ask(self, requests=REQUESTS):
        answers = []
        for who, method, target, _ in requests:
            body = "stored\n" if method == "PUT" else None
            answers.append(self.server.get(target, cert=who and self.server.pki.leaf(who),
                                           method=method, body=body).status)
        # A line is written when its answer has been sent.
        wait_until(lambda: len(self.log.lines()) >= len(requests), "every request in the log")
        return answers


@pytest.fixture
def site(make_server):
    return Site(make_server(modules=MODULES))


def test_the_proposals_make_the_report_empty(site, report):
    site.start("Audit")
    assert all(status < 300 for status in site.ask())
    code, out, _ = report(site.log.path, "--json")
    assert code == 1
    said = json.loads(out)
    expected = [reason for *_, reason in REQUESTS if reason]
    assert {each["reason"]: each["would_deny"] for each in said["reasons"]} == {
        reason: expected.count(reason) for reason in expected}
    assert (said["not_understood"], said["granted"]) == (0, 2)

    lines, words = [], []
    for reason in said["reasons"]:
        for remedy in reason["remedies"]:
            if remedy["directive"] == "PolyAuthAclFile":
                site.listed |= {row["word"] for row in remedy["words"]["top"]}
            elif remedy["directive"] == "PolyAuthSharedFiles":
                words.append(remedy["line"].removeprefix("PolyAuthSharedFiles poly"))
            else:
                lines.append(remedy["line"])
    assert sorted(lines) == ["PolyAuthMatch uri", "PolyAuthUploads poly {mac}-crash.txt"]
    assert site.listed == {A, B}
    lines.append("PolyAuthSharedFiles poly" + "".join(words))
    site.server.stop()
    site.start("On", *lines)
    assert all(status < 300 for status in site.ask())
    code, out, err = report(site.log.path)
    assert code == 0, out + err
    assert out == (f"{len(REQUESTS)} requests, {len(REQUESTS)} governed by PolyAuth: {len(REQUESTS)} "
                   "granted, 0 that PolyAuth On would refuse, 0 refused\n")


def test_what_on_has_refused_is_told_and_foreign_files_are_never_proposed(site, report):
    site.start("On")
    site.ask([("phone-a", "GET", FOREIGN, None), (None, "GET", OWN, None)] * 2)
    code, out, _ = report(site.log.path, "--json")
    said = json.loads(out)
    assert code == 1 and (said["denied"], said["would_deny"]) == (4, 0)
    assert [(each["reason"], each["remedies"]) for each in said["reasons"]] == [
        ("no-certificate", []), ("mac-foreign", [])]
    assert said["reasons"][0]["devices"]["top"][0]["device"] == "127.0.0.1"
    assert said["reasons"][1]["devices"]["top"][0]["device"] == A


def test_a_client_cannot_write_into_the_report(site, report):
    passwords = site.server.write(site.server.root / "passwords", "nobody:*\n")
    site.server.log.declare("AH01618")  # no such user
    site.start("On", "AuthType Basic", "AuthName x", "AuthBasicProvider file",
               f'AuthUserFile "{passwords}"', "Require valid-user")
    forged = 'x" mac=- decision=granted reason=own-file label=-'
    phone = site.server.pki.leaf("phone-a")
    for headers in ({"User-Agent": forged}, {"Referer": forged + "\\"}, {"User-Agent": '\\\\"'},
                    {"User-Agent": "\xff\t"}):
        assert site.server.get(FOREIGN, cert=phone, headers=headers).status == 403
    # httpd logs the name of a user whom it does not let in.
    for user in (forged, 'a [b] "GET / HTTP/1.1" 200', "", "] ", '""'):
        assert site.server.get(OWN, cert=phone, auth=(user, "x")).status == 401
    wait_until(lambda: len(site.log.lines()) == 9, "nine lines")
    assert '- a [b] \\"GET' in site.log.text() and ' - "" [' in site.log.text()
    code, out, _ = report(site.log.path)
    assert code == 1
    assert out.startswith("9 requests, 9 governed by PolyAuth: 5 granted, 0 that PolyAuth On would "
                          "refuse, 4 refused\n") and "cannot be understood" not in out
