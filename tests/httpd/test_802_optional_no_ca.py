# SPDX-License-Identifier: Apache-2.0
"""`SSLVerifyClient optional_no_ca` lets anybody in, and a resumed session makes a stranger a
friend: with a trust file no cell of the matrix is open, without one the server does not start."""

from itertools import product

import pytest

from harness.trust import (ASKED_LATER, BY_TICKET, FROM_CACHE, FULL, GRANTED, H2, HANDSHAKES, WAYS,
                           TrustFiles, arrive)

STRANGER = {"certificate-unverified", "issuer-untrusted"}
# mod_ssl knows the phones' CAs on one host, and no CA at all on the other.
BELIEVING, BELIEVING_NOBODY = "believing", "nobody"
KINDS = {
    "good": {GRANTED},
    "wrong CA": {"issuer-untrusted"},
    "other maker": STRANGER,
    "rogue": STRANGER,
    "self-signed": STRANGER,
    "imposter": STRANGER,
    "signed by a phone": {"unknown_ca"},
    "revoked leaf": {"certificate-revoked"},
    "revoked intermediate": {"certificate-revoked"},
    "expired": {"certificate_expired"},
    "not yet valid": {"bad_certificate"},
    "nothing": {"no-certificate"},
}
# The five faults that optional_no_ca forgives are about an unknown issuer.
REFUSED_BY_TLS = {"expired": "certificate_expired", "not yet valid": "bad_certificate",
                  "signed by a phone": "unknown_ca"}


def answers_for(host, kind):
    if host == BELIEVING:
        return {"decrypt_error"} if kind == "imposter" else KINDS[kind]
    # Unverified; a resumed session says otherwise, and then the trust file knows better.
    return KINDS[kind] | (set() if kind in REFUSED_BY_TLS or kind == "nothing" else STRANGER)


def possible(host, way, kind):
    """No session and no connection to keep for whom TLS refuses."""
    refused = kind in REFUSED_BY_TLS or (host, kind) == (BELIEVING, "imposter")
    return way[2] != ASKED_LATER and (way[2] == FULL or not refused)


CELLS = [cell for cell in product((BELIEVING, BELIEVING_NOBODY), WAYS, KINDS) if possible(*cell)]


@pytest.fixture(scope="module")
def stage(make_shared_server, pki):
    server = make_shared_server(mpm="event")
    server.log.declare(*HANDSHAKES, "AH01883", always=True)
    files = TrustFiles(server)
    files.trust()
    revoked = pki.issue(cn="0004F2AAAAAA")
    files.put(files.crl, files.crls(revoked={
        "issuing1": [revoked], "policy": [pki.ca("issuing3")]}))
    files.shown = {
        "good": pki.leaf("phone-a"), "wrong CA": pki.leaf("phone-a-issuing2"),
        "other maker": pki.issue(cn="0004F2AAAAAA", issuer="maker2-issuing"),
        "rogue": pki.leaf("rogue-a"), "self-signed": pki.leaf("self-signed-a"),
        "imposter": pki.leaf("imposter-a"), "signed by a phone": pki.leaf("signed-by-phone-b"),
        "revoked leaf": revoked,
        "revoked intermediate": pki.issue(cn="0004F2AAAAAA", issuer="issuing3"),
        "expired": pki.leaf("expired"), "not yet valid": pki.leaf("not-yet-valid"),
        "nothing": None,
    }
    loose = f"SSLVerifyClient optional_no_ca\n{H2['tls_lines']}"
    hosts = (files.host(BELIEVING, "root", "policy", "issuing1", "issuing2", "issuing3", lines=loose)
             + files.host(BELIEVING_NOBODY, "server-ca", lines=loose))
    files.configure("", global_lines=files.section(revocation=True), extra_vhosts=hosts,
                    session_cache=True, log_level="info polyauth:debug ssl:error", **H2)
    server.start()
    return files


@pytest.mark.parametrize("host, way, kind", CELLS)
def test_a_trust_file_makes_it_safe(stage, host, way, kind):
    answers = arrive(stage, stage.shown[kind], *way, host)
    assert set(answers) <= answers_for(host, kind)
    if host == BELIEVING_NOBODY and kind == "good":
        assert answers[0] == "certificate-unverified"
    if way[2] in (BY_TICKET, FROM_CACHE) and kind != "good":
        assert len(answers) == 2 and GRANTED not in answers


def refusal(server):
    check, failure = server.configtest(), server.start_fails()
    assert check.returncode != 0
    assert "PA1003" in check.output and "PA1003" in failure.output + failure.error_log
    return check.output


def test_without_a_trust_file_it_does_not_start(server):
    files = TrustFiles(server)
    files.configure(files.section(trust=False), ssl_verify="optional_no_ca")
    assert "PolyAuthCACertificateFile" in refusal(server)


@pytest.mark.parametrize("first, second", [
    (("prov", True, ""), ("prov/open", False, "PolyAuthCACertificateFile none")),
    (("prov", True, ""), ("other", False, "")),
    # The trust file of an inner section says nothing of the files around it.
    (("prov", False, ""), ("prov/in", True, "")),
    (("", False, ""), ("prov", True, "")),
], ids=["unset inside", "another", "only inside", "only in one folder"])
def test_one_section_without_is_enough_not_to_start(server, first, second):
    files = TrustFiles(server)
    files.trust()
    files.configure("".join(files.section(folder, trust, more=more)
                            for folder, trust, more in (first, second)),
                    ssl_verify="optional_no_ca")
    refusal(server)


def test_each_section_with_a_trust_file_is_enough_to_start(server):
    files = TrustFiles(server)
    files.trust()
    files.configure(files.section() + files.section("other"), ssl_verify="optional_no_ca")
    check = server.configtest()
    assert check.returncode == 0 and "PA1003" not in check.output
    server.start()


def test_a_trust_file_of_the_virtual_host_is_enough(server, pki):
    files = TrustFiles(server)
    files.trust()
    files.configure(f'PolyAuthCACertificateFile "{files.ca}"\n' + files.section(trust=False),
                    ssl_verify="optional_no_ca")
    server.start()
    assert files.verdict(pki.leaf("phone-a")) == GRANTED


def test_under_audit_it_is_only_warned_of(server, pki):
    server.log.declare("PA1003", "PA1005")
    files = TrustFiles(server)
    files.configure(files.section(trust=False, mode="Audit"), ssl_verify="optional_no_ca",
                    log_level="info polyauth:debug ssl:error")
    check = server.configtest()
    assert check.returncode == 0 and "PA1003" in check.output
    server.start()


@pytest.mark.parametrize("restart", ["graceful", "restart"])
def test_a_running_server_that_loses_its_trust_file_refuses(server, pki, restart):
    server.log.declare("PA1003")
    files = TrustFiles(server)
    files.trust()
    files.configure(ssl_verify="optional_no_ca").server.start()
    assert files.verdict(pki.leaf("phone-a")) == GRANTED
    files.configure(files.section(trust=False), ssl_verify="optional_no_ca")
    getattr(server, restart)()
    assert files.verdict(pki.leaf("phone-a")) == "internal-error"
