# SPDX-License-Identifier: Apache-2.0
"""Phones behind a real HAProxy and a real nginx, which are configured as the example says."""

import pytest

from harness.balanced import binary, escaped, lines
from harness.balancer import Balancer
from harness.client import HandshakeError
from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, furnish

A, B = OWN_MAC, FOREIGN_MAC
OWN, FOREIGN, SHARED = f"/prov/{A}.cfg", f"/prov/{B}.cfg", "/prov/000000000000.cfg"
KINDS = pytest.mark.parametrize("kind", ["HAProxy", "nginx"])
NAMES = ["Client-Cert", "client-cert", "CLIENT-CERT", "Client_Cert", "client_cert"]
# The balancer asks for a certificate and lets clients without one in, or of any maker.
OPTIONAL = {
    "HAProxy": [("verify required", "verify optional crt-ignore-err all ca-ignore-err all"),
                ("http-request set-header Client-Cert \":%[ssl_c_der,base64]:\"",
                 "http-request del-header Client-Cert\n  http-request set-header Client-Cert "
                 "\":%[ssl_c_der,base64]:\" if { ssl_c_used }")],
    "nginx": [("ssl_verify_client       on", "ssl_verify_client       optional_no_ca")],
}

# optional_no_ca overlooks no more than that the CA is strange.
REFUSED_BY_NGINX = {"imposter-a", "expired", "not-yet-valid"}


@pytest.fixture(scope="module")
def behind(make_shared_server):
    server = furnish(make_shared_server(), "prov")
    server.write(SHARED[1:], "for all phones\n")
    crls = "".join(server.pki.crl(name, [server.pki.leaf("phone-a-issuing2")] if name == "issuing2" else [], 9,
                                  file_name=f"901-{name}.pem").read_text()
                   for name in ("root", "policy", "issuing1", "issuing2"))
    path = server.write(server.root / "conf/crls.pem", crls)
    return server.configure(plain_lines=lines(
        server, "Client-Cert", "127.0.0.1", f'PolyAuthCARevocationFile "{path}"')).start()


@pytest.fixture(scope="module")
def balancers(behind):
    """Balancer by kind and changes; each is started once."""
    made = {}

    def balancer(kind, optional=False):
        if (kind, optional) not in made:
            made[kind, optional] = Balancer(kind, behind, OPTIONAL[kind] if optional else ())
        return made[kind, optional]

    yield balancer
    for each in made.values():
        each.close()


def reasons(server):
    found = [each["reason"] for each in server.log.denials()]
    server.log.mark()
    return found


@KINDS
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_a_phone_gets_its_own_files_and_the_shared_ones(behind, balancers, pki, kind, tls):
    balancer = balancers(kind)
    for name, own, foreign in (("phone-a", OWN, FOREIGN), ("phone-b-issuing2", FOREIGN, OWN)):
        phone = pki.leaf(name)
        assert balancer.get(own, cert=phone, tls=tls).status == 200
        assert balancer.get(SHARED, cert=phone, tls=tls).text == "for all phones\n"
        assert reasons(behind) == []
        answer = balancer.get(foreign, cert=phone, tls=tls)
        assert answer.status == 403 and SECRET not in answer.text
        assert reasons(behind) == ["mac-foreign"]


@KINDS
def test_phones_that_share_the_balancers_connections_do_not_mix(behind, balancers, pki, kind):
    balancer = balancers(kind)
    with balancer.connect(pki.leaf("phone-a")) as a, balancer.connect(pki.leaf("phone-b")) as b:
        for _ in range(4):
            assert (a.request(OWN).status, b.request(OWN).status) == (200, 403)
            assert (b.request(FOREIGN).status, a.request(FOREIGN).status) == (200, 403)
    assert set(reasons(behind)) == {"mac-foreign"}


@KINDS
def test_a_resumed_session_is_the_same_phone(behind, balancers, pki, kind):
    balancer = balancers(kind)
    with balancer.connect(pki.leaf("phone-a"), tls="1.2") as first:
        assert first.request(OWN).status == 200
        with first.resume() as second:
            assert second.resumed
            assert second.request(OWN).status == 200
            assert second.request(FOREIGN).status == 403
    assert reasons(behind) == ["mac-foreign"]


@KINDS
def test_who_has_no_certificate_gets_nothing(behind, balancers, pki, kind):
    try:
        answer = balancers(kind).get(OWN)
        assert answer.status == 400 and SECRET not in answer.text  # nginx
    except (HandshakeError, ConnectionError):
        pass
    assert balancers(kind, optional=True).get(OWN).status == 403
    assert reasons(behind) == ["no-certificate"]


@KINDS
@pytest.mark.parametrize("name, reason", [
    ("rogue-a", "issuer-untrusted"), ("imposter-a", "issuer-untrusted"), ("self-signed-a", "issuer-untrusted"),
    ("expired", "certificate-expired"), ("not-yet-valid", "certificate-not-yet-valid"),
    ("phone-a-issuing2", "certificate-revoked"), ("no-cn", "identity-missing")])
def test_what_the_balancer_lets_in_is_judged_here(behind, balancers, pki, kind, name, reason):
    answer = balancers(kind, optional=True).get(OWN, cert=pki.leaf(name))
    assert SECRET not in answer.text
    if kind == "nginx" and name in REFUSED_BY_NGINX:
        assert (answer.status, reasons(behind)) == (400, [])
    else:
        assert (answer.status, reasons(behind)) == (403, [reason])


@KINDS
@pytest.mark.parametrize("header", NAMES)
@pytest.mark.parametrize("form", [binary, escaped], ids=["rfc9440", "escaped-pem"])
def test_a_forged_header_counts_for_nothing(behind, balancers, pki, kind, header, form):
    forged = {header: form(pki.leaf("phone-a"))}
    # Without a certificate, with another phone's, and with its own.
    assert balancers(kind, optional=True).get(OWN, headers=forged).status == 403
    assert reasons(behind) == ["no-certificate"]
    assert balancers(kind).get(OWN, cert=pki.leaf("phone-b"), headers=forged).status == 403
    assert reasons(behind) == ["mac-foreign"]
    assert balancers(kind).get(FOREIGN, cert=pki.leaf("phone-b"), headers=forged).status == 200
    assert reasons(behind) == []


def test_a_balancer_that_appends_serves_nobody_who_forges(behind, pki):
    changes = [("set-header", "add-header")]
    balancer = Balancer("HAProxy", behind, changes)
    try:
        assert balancer.get(FOREIGN, cert=pki.leaf("phone-b")).status == 200
        assert balancer.get(FOREIGN, cert=pki.leaf("phone-b"),
                            headers={"Client-Cert": binary(pki.leaf("phone-a"))}).status == 403
        assert reasons(behind) == ["certificate-unverified"]
    finally:
        balancer.close()


def test_haproxy_without_a_condition_is_no_way_in(behind, pki):
    balancer = Balancer("HAProxy", behind, [("verify required", "verify optional")])
    try:
        assert balancer.get(OWN).status == 403
        assert reasons(behind) == ["certificate-unverified"]
    finally:
        balancer.close()


def test_nginx_with_the_raw_certificate_is_no_way_in(behind, pki):
    balancer = Balancer("nginx", behind, [("$ssl_client_escaped_cert", "$ssl_client_cert")])
    try:
        assert balancer.get(OWN, cert=pki.leaf("phone-a")).status in (400, 403)
    finally:
        balancer.close()
