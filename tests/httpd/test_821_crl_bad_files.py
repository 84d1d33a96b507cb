# SPDX-License-Identifier: Apache-2.0
"""CRL files that are none, or of nobody that is trusted: no start with them; later the CRLs in
force stay, and the log says at crit that what was to be revoked is not."""

import os

import pytest

from harness.crl import crl
from harness.trust import GRANTED, TrustFiles, verdict
from harness.verdict import OWN, fill
from harness.waiting import wait_until

REVOKED = "certificate-revoked"
CAS = ("root", "policy", "issuing1")


def added(make):
    """Good CRLs, and behind them this one."""
    def change(files, path):
        files.put(path, files.crls(("root", "policy"), number=2) + make(files.pki.ca))
    return change


def instead(make):
    return lambda files, path: files.put(path, make(files))


def missing(files, path):
    if path.exists():
        path.unlink()


def unreadable(files, path):
    files.put(path, files.crls(CAS, number=2))
    path.chmod(0o600)


def folder(files, path):
    missing(files, path)
    path.mkdir()


BAD_FILES = {
    "unknown issuer": (added(lambda ca: crl(ca("issuing2"))),
                       "has an issuer that is in none of the trust files; add the CA there"),
    "bad signature": (added(lambda ca: crl(ca("issuing1"), number=2, spoiled=True)),
                      "has a wrong signature"),
    "imposter's signature": (added(lambda ca: crl(ca("imposter-issuing1"), number=2)),
                             "has a wrong signature"),
    "signed by the root for the issuing CA": (
        added(lambda ca: crl(ca("issuing1"), number=2, signing_key=ca("root").private_key)),
        "has a wrong signature"),
    "delta": (added(lambda ca: crl(ca("issuing1"), number=2, delta_of=1)),
              "is a delta CRL; a full CRL is needed"),
    "rubbish": (instead(lambda f: os.urandom(100_000)), "holds no PEM block"),
    "not PEM": (instead(lambda f: "revoked: everybody\n"), "holds no PEM block"),
    "empty": (instead(lambda f: ""), "holds no PEM block"),
    "certificate in it": (instead(lambda f: f.crls(CAS, number=2) + f.pem("root")),
                          "is a CERTIFICATE, not an X509 CRL"),
    "private key in it": (instead(lambda f: f.crls(CAS, number=2)
                                  + f.pki.leaf("phone-b").key.read_text()),
                          "holds a private key; remove it"),
    "certificate called CRL": (instead(lambda f: f.pem("root").replace("CERTIFICATE", "X509 CRL")),
                               "CRL 1 "),
    "cut short": (instead(lambda f: f.crls(CAS, number=2)[:-150]), "is not closed by an END line"),
    "missing": (missing, "No such file or directory"),
    "unreadable": (unreadable, "Permission denied"),
    "directory": (folder, "is not a regular file"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_the_server_does_not_start_with_it(server, name):
    change, text = BAD_FILES[name]
    files = TrustFiles(server)
    files.trust(*CAS)
    change(files, files.crl)
    files.configure(files.section(revocation=True))
    check, failure = server.configtest(), server.start_fails()
    assert check.returncode != 0
    for output in (check.output, failure.output + failure.error_log):
        lines = [line for line in output.splitlines() if "PA1001: " in line or "PA1002: " in line]
        assert lines and all(f"PolyAuthCARevocationFile {files.crl}" in line for line in lines), output
        assert any(text in line for line in lines), output
        assert "PRIVATE KEY" not in output and "MII" not in output


@pytest.fixture(scope="module")
def gone_bad(make_shared_server, pki):
    """The complaint about each file, and the verdicts on two phones: all good, bad, repaired."""
    server = make_shared_server()
    server.log.declare("PA2002", "PA2003", always=True)
    files = TrustFiles(server)
    files.trust(*CAS)
    paths = {name: files.folder / f"{number}.crl" for number, name in enumerate(BAD_FILES)}
    phones = pki.issue(cn="0004F2AAAAAA"), pki.issue(cn="0004F2AAAAAA")
    for path in paths.values():
        files.put(path, files.crls(CAS, revoked={"issuing1": [phones[1]]}))
        fill(server, f"{path.stem}{OWN}")
    files.configure("".join(files.section(path.stem, revocation=path) for path in paths.values()))
    server.start()

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
        files.put(path, files.crls(CAS, number=3, revoked={"issuing1": [phones[0]]}))
    for path in paths.values():
        files.loaded(path, 2, 20)
    verdicts.append(ask())
    lines = {name: [line for line in complaints() if f"{path}:" in line] for name, path in paths.items()}
    return paths, lines, verdicts


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_turns_bad_is_reported_once_and_the_old_one_stays(gone_bad, name):
    paths, lines, verdicts = gone_bad
    (line,) = lines[name]
    # A file that is not there revokes nothing that is known of.
    if "PA2002" in line:
        assert name in ("missing", "unreadable", "directory") and "[polyauth:error]" in line
    else:
        assert "PA2003: " in line and "[polyauth:crit]" in line
        assert "NOT in force" in line
    assert str(paths[name]) in line and BAD_FILES[name][1] in line
    assert "; keeping generation=1 loaded at 20" in line
    assert [each[name] for each in verdicts] == [[GRANTED, REVOKED], [GRANTED, REVOKED],
                                                 [REVOKED, GRANTED]]


# Together with the trust file.

def test_crls_without_a_trust_file_do_not_start(server):
    files = TrustFiles(server)
    files.revoke()
    files.configure(files.section(trust=False, revocation=True))
    check, failure = server.configtest(), server.start_fails()
    assert check.returncode != 0
    for output in (check.output, failure.output + failure.error_log):
        (line,) = [line for line in output.splitlines() if "PA1017: " in line]
        assert "PolyAuthCACertificateFile" in line and "write" in line


NO_TRUST, NO_CRLS = "PolyAuthCACertificateFile none", "PolyAuthCARevocationFile none"


@pytest.mark.parametrize("outer, inner, starts", [
    (dict(revocation=True), dict(trust=False, more=NO_TRUST), False),
    (dict(revocation=True), dict(trust=False, more=f"{NO_TRUST}\n{NO_CRLS}"), True),
    (dict(revocation=True), dict(trust=False, more=NO_CRLS), True),
    (dict(), dict(trust=False, revocation=True), True),
    (dict(trust=False), dict(trust=False, revocation=True), False),
    # What the inner section has is not the outer one's.
    (dict(trust=False, revocation=True), dict(), False),
], ids=["trust unset", "both unset", "CRLs unset", "CRLs inside", "nowhere", "trust inside"])
def test_each_section_with_crls_needs_a_trust_file(server, outer, inner, starts):
    files = TrustFiles(server)
    files.trust()
    files.revoke()
    files.configure(files.section(**outer) + files.section("prov/in", **inner))
    if starts:
        server.start()
        return
    failure = server.start_fails()
    assert "PA1017" in failure.output + failure.error_log


@pytest.mark.parametrize("restart", ["graceful", "restart"])
def test_a_running_server_refuses_where_the_trust_file_is_taken_away(server, pki, restart):
    files = TrustFiles(server)
    files.trust()
    files.revoke()
    files.configure(files.section(revocation=True)).server.start()
    assert files.verdict(pki.leaf("phone-a")) == GRANTED
    server.log.declare("PA1017")
    files.configure(files.section(trust=False, revocation=True))
    getattr(server, restart)()
    assert server.log.lines(r"\[polyauth:crit\].*PA1017: ")
    assert files.verdict(pki.leaf("phone-a")) == "internal-error"


def test_crls_that_came_before_their_ca_are_adopted_when_it_comes(server, pki):
    files = TrustFiles(server)
    files.trust(*CAS)
    files.put(files.crl, files.crls(CAS))
    files.configure(files.section(revocation=True)).server.start()
    server.log.declare("PA2003")
    phone = pki.issue(cn="0004F2AAAAAA", issuer="issuing2")
    files.put(files.crl, files.crls((*CAS, "issuing2"), number=2, revoked={"issuing2": [phone]}))
    assert "is in none of the trust files" in server.log.wait_for("PA2003: ")
    assert files.verdict(phone) == "issuer-untrusted"
    server.log.declare("PA2006")
    files.trust(*CAS, "issuing2")
    files.loaded(files.ca, 2)
    # Nobody has touched the CRL file.
    assert "crls=4 revoked=1" in files.loaded(files.crl, 2)
    assert files.verdict(phone) == REVOKED
    assert files.verdict(pki.leaf("phone-a-issuing2")) == GRANTED
