# SPDX-License-Identifier: Apache-2.0
"""CRL files that are none, or of nobody that is trusted: no start with them; later the CRLs in
force stay, and the log says at crit that what was to be revoked is not."""

import os

import pytest

from harness.bad_files import GoneBad, complaints_at_start, folder, instead, missing, refusal
from harness.crl import crl
from harness.trust import GRANTED, TrustFiles

REVOKED = "certificate-revoked"
CAS = ("root", "policy", "issuing1")


def added(make):
    """Good CRLs, and behind them this one."""
    def change(files, path):
        files.put(path, files.crls(("root", "policy"), number=2) + make(files.pki.ca))
    return change


def unreadable(files, path):
    files.put(path, files.crls(CAS, number=2))
    path.chmod(0o600)


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
    for output in refusal(server, "PolyAuthCARevocationFile", files.crl):
        assert any(text in line for line in complaints_at_start(output)), output
        assert "PRIVATE KEY" not in output and "MII" not in output


@pytest.fixture(scope="module")
def gone_bad(make_shared_server, pki):
    server = make_shared_server()
    server.log.declare("PA2002", "PA2003", always=True)
    files = TrustFiles(server)
    files.trust(*CAS)
    phones = pki.issue(cn="0004F2AAAAAA"), pki.issue(cn="0004F2AAAAAA")

    def revoke(phone, **options):
        return lambda path: files.put(path, files.crls(CAS, revoked={"issuing1": [phone]}, **options))

    return GoneBad(files, BAD_FILES, ".crl", phones, first=revoke(phones[1]),
                   repaired=revoke(phones[0], number=3), section=lambda path: dict(revocation=path))


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_turns_bad_is_reported_once_and_the_old_one_stays(gone_bad, name):
    line, verdicts = gone_bad.of(name)
    # A file that is not there revokes nothing that is known of.
    if "PA2002" in line:
        assert name in ("missing", "unreadable", "directory") and "[polyauth:error]" in line
    else:
        assert "PA2003: " in line and "[polyauth:crit]" in line
        assert "NOT in force" in line
    assert BAD_FILES[name][1] in line
    assert verdicts == [[GRANTED, REVOKED], [GRANTED, REVOKED], [REVOKED, GRANTED]]


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
    # CRLs that have settled by now are judged by no trust file at all.
    server.log.declare("PA1017", "PA2003")
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
