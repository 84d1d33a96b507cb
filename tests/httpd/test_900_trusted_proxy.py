# SPDX-License-Identifier: Apache-2.0
"""TLS ends at a balancer: its header counts, and nobody else's does."""

import base64
import re
import urllib.parse

import pytest

from harness.crl import crl
from harness.balanced import (A, B, FOREIGN, HEADER, OWN, FromAddress, binary, escaped,
                              from_phone, lines, start, verdict)
from harness.verdict import CGI, environment
from harness.ways import SECRET, furnish

FORMS = pytest.mark.parametrize("form", [binary, escaped], ids=["rfc9440", "escaped-pem"])


@pytest.fixture(scope="module")
def balanced(shared_server):
    """Read-only for the tests: one server for all that only send headers."""
    return start(shared_server, log_level="info polyauth:debug")


# The two forms.


@FORMS
@pytest.mark.parametrize("spelling", ["Client-Cert", "client-cert", "CLIENT-CERT"])
def test_a_phone_behind_the_balancer_gets_its_own_files(balanced, pki, form, spelling):
    of_a = from_phone(pki.leaf("phone-a"), spelling, form)
    assert verdict(balanced, OWN, of_a) == (200, None)
    assert verdict(balanced, FOREIGN, of_a) == (403, "mac-foreign")
    assert verdict(balanced, FOREIGN, from_phone(pki.leaf("phone-b-issuing2"), spelling, form)) == (
        200, None)


@FORMS
def test_both_forms_come_under_any_name(make_server, pki, form):
    server = start(make_server(), header="X-SSL-Client-Cert")
    assert verdict(server, OWN, from_phone(pki.leaf("phone-a"), "X-SSL-Client-Cert", form)) == (200, None)
    assert verdict(server, OWN, from_phone(pki.leaf("phone-a"), "Client-Cert", form)) == (
        403, "no-certificate")


def test_the_connection_carries_many_phones_in_turn(balanced, pki):
    a, b = from_phone(pki.leaf("phone-a")), from_phone(pki.leaf("phone-b"))
    with FromAddress(balanced.plain_port) as connection:
        for _ in range(3):
            for target, headers, status in [(OWN, a, 200), (OWN, b, 403), (OWN, {}, 403),
                                            (FOREIGN, b, 200), (FOREIGN, a, 403), (OWN, a, 200)]:
                answer = connection.request(target, headers=headers)
                assert answer.status == status, (target, headers)
                assert status == 200 or SECRET not in answer.text
    assert {each["reason"] for each in balanced.log.denials()} == {"mac-foreign", "no-certificate"}


def test_pipelined_requests_have_each_their_own_certificate(balanced, pki):
    def raw(target, certificate):
        field = f"{HEADER}: {binary(certificate)}\r\n" if certificate else ""
        return f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{field}\r\n".encode()

    a, b = pki.leaf("phone-a"), pki.leaf("phone-b")
    with FromAddress(balanced.plain_port) as connection:
        connection.send(raw(OWN, a) + raw(OWN, b) + raw(OWN, None) + raw(FOREIGN, b) + raw(FOREIGN, a))
        assert [connection.read().status for _ in range(5)] == [200, 403, 403, 200, 403]


# From whom.


@FORMS
def test_from_anybody_else_the_header_counts_for_nothing(balanced, pki, form):
    of_a = from_phone(pki.leaf("phone-a"), form=form)
    assert verdict(balanced, OWN, of_a, address="127.0.0.2") == (403, "no-tls")
    assert verdict(balanced, OWN, {**of_a, "X-Forwarded-For": "127.0.0.1",
                                   "Forwarded": "for=127.0.0.1"}, address="127.0.0.2") == (403, "no-tls")


@pytest.mark.parametrize("proxy, inside, outside", [
    ("127.0.0.0/30", "127.0.0.3", "127.0.0.4"), ("127.0.0.7 127.0.0.8", "127.0.0.8", "127.0.0.1"),
    ("127.0.0.2/32 2001:db8::/32 ::1", "127.0.0.2", "127.0.0.3")])
def test_addresses_and_networks(server, pki, proxy, inside, outside):
    start(server, proxy=proxy)
    of_a = from_phone(pki.leaf("phone-a"))
    assert verdict(server, OWN, of_a, address=inside) == (200, None)
    assert verdict(server, OWN, of_a, address=outside) == (403, "no-tls")


@pytest.mark.parametrize("first", [True, False], ids=["remoteip first", "remoteip last"])
@pytest.mark.parametrize("protocol", ["header", "proxy-protocol"])
def test_what_remoteip_says_is_not_the_peer(server, pki, first, protocol):
    furnish(server, "prov")
    setting = "RemoteIPHeader X-Forwarded-For" if protocol == "header" else "RemoteIPProxyProtocol On"
    server.configure(plain_lines=lines(server) + f"\n{setting}", modules=["remoteip"])
    if not first:
        text = server.config_file.read_text()
        line = re.search(r"^LoadModule remoteip_module .*\n", text, re.MULTILINE).group()
        text = text.replace(line, "")
        after = re.search(r"^LoadModule polyauth_module .*\n", text, re.MULTILINE).group()
        server.config_file.write_text(text.replace(after, after + line))
    server.start()
    of_a = from_phone(pki.leaf("phone-a"))

    def status(peer, claimed):
        with FromAddress(server.plain_port, peer) as connection:
            if protocol == "proxy-protocol":
                connection.send(f"PROXY TCP4 {claimed} 127.0.0.1 1234 80\r\n".encode())
                return connection.request(OWN, headers=of_a).status
            return connection.request(OWN, headers={**of_a, "X-Forwarded-For": claimed}).status

    assert status("127.0.0.1", "192.0.2.1") == 200
    assert status("127.0.0.2", "127.0.0.1") == 403
    assert [each["reason"] for each in server.log.denials()] == ["no-tls"]


def test_a_peer_with_tls_of_its_own(make_server, pki):
    """The certificate of the balancer is no device; that of any other peer is."""
    for proxy, by_header, by_tls in [("127.0.0.1", 200, 403), ("127.0.0.2", 403, 200)]:
        server = furnish(make_server(), "prov")
        server.configure(vhost_lines=lines(server, proxy=proxy), ssl_verify="optional").start()
        a, b = pki.leaf("phone-a"), pki.leaf("phone-b")
        assert server.get(OWN, cert=a).status == by_tls
        assert server.get(OWN, headers=from_phone(a)).status == by_header
        assert server.get(FOREIGN, cert=b, headers=from_phone(a)).status == by_tls
        assert server.get(OWN, cert=b, headers=from_phone(a)).status == by_header
        reasons = [each["reason"] for each in server.log.denials()]
        assert reasons == (["no-certificate", "mac-foreign"] if by_tls == 403
                           else ["no-certificate", "mac-foreign"])


def test_http2_brings_it_as_well(make_server, pki):
    server = furnish(make_server(mpm="event"), "prov")
    server.write("open/show.cgi", CGI, 0o755)
    server.configure(vhost_lines=lines(server) + "\nProtocols h2 http/1.1\n"
                     f'<Directory "{server.docroot}/open">\nOptions +ExecCGI\nAddHandler cgi-script .cgi\n</Directory>',
                     ssl_verify="none", modules=["http2", "cgi"]).start()
    answer = server.get(OWN, headers=from_phone(pki.leaf("phone-a")), http2=True)
    assert (answer.version, answer.status) == ("HTTP/2", 200)
    assert server.get(FOREIGN, headers=from_phone(pki.leaf("phone-a")), http2=True).status == 403
    assert server.get(OWN, http2=True).status == 403
    for name in ("Client-Cert", "Client_Cert", "Client-Cert-Chain"):
        shown = server.get("/open/show.cgi", headers={**from_phone(pki.leaf("phone-a"), name), "X-Other": "kept"},
                           http2=True)
        assert environment(shown)["HTTP_X_OTHER"] == "kept"
        assert not any(re.match("HTTP_CLIENT.CERT", each) for each in environment(shown))


# What the header may hold.


def malformed(a, b):
    good, pem = binary(a), a.leaf_pem
    quote = lambda text: urllib.parse.quote(text, safe="")
    encoded = lambda der: f":{base64.b64encode(der).decode()}:"
    return {
        "two values": f"{good}, {good}", "two phones": f"{good}, {binary(b)}", "two values, no blank": good + "," + good,
        "two certificates": encoded(a.der + b.der), "two blocks": quote(pem + b.leaf_pem),
        "trailing bytes": encoded(a.der + b"\0"), "trailing text": escaped(a) + "x",
        "cut short": encoded(a.der[:-1]), "parameter": good + ";a=1", "no colons": good[1:-1],
        "one colon": good[:-1], "no padding": ":" + good[1:-1].rstrip("=") + "A:", "blank inside": good[:50] + " " + good[50:],
        "raw PEM": " ".join(pem.split("\n")), "encoded twice": quote(quote(pem)),
        "plus for a blank": escaped(a).replace("%20", "+"), "NUL behind": escaped(a) + "%00",
        "NUL inside": escaped(a).replace("%0A", "%00", 1), "bad percent": escaped(a) + "%0", "bad hex": escaped(a) + "%zz",
        "a private key": quote(a.key.read_text()), "null": "(null)", "dash": "-", "colons": "::",
        "quoted": f'"{good}"', "a chain in one": escaped(a) + "," + escaped(b), "oversized": ":" + "A" * 17000 + ":",
    }


@pytest.fixture(scope="module")
def roomy(make_shared_server):
    return start(make_shared_server(), global_lines="LimitRequestFieldSize 65536")


@pytest.mark.parametrize("name", [
    "two values", "two phones", "two values, no blank", "two certificates", "two blocks", "trailing bytes",
    "trailing text", "cut short", "parameter", "no colons", "one colon", "no padding", "blank inside", "raw PEM",
    "encoded twice", "plus for a blank", "NUL behind", "NUL inside", "bad percent", "bad hex", "a private key",
    "null", "dash", "colons", "quoted", "a chain in one", "oversized"])
def test_anything_but_one_certificate_is_refused(roomy, pki, name):
    value = malformed(pki.leaf("phone-a"), pki.leaf("phone-b"))[name]
    assert verdict(roomy, OWN, {HEADER: value}) == (403, "certificate-unverified")


def test_fields_that_are_repeated_are_refused(balanced, pki):
    a, b = binary(pki.leaf("phone-a")), binary(pki.leaf("phone-b"))
    for fields in ([a, a], [a, b], ["", a], [a, ""], ["", ""]):
        head = "".join(f"{name}: {value}\r\n" for name, value in zip([HEADER, HEADER.lower()], fields))
        balanced.log.mark()
        with FromAddress(balanced.plain_port) as connection:
            connection.send(f"GET {OWN} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode())
            assert connection.read().status == 403
        assert [each["reason"] for each in balanced.log.denials()] == ["certificate-unverified"], fields


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "  "}], ids=["none", "empty", "blank"])
def test_no_header_or_an_empty_one_is_no_certificate(balanced, headers):
    assert verdict(balanced, OWN, headers) == (403, "no-certificate")


def test_another_spelling_is_not_the_header(balanced, pki):
    a, b = binary(pki.leaf("phone-a")), binary(pki.leaf("phone-b"))
    for name in ("Client_Cert", "client_cert", "CLIENT_CERT", "Client-Cert-Chain"):
        assert verdict(balanced, OWN, {name: a}) == (403, "no-certificate")
        assert verdict(balanced, OWN, {name: b, HEADER: a}) == (200, None)
        assert verdict(balanced, OWN, {HEADER: b, name: a}) == (403, "mac-foreign")


# What is verified here.


@pytest.mark.parametrize("name, reason", [
    ("expired", "certificate-expired"), ("not-yet-valid", "certificate-not-yet-valid"),
    ("rogue-a", "issuer-untrusted"), ("imposter-a", "issuer-untrusted"), ("sibling-a", "issuer-untrusted"),
    ("self-signed-a", "issuer-untrusted"), ("signed-by-phone-b", "issuer-untrusted"),
    ("server-eku", "issuer-untrusted"), ("no-cn", "identity-missing"), ("two-cns-ab", "identity-multiple"),
    ("wildcard-cn", "identity-malformed"), ("nul-then-x", "identity-malformed"),
    ("placeholder-0", "identity-malformed")])
def test_the_whole_rule_book_applies(balanced, pki, name, reason):
    assert verdict(balanced, OWN, from_phone(pki.leaf(name))) == (403, reason)


@pytest.mark.parametrize("name", ["phone-a", "lower-case-cn", "printable-cn", "bmp-cn", "no-eku", "leaf-only"])
def test_every_good_certificate_is_good_here(balanced, pki, name):
    assert verdict(balanced, OWN, from_phone(pki.leaf(name))) == (200, None)


def test_revocation_and_the_list_are_asked(server, pki):
    a, b = pki.leaf("phone-a"), pki.leaf("phone-b")
    crls = "".join(crl(pki.ca(name), [a] if name == "issuing1" else [])
                   for name in ("root", "policy", "issuing1", "issuing2"))
    path = server.write(server.root / "conf/crls.pem", crls)
    acl = server.write(server.root / "conf/phones.acl", f"{A}\n{B}\n!0004f2cccccc\n")
    start(server, f'PolyAuthCARevocationFile "{path}"', f'PolyAuthAclFile "{acl}"')
    assert verdict(server, OWN, from_phone(a)) == (403, "certificate-revoked")
    assert verdict(server, FOREIGN, from_phone(b)) == (200, None)
    for cn, reason in (("0004F2CCCCCC", "acl-denied"), ("0004F2DDDDDD", "acl-unlisted")):
        assert verdict(server, "/prov/common.txt", from_phone(pki.issue(cn=cn))) == (403, reason)


def test_listed_expired_certificates_are_for_handshakes_here(server, pki):
    acl = server.write(server.root / "conf/phones.acl", f"{A}\n")
    furnish(server, "prov")
    server.configure(vhost_lines=lines(server, HEADER, "127.0.0.1", f'PolyAuthAclFile "{acl}"')
                     + "\nPolyAuthExpiredCertificates listed", ssl_verify="optional").start()
    assert server.get(OWN, headers=from_phone(pki.leaf("phone-a"))).status == 200
    assert server.get(OWN, headers=from_phone(pki.leaf("expired"))).status == 403
    assert [each["reason"] for each in server.log.denials()] == ["certificate-expired"]


def test_a_trailer_is_no_certificate(balanced, pki):
    balanced.log.mark()
    with FromAddress(balanced.plain_port) as connection:
        connection.send((f"PUT {OWN} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                         f"0\r\n{HEADER}: {binary(pki.leaf('phone-a'))}\r\n\r\n").encode())
        assert connection.read().status == 403
    assert [each["reason"] for each in balanced.log.denials()] == ["no-certificate"]
