# SPDX-License-Identifier: Apache-2.0
"""What a client shows in the TLS handshake, and what that is worth: questions 1-4, 7 and 8."""

from datetime import timedelta

import pytest

from harness.client import HandshakeError
from harness.subjects import LEAVES
from harness.verdict import A, FOREIGN, OWN, SECRET, expect, fill, governed
from harness.waiting import wait_until

VERSIONS = ["1.2", "1.3"]
GRANTED, FOREIGN_FILE = (200, "own-file"), (403, "mac-foreign")
MISSING, MULTIPLE = (403, "identity-missing"), (403, "identity-multiple")
MALFORMED = (403, "identity-malformed")


def all_of(names, verdict):
    return dict.fromkeys(names.split(), verdict)


# Each certificate asks for the file of a: the verdict, or the alert by which mod_ssl refuses.
EXPECTED = {
    **all_of("phone-a phone-a-issuing2 lower-case-cn mixed-case-cn printable-cn bmp-cn "
             "cn-a-serial-b no-eku leaf-only", GRANTED),
    **all_of("phone-b phone-b-issuing2", FOREIGN_FILE),
    **all_of("no-cn empty-subject empty-cn", MISSING),
    **all_of("two-cns-ab two-cns-ba two-cns-equal two-cns-second-empty two-cns-first-empty",
             MULTIPLE),
    **all_of("wildcard-cn question-mark-cn bracket-cn regex-cn short-cn eleven-digits "
             "thirteen-digits not-hex colons-cn hyphens-cn dots-cn prefix-cn file-name-cn "
             "two-macs-cn huge-cn huge-cn-with-mac", MALFORMED),
    **all_of("nul-then-x nul-at-end nul-at-start nul-ia5 newline-at-end space-at-end "
             "space-at-start full-width-digits arabic-digits byte-above-ascii", MALFORMED),
    **all_of("mac-only-in-san mac-only-in-o mac-only-in-ou mac-only-in-serial cn-inside-ou "
             "generic", MISSING),
    **all_of("cisco yealink multicast broadcast placeholder-0 placeholder-65", MALFORMED),
    # A sibling CA under the maker's root: mod_ssl cannot tell, a trust file can.
    "sibling-a": GRANTED, "sibling-b": FOREIGN_FILE,
    **all_of("self-signed-a self-signed-b rogue-a rogue-b", "unknown_ca"),
    **all_of("imposter-a imposter-b", "decrypt_error"),
    "expired": "certificate_expired", "not-yet-valid": "bad_certificate",
    "server-eku": "unsupported_certificate", "signed-by-phone-b": "unknown_ca",
}


def start(server, **lines):
    fill(server, OWN[1:], FOREIGN[1:], "sip.ld")
    server.configure(global_lines=governed(server.docroot), session_cache=True, **lines)
    return server.start()


def declare_huge(server, name):
    """mod_ssl's session cache has no room for ten thousand letters."""
    if name.startswith("huge"):
        server.log.declare("AH01875")


@pytest.fixture(scope="module", params=["require", "optional"])
def phones(request, make_shared_server):
    server = start(make_shared_server(), ssl_verify=request.param)
    server.verify = request.param
    return server


def test_the_table_holds_every_certificate_of_the_matrix(pki):
    assert set(EXPECTED) == set(pki.names())


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("name", LEAVES)
def test_each_certificate_gets_what_it_is_worth(phones, pki, name, tls):
    declare_huge(phones, name)
    expected = EXPECTED.get(name)
    if isinstance(expected, tuple):
        response = expect(phones, *expected, OWN, cert=pki.leaf(name), tls=tls)
        assert (SECRET in response.text) == (expected == GRANTED)
        return
    with pytest.raises(HandshakeError) as refused:
        phones.get(OWN, cert=pki.leaf(name), tls=tls)
    assert refused.value.alert == expected
    assert not phones.log.lines("PA5"), "a request came through a refused handshake"
    phones.log.declare("AH02039")


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("target", [OWN, FOREIGN, "/sip.ld", "/nothing"])
def test_without_a_certificate_nothing_is_served(phones, target, tls):
    if phones.verify == "optional":
        response = expect(phones, 403, "no-certificate", target, tls=tls)
        assert "device" not in response.line
        return
    with pytest.raises(HandshakeError):
        phones.get(target, tls=tls)
    phones.log.declare("AH02039")


@pytest.mark.parametrize("name", [name for name, value in EXPECTED.items()
                                  if value in (MISSING, MULTIPLE, MALFORMED)])
def test_without_an_identity_not_even_shared_files_are_served(phones, pki, name):
    declare_huge(phones, name)
    response = expect(phones, *EXPECTED[name], "/sip.ld", cert=pki.leaf(name))
    assert "device" not in response.line
    fields = phones.access.wait_for(r'"GET /sip\.ld ')
    assert " mac=- decision=denied " in fields


@pytest.mark.parametrize("target", [OWN, FOREIGN, "/sip.ld"])
@pytest.mark.parametrize("headers", [
    {}, {"SSL_CLIENT_VERIFY": "SUCCESS", "SSL_CLIENT_S_DN_CN": A, "HTTPS": "on"},
    {"X-Forwarded-Proto": "https", "X-SSL-Client-CN": A, "POLYAUTH_MAC": A}])
def test_plain_http_is_refused_whatever_it_claims(phones, target, headers):
    expect(phones, 403, "no-tls", target, plain=True, headers=headers)


@pytest.mark.parametrize("tls", VERSIONS)
def test_each_request_of_a_connection_is_judged_by_itself(phones, pki, tls):
    with phones.connect(pki.leaf("phone-a"), tls=tls) as connection:
        for _ in range(3):
            expect(phones, 200, "own-file", OWN, connection)
            expect(phones, 403, "mac-foreign", FOREIGN, connection)
            expect(phones, 200, "shared-file", "/sip.ld", connection)


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_resumed_session_is_the_same_device_and_no_other(phones, pki, tls):
    with phones.connect(pki.leaf("phone-b"), tls=tls) as first:
        expect(phones, 200, "own-file", FOREIGN, first)
        with first.resume() as second:
            expect(phones, 403, "mac-foreign", OWN, second)
            expect(phones, 200, "own-file", FOREIGN, second)
            assert second.resumed


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_certificate_that_ends_is_cut_off_where_it_is_connected(phones, pki, tls):
    # mod_ssl looks at the clock in full handshakes only.
    short = pki.issue(cn=A, not_after=timedelta(seconds=4))
    with phones.connect(short, tls=tls) as kept, phones.connect(short, tls=tls) as other:
        expect(phones, 200, "own-file", OWN, kept)
        expect(phones, 200, "own-file", OWN, other)
        wait_until(lambda: kept.request(OWN).status == 403, "the certificate to end")
        expect(phones, 403, "certificate-expired", OWN, kept)
        expect(phones, 403, "certificate-expired", "/sip.ld", other)
        with other.resume() as resumed:
            response = expect(phones, 403, "certificate-expired", OWN, resumed)
            assert resumed.resumed
        assert "device" not in response.line
    with pytest.raises(HandshakeError) as refused:
        phones.get(OWN, cert=short, tls=tls)
    assert refused.value.alert == "certificate_expired"
    phones.log.declare("AH02039")


@pytest.fixture(scope="module")
def careless(make_shared_server):
    """optional_no_ca starts only where PolyAuth is in Audit, and is warned of."""
    server = make_shared_server()
    server.log.declare("PA1003", "PA1005", always=True)
    fill(server, OWN[1:])
    server.configure(ssl_verify="optional_no_ca", log_level="info polyauth:debug ssl:error",
                     global_lines=governed(server.docroot, mode="Audit"))
    return server.start()


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("name", ["self-signed-a", "rogue-a", "self-signed-b"])
def test_a_stranger_that_mod_ssl_lets_in_is_unverified(careless, pki, name, tls):
    assert careless.get(OWN, cert=pki.leaf(name), tls=tls).status == 200
    line, = careless.log.would_denials()
    assert line["reason"] == "certificate-unverified" and "device" not in line
    careless.access.wait_for("mac=- decision=would-deny reason=certificate-unverified")


def test_optional_no_ca_does_not_start_where_the_gate_is_on(make_server):
    server = make_server()
    server.configure(ssl_verify="optional_no_ca", global_lines=governed(server.docroot))
    failure = server.start_fails()
    assert "PA1003" in failure.output + failure.error_log
