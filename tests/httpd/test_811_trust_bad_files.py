# SPDX-License-Identifier: Apache-2.0
"""Trust files that are none: the server does not start with one and says why; one that turns bad
later changes nothing but the log. Nothing of a private key ever gets there."""

import os
from datetime import timedelta

import pytest

from harness.bad_files import GoneBad, complaints_at_start, folder, instead, missing, refusal
from harness.crl import crl
from harness.trust import GRANTED, TrustFiles, verdict
from harness.verdict import OWN, fill


def secret(files):
    return files.pki.leaf("phone-b").key.read_text()


def expired_ca(files):
    return files.pki.issue(
        subject=[("CN", "Lab Expired Issuing CA")], issuer="policy", name="expired-issuing", eku=None,
        ca=True, not_before=timedelta(days=-30), not_after=timedelta(days=-1)).leaf_pem


def unreadable(files, path):
    files.trust(path=path)
    path.chmod(0o600)


def dangling(files, path):
    missing(files, path)
    path.symlink_to("nowhere")


# What is wrong: how it comes about, and what is said of it.
BAD_FILES = {
    "private key behind": (instead(lambda f: f.pem("root", "policy", "issuing1") + secret(f)),
                           "holds a private key; remove it"),
    "private key alone": (instead(secret), "holds a private key; remove it"),
    "private key in DOS lines": (instead(lambda f: secret(f).replace("\n", "\r\n")),
                                 "holds a private key; remove it"),
    "body of a key as a certificate": (
        instead(lambda f: secret(f).replace("RSA PRIVATE KEY", "CERTIFICATE")), "cannot be parsed"),
    "expired CA": (instead(lambda f: f.pem("root", "policy", "issuing1") + expired_ca(f)),
                   "(CN=Lab Expired Issuing CA) expired on 20"),
    "device among them": (instead(lambda f: f.pem("root") + f.pki.leaf("phone-a").leaf_pem),
                          "is not a CA; only CA certificates belong here"),
    "300 certificates": (instead(lambda f: f.pem("root") * 300), "holds more than 256 blocks"),
    "thousand certificates": (instead(lambda f: f.pem("root") * 1000),
                              ("holds more than 256 blocks", "larger than the limit")),
    "16 MiB of rubbish": (instead(lambda f: os.urandom(16 << 20)), "larger than the limit"),
    "not PEM": (instead(lambda f: "this is no certificate\n"), "holds no PEM block"),
    "DER": (instead(lambda f: f.pki.ca("root").der), "holds no PEM block"),
    "empty": (instead(lambda f: ""), "holds no PEM block"),
    "CRL in it": (instead(lambda f: f.pem("root") + crl(f.pki.ca("root"))),
                  "is an X509 CRL, not a CERTIFICATE"),
    "cut short": (instead(lambda f: f.pem("root", "policy")[:-200]), "is not closed by an END line"),
    "garbled": (instead(lambda f: f.pem("root").replace("MII", "M-I", 1)), "this is no base64"),
    "missing": (missing, "No such file or directory"),
    "unreadable": (unreadable, "Permission denied"),
    "directory": (folder, "is not a regular file"),
    "dangling link": (dangling, "No such file or directory"),
}


def holds(text, wanted):
    return any(each in text for each in ([wanted] if isinstance(wanted, str) else wanted))


def assert_keeps_secrets(files, text):
    body = [line for line in secret(files).splitlines() if "-----" not in line]
    assert not any(line[:16] in text for line in body), "a private key is in the log"


@pytest.mark.parametrize("name", BAD_FILES)
def test_the_server_does_not_start_with_it(server, name):
    change, text = BAD_FILES[name]
    files = TrustFiles(server)
    change(files, files.ca)
    files.configure()
    for output in refusal(server, "PolyAuthCACertificateFile", files.ca):
        lines = complaints_at_start(output)
        assert any(holds(line, text) for line in lines) and len(lines) <= 21, output
        assert_keeps_secrets(files, output)


@pytest.fixture(scope="module")
def gone_bad(make_shared_server, pki):
    server = make_shared_server()
    server.log.declare("PA2002", always=True)
    files = TrustFiles(server)
    made = GoneBad(
        files, BAD_FILES, ".pem", (pki.leaf("phone-a"), pki.leaf("phone-a-issuing2")),
        first=lambda path: files.trust("root", "policy", "issuing1", path=path),
        repaired=lambda path: files.trust("root", "policy", "issuing2", path=path),
        section=lambda path: dict(trust=path))
    assert_keeps_secrets(files, server.log.text())
    return made


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_turns_bad_is_reported_once_and_the_old_one_stays(gone_bad, name):
    line, verdicts = gone_bad.of(name)
    assert "[polyauth:error]" in line and "PA2002: " in line and holds(line, BAD_FILES[name][1])
    assert verdicts == [
        [GRANTED, "issuer-untrusted"], [GRANTED, "issuer-untrusted"], ["issuer-untrusted", GRANTED]]


@pytest.mark.parametrize("restart", ["graceful", "restart"])
@pytest.mark.parametrize("kind", ["missing", "private key behind", "not PEM"])
def test_a_new_bad_file_closes_its_section_at_a_restart(server, pki, restart, kind):
    files = TrustFiles(server)
    files.trust()
    files.configure().server.start()
    fill(server, f"second{OWN}")
    second = files.folder / "second.pem"
    BAD_FILES[kind][0](files, second)
    files.configure(files.section() + files.section("second", trust=second))
    server.log.declare("PA1001", "PA1002", "PA2004")
    getattr(server, restart)()
    assert server.log.lines(r"\[polyauth:crit\].*PA100[12]: PolyAuthCACertificateFile")
    assert server.log.lines(r"\[polyauth:crit\].*PA2004: .*no version of it is in force")

    def ask():
        return verdict(server, lambda: server.get(f"/second{OWN}", cert=pki.leaf("phone-a")))

    assert ask() == "internal-error" and files.verdict(pki.leaf("phone-a")) == GRANTED
    assert_keeps_secrets(files, server.log.text())
    files.trust(path=second)
    files.loaded(second, 1)
    assert ask() == GRANTED


def test_a_thousand_errors_are_told_as_twenty(server):
    files = TrustFiles(server)
    files.put(files.ca, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n" * 100)
    files.configure()
    check = server.configtest()
    lines = check.output.count("PA1001: ")
    assert check.returncode != 0 and lines == 21 and "and 80 more errors" in check.output
