# SPDX-License-Identifier: Apache-2.0
"""Trust files that are none: the server does not start with one and says why; one that turns bad
later changes nothing but the log. Nothing of a private key ever gets there."""

import os
from datetime import timedelta

import pytest

from harness.crl import crl
from harness.trust import GRANTED, TrustFiles, verdict
from harness.verdict import OWN, fill
from harness.waiting import wait_until


def written(make):
    """Replaces the file by this text."""
    def change(files, path):
        files.put(path, make(files))
    return change


def secret(files):
    return files.pki.leaf("phone-b").key.read_text()


def expired_ca(files):
    return files.pki.issue(
        subject=[("CN", "Lab Expired Issuing CA")], issuer="policy", name="expired-issuing", eku=None,
        ca=True, not_before=timedelta(days=-30), not_after=timedelta(days=-1)).leaf_pem


def missing(files, path):
    if path.exists():
        path.unlink()


def unreadable(files, path):
    files.trust(path=path)
    path.chmod(0o600)


def folder(files, path):
    missing(files, path)
    path.mkdir()


def dangling(files, path):
    missing(files, path)
    path.symlink_to("nowhere")


# What is wrong: how it comes about, and what is said of it.
BAD_FILES = {
    "private key behind": (written(lambda f: f.pem("root", "policy", "issuing1") + secret(f)),
                           "holds a private key; remove it"),
    "private key alone": (written(secret), "holds a private key; remove it"),
    "private key in DOS lines": (written(lambda f: secret(f).replace("\n", "\r\n")),
                                 "holds a private key; remove it"),
    "body of a key as a certificate": (
        written(lambda f: secret(f).replace("RSA PRIVATE KEY", "CERTIFICATE")), "cannot be parsed"),
    "expired CA": (written(lambda f: f.pem("root", "policy", "issuing1") + expired_ca(f)),
                   "(CN=Lab Expired Issuing CA) expired on 20"),
    "device among them": (written(lambda f: f.pem("root") + f.pki.leaf("phone-a").leaf_pem),
                          "is not a CA; only CA certificates belong here"),
    "300 certificates": (written(lambda f: f.pem("root") * 300), "holds more than 256 blocks"),
    "thousand certificates": (written(lambda f: f.pem("root") * 1000),
                              ("holds more than 256 blocks", "larger than the limit")),
    "16 MiB of rubbish": (written(lambda f: os.urandom(16 << 20)), "larger than the limit"),
    "not PEM": (written(lambda f: "this is no certificate\n"), "holds no PEM block"),
    "DER": (written(lambda f: f.pki.ca("root").der), "holds no PEM block"),
    "empty": (written(lambda f: ""), "holds no PEM block"),
    "CRL in it": (written(lambda f: f.pem("root") + crl(f.pki.ca("root"))),
                  "is an X509 CRL, not a CERTIFICATE"),
    "cut short": (written(lambda f: f.pem("root", "policy")[:-200]), "is not closed by an END line"),
    "garbled": (written(lambda f: f.pem("root").replace("MII", "M-I", 1)), "this is no base64"),
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
    check, failure = server.configtest(), server.start_fails()
    assert check.returncode != 0
    for output in (check.output, failure.output + failure.error_log):
        lines = [line for line in output.splitlines() if "PA1001: " in line or "PA1002: " in line]
        assert lines and all(f"PolyAuthCACertificateFile {files.ca}" in line for line in lines), output
        assert any(holds(line, text) for line in lines), output
        assert len(lines) <= 21
        assert_keeps_secrets(files, output)


@pytest.fixture(scope="module")
def gone_bad(make_shared_server, pki):
    """The complaint about each file, and the verdicts on two phones: all good, bad, repaired."""
    server = make_shared_server()
    server.log.declare("PA2002", always=True)
    files = TrustFiles(server)
    paths = {name: files.folder / f"{number}.pem" for number, name in enumerate(BAD_FILES)}
    phones = pki.leaf("phone-a"), pki.leaf("phone-a-issuing2")
    for path in paths.values():
        files.trust("root", "policy", "issuing1", path=path)
        fill(server, f"{path.stem}{OWN}")
    files.configure("".join(files.section(path.stem, trust=path) for path in paths.values())).server.start()

    def ask():
        def one(path, phone):
            return verdict(server, lambda: server.get(f"/{path.stem}{OWN}", cert=phone))
        return {name: [one(path, phone) for phone in phones] for name, path in paths.items()}

    def complaints():
        return server.log.lines("PA200[234]: ")

    verdicts = [ask()]
    for name, (change, _) in BAD_FILES.items():
        change(files, paths[name])
    wait_until(lambda: len(complaints()) >= len(BAD_FILES), server.log.text, 20)
    verdicts.append(ask())
    for path in paths.values():
        if path.is_dir():
            path.rmdir()
        files.trust("root", "policy", "issuing2", path=path)
    for path in paths.values():
        files.loaded(path, 2, 20)
    verdicts.append(ask())
    lines = {name: [line for line in complaints() if f"{path}:" in line] for name, path in paths.items()}
    assert_keeps_secrets(files, server.log.text())
    return paths, lines, verdicts


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_turns_bad_is_reported_once_and_the_old_one_stays(gone_bad, name):
    paths, lines, verdicts = gone_bad
    (line,) = lines[name]
    assert "[polyauth:error]" in line and "PA2002: " in line and str(paths[name]) in line
    assert holds(line, BAD_FILES[name][1]) and "; keeping generation=1 loaded at 20" in line
    assert [each[name] for each in verdicts] == [
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
