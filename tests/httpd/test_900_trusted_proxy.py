# SPDX-License-Identifier: Apache-2.0
"""TLS ends at a balancer: its header counts, nobody else's does, and nobody else ever reads it."""

import base64
import re
import urllib.parse

import pytest

from harness.crl import crl
from harness.backend import Backend
from harness.balanced import (HEADER, FromAddress, ask, binary, escaped, from_phone, lines)
from harness.error_log import LogFile
from harness.verdict import CGI, environment
from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, furnish

A, B = OWN_MAC, FOREIGN_MAC
OWN, FOREIGN = f"/prov/{A}.cfg", f"/prov/{B}.cfg"
FORMS = pytest.mark.parametrize("form", [binary, escaped], ids=["rfc9440", "escaped-pem"])


def start(server, *more, header=HEADER, proxy="127.0.0.1", extra="", **options):
    furnish(server, "prov")
    return server.configure(plain_lines=lines(server, header, proxy, *more) + "\n" + extra,
                            **options).start()


@pytest.fixture(scope="module")
def balanced(shared_server):
    """Read-only for the tests: one server for all that only send headers."""
    return start(shared_server, log_level="info polyauth:debug")


def verdict(server, target, headers, **options):
    """The status, and the reason of the refusal or None."""
    server.log.mark()
    answer = ask(server, target, headers, **options)
    assert answer.status == 200 or SECRET not in answer.text
    reasons = [each["reason"] for each in server.log.denials()]
    assert len(reasons) <= 1
    return answer.status, reasons[0] if reasons else None


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


# Who reads it: nobody.

PLACES = {
    "governed": OWN.replace("/prov/", "/prov/cgi/").replace(".cfg", ".cgi"),
    "ungoverned": "/open/show.cgi",
}
NAMES = ["Client-Cert", "client-cert", "Client_Cert", "CLIENT_CERT", "Client-Cert-Chain", "Client_Cert_Chain"]


@pytest.fixture(scope="module")
def watched(make_shared_server):
    """A server in which everything that could tell of a header tells of it."""
    server = make_shared_server(modules=["cgi", "proxy", "proxy_http", "rewrite", "setenvif", "headers", "include",
                                         "log_config", "log_forensic", "env"])
    backend = Backend(lambda target: "application")
    logs = f'CustomLog "{server.root}/logs/seen.log" "%{{Client-Cert}}i|%{{Client_Cert}}i|%{{Client-Cert-Chain}}i|' \
           f'%{{X-Seen}}o|%{{SEEN}}e|%<{{Client-Cert}}i|%{{Client-Cert}}^ti"'
    watch = f"""
{logs}
ForensicLog "{server.root}/logs/forensic.log"
SetEnvIf Client-Cert . SEEN=setenvif
SetEnvIf Client_Cert . SEEN=setenvif
SetEnvIf Client-Cert-Chain . SEEN=setenvif
RewriteEngine On
RewriteCond %{{HTTP:Client-Cert}}%{{HTTP:Client_Cert}}%{{HTTP:Client-Cert-Chain}} .
RewriteRule ^ - [E=SEEN:rewrite]
RequestHeader set X-Early "%{{SEEN}}e" early
Header always set X-Seen "expr=%{{HTTP:Client-Cert}}%{{HTTP:Client_Cert}}%{{HTTP:Client-Cert-Chain}}"
<Directory "{server.docroot}">
  Options +ExecCGI +Includes
  AddHandler cgi-script .cgi
</Directory>
ProxyPass /app/ http://127.0.0.1:{backend.port}/in/
ErrorDocument 404 /open/show.cgi
MergeTrailers On
"""
    for each in PLACES.values():
        server.write(each[1:], CGI, 0o755)
    furnish(server, "prov")
    other = f"""
<VirtualHost 127.0.0.1:{server.plain_port}>
  ServerName other
  DocumentRoot "{server.docroot}"
{watch}
</VirtualHost>"""
    server.configure(plain_lines=lines(server) + watch, extra_vhosts=other).start()
    server.seen = LogFile(server.root / "logs/seen.log")
    server.backend = backend
    yield server
    backend.close()


def assert_unseen(server, answer, value):
    # Also where httpd's page of an error would repeat it, escaped.
    assert value[:100] not in answer.text
    assert not any(value[:100] in field for field in answer.headers.values())
    assert not any(re.match(r"HTTP_CLIENT.CERT", name) for name in environment(answer))
    server.seen.wait_for(".")
    for line in server.seen.lines():
        assert set(line.split("|")) <= {"-", "(null)", ""}, line
    server.seen.mark()
    for path in (server.root / "logs").glob("*"):
        assert value not in path.read_text(errors="replace"), path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
@pytest.mark.parametrize("host", ["localhost", "other"])
def test_nobody_reads_it_in_an_open_place(watched, pki, name, address, host):
    value = binary(pki.leaf("phone-a"))
    answer = ask(watched, PLACES["ungoverned"], {name: value}, address=address, host=host)
    assert answer.status == 200 and environment(answer)
    assert_unseen(watched, answer, value)
    watched.backend.clear()
    answer = ask(watched, "/app/x", {name: value, "X-Other": "kept"}, address=address, host=host)
    assert answer.status == 200
    (headers,) = watched.backend.headers
    assert headers["X-Other"] == "kept" and value not in str(headers)
    assert not any(re.match(r"(?i)client.cert", each) for each in headers)
    assert_unseen(watched, answer, value)


def test_nobody_reads_it_in_a_governed_place(watched, pki):
    value = binary(pki.leaf("phone-a"))
    answer = ask(watched, PLACES["governed"], {HEADER: value, "Client_Cert": value, "Client-Cert-Chain": value})
    assert answer.status == 200 and environment(answer)["POLYAUTH_MAC"] == A
    assert_unseen(watched, answer, value)


def test_nobody_reads_it_after_an_error(watched, pki):
    value = binary(pki.leaf("phone-a"))
    answer = ask(watched, "/open/nowhere", {HEADER: value})
    assert answer.status == 404 and environment(answer)
    assert_unseen(watched, answer, value)
    # Malformed, so that httpd gives up before it shows the request to any module.
    with FromAddress(watched.plain_port) as connection:
        connection.send(f"GET /open/show.cgi HTTP/1.1\r\n{HEADER}: {value}\r\n\r\n".encode())
        answer = connection.read()
    assert answer.status == 400
    assert_unseen(watched, answer, value)


@pytest.mark.parametrize("target", ["/open/show.cgi", "/app/x"])
def test_nobody_reads_it_as_a_trailer(watched, pki, target):
    value = binary(pki.leaf("phone-a"))
    watched.backend.clear()
    with FromAddress(watched.plain_port) as connection:
        connection.send((f"POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         f"Transfer-Encoding: chunked\r\nTrailer: {HEADER}\r\n\r\n"
                         f"3\r\nabc\r\n0\r\n{HEADER}: {value}\r\nClient_Cert: {value}\r\n\r\n").encode())
        answer = connection.read()
    assert answer.status == 200
    assert value not in str(watched.backend.headers)
    assert_unseen(watched, answer, value)


def test_a_trailer_is_no_certificate(balanced, pki):
    balanced.log.mark()
    with FromAddress(balanced.plain_port) as connection:
        connection.send((f"PUT {OWN} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                         f"0\r\n{HEADER}: {binary(pki.leaf('phone-a'))}\r\n\r\n").encode())
        assert connection.read().status == 403
    assert [each["reason"] for each in balanced.log.denials()] == ["no-certificate"]


# Inner requests.


def test_inner_requests_are_those_of_the_same_phone(server, pki):
    furnish(server, "prov")
    server.write(f"prov/{A}.shtml", f'<!--#include virtual="/prov/{A}.cfg" -->|'
                                    f'<!--#include virtual="/prov/{B}.cfg" -->')
    server.configure(modules=["include", "rewrite"], plain_lines=lines(
        server, HEADER, "127.0.0.1", "Options +Includes", "AddOutputFilter INCLUDES .shtml",
        "DirectoryIndex common.txt", "RewriteEngine On", r"RewriteRule ^to-(\w+)$ /prov/$1.cfg")
        + f'\nErrorDocument 404 /prov/{A}.cfg').start()
    of_a = from_phone(pki.leaf("phone-a"))
    page = ask(server, f"/prov/{A}.shtml", of_a)
    assert page.status == 200 and "config of a" in page.text and SECRET not in page.text
    # httpd gives this line no id that could be declared.
    assert all("unable to include" in each for each in server.log.undeclared())
    server.log.mark()
    assert ask(server, f"/prov/to-{A}", of_a).status == 200
    assert ask(server, f"/prov/to-{B}", of_a).status == 403
    missing = ask(server, f"/nowhere/{A}", of_a)
    assert missing.status == 404 and "config of a" in missing.text
    assert SECRET not in ask(server, "/nowhere/x", from_phone(pki.leaf("phone-b"))).text


def test_audit_and_require_see_the_same_phone(server, pki):
    furnish(server, "prov", "votes")
    server.log.declare("PA1005", always=True)
    server.configure(plain_lines=lines(server).replace("PolyAuth On", "PolyAuth Audit") + f"""
<Directory "{server.docroot}/votes">
  Require polyauth
  PolyAuthCACertificateFile "{pki.bundle}"
</Directory>""").start()
    of_a = from_phone(pki.leaf("phone-a"))
    assert ask(server, FOREIGN, of_a).status == 200
    assert [each["reason"] for each in server.log.would_denials()] == ["mac-foreign"]
    assert ask(server, f"/votes/{A}.cfg", of_a).status == 200
    assert ask(server, f"/votes/{B}.cfg", of_a).status == 403
    assert ask(server, f"/votes/{A}.cfg", {}).status == 403


# Start-up.

HALF = {
    "header alone": ("PolyAuthClientCertHeader Client-Cert", "PA1020", "trusts nobody"),
    "proxy alone": ("PolyAuthTrustedProxy 127.0.0.1", "PA1020", "refuses every phone"),
}


@pytest.mark.parametrize("line, number, text", HALF.values(), ids=HALF)
@pytest.mark.parametrize("level", ["plain_lines", "global_lines"])
def test_one_directive_without_the_other_is_an_error(server, line, number, text, level):
    server.configure(**{level: line})
    result = server.configtest()
    assert result.returncode != 0 and f"{number}: " in result.output and text in result.output


def test_the_two_may_stand_in_and_outside_the_virtual_host(server, pki):
    furnish(server, "prov")
    inside = lines(server).replace("PolyAuthClientCertHeader Client-Cert\n", "")
    server.configure(plain_lines=inside, global_lines="PolyAuthClientCertHeader Client-Cert").start()
    assert verdict(server, OWN, from_phone(pki.leaf("phone-a"))) == (200, None)
    assert server.get(OWN, cert=pki.leaf("phone-a"), headers=from_phone(pki.leaf("phone-b"))).status == 200


NO_TRUST = {
    "none": "PolyAuth On", "audit": "PolyAuth Audit", "vote": "Require polyauth-device",
    "unset inside": 'PolyAuth On\nPolyAuthCACertificateFile "@TRUST@"\n<Files "x">\n'
                    "PolyAuthCACertificateFile none\n</Files>",
}


@pytest.mark.parametrize("section", NO_TRUST.values(), ids=NO_TRUST)
def test_a_governed_section_without_trust_file_is_an_error(server, pki, section):
    section = section.replace("@TRUST@", str(pki.bundle))
    server.configure(plain_lines="PolyAuthTrustedProxy 127.0.0.1\nPolyAuthClientCertHeader Client-Cert\n"
                                 f'<Directory "{server.docroot}">\n{section}\n</Directory>')
    result = server.configtest()
    assert result.returncode != 0 and "PA1019: " in result.output
    assert "PA1006" not in result.output and "PA1007" not in result.output


def test_a_trust_file_of_the_virtual_host_counts_for_global_sections(server, pki):
    furnish(server, "prov")
    server.configure(
        global_lines=f'<Directory "{server.docroot}/prov">\nPolyAuth On\n</Directory>',
        plain_lines="PolyAuthTrustedProxy 127.0.0.1\nPolyAuthClientCertHeader Client-Cert\n"
                    f'PolyAuthCACertificateFile "{pki.bundle}"').start()
    assert verdict(server, OWN, from_phone(pki.leaf("phone-a"))) == (200, None)
    assert verdict(server, OWN, from_phone(pki.leaf("rogue-a"))) == (403, "issuer-untrusted")


def test_a_restart_without_trust_file_shuts_the_virtual_host(server, pki):
    start(server)
    of_a = from_phone(pki.leaf("phone-a"))
    assert verdict(server, OWN, of_a) == (200, None)
    server.log.declare("PA1019", "PA1016")
    server.configure(plain_lines=re.sub(r"PolyAuthCACertificateFile .*\n", "", lines(server))).graceful()
    assert verdict(server, OWN, of_a) == (403, "internal-error")


MISTAKES = {
    "PolyAuthTrustedProxy lb.example.net": '"lb.example.net" is no address; accepted are an IP address and a network',
    "PolyAuthTrustedProxy 10.1": '"10.1" is no address',
    "PolyAuthTrustedProxy 10.0.0.0/255.0.0.0": '"10.0.0.0/255.0.0.0" has no prefix length of 0 to 32',
    "PolyAuthTrustedProxy 10.0.0.0/33": '"10.0.0.0/33" has no prefix length',
    "PolyAuthTrustedProxy 10.0.0.0/": '"10.0.0.0/" has no prefix length',
    "PolyAuthTrustedProxy ::ffff:10.0.0.1": "write it as 192.0.2.10",
    "PolyAuthTrustedProxy 192.0.2.1 0.0.0.0/0": '"0.0.0.0/0" is everybody, and anybody could send the header',
    "PolyAuthTrustedProxy ::/0": '"::/0" is everybody',
    "PolyAuthTrustedProxy": "requires at least one argument, addresses or networks of balancers",
    "PolyAuthClientCertHeader": "takes one argument, the header in which they hand on",
    'PolyAuthClientCertHeader "Client Cert"': '"Client Cert" is no name of a header; accepted are letters',
    "PolyAuthClientCertHeader Client-Cert:": '"Client-Cert:" is no name of a header',
    "PolyAuthClientCertHeader host": '"host" is a header that httpd needs for something else',
    "PolyAuthClientCertHeader Content_Length": "is a header that httpd needs",
    "<Location />\nPolyAuthTrustedProxy 127.0.0.1\n</Location>": "not allowed in <Location",
    "<Location />\nPolyAuthClientCertHeader Client-Cert\n</Location>": "not allowed in <Location",
}


@pytest.mark.parametrize("mistake, message", MISTAKES.items(), ids=[repr(each) for each in MISTAKES])
def test_a_mistake_is_explained(server, mistake, message):
    server.configure(plain_lines=mistake)
    result = server.configtest()
    assert result.returncode != 0 and message in result.output, result.output
