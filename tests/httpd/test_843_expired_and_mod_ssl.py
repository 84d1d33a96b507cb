# SPDX-License-Identifier: Apache-2.0
"""PolyAuthExpiredCertificates listed beside what mod_ssl judges by itself: its own CRLs, strangers
under optional_no_ca, and restarts that switch it on and off."""

from datetime import timedelta

import pytest

from harness.expired import CN, LISTED, Expired
from harness.trust import BY_TICKET, FROM_CACHE, FULL, GRANTED, KEPT, WAYS, arrive
from harness.verdict import OWN, fill

EXPIRED = "certificate-expired"
VERSIONS = pytest.mark.parametrize("tls", ["1.2", "1.3"])
PAST = dict(not_before=timedelta(days=-30), not_after=timedelta(days=-1))
CAS = ("root", "policy", "issuing1")


@VERSIONS
@pytest.mark.parametrize("state, expected", [
    ("in force", GRANTED), ("revoked", "certificate_revoked"), ("past", "certificate_unknown"),
    ("future", "bad_certificate"), ("CA revoked", "certificate_revoked"),
])
def test_the_crls_of_mod_ssl_count_as_ever(make_server, pki, state, expected, tls):
    files = Expired(make_server())
    options = {
        "past": dict(this_update=timedelta(days=-9), next_update=timedelta(days=-1)),
        "future": dict(this_update=timedelta(days=1)),
        "revoked": dict(revoked={"issuing1": [files.expired]}),
        "CA revoked": dict(revoked={"policy": [pki.ca("issuing1")]}),
    }.get(state, {})
    files.put(files.crl, files.crls(CAS, **options))
    files.configure(LISTED + files.passing(), tls_lines=f'SSLCARevocationFile "{files.crl}"\n'
                    "SSLCARevocationCheck chain\n").server.start()
    assert files.ask(f"/prov{OWN}", files.expired, tls=tls) == expected
    valid = files.pki.issue(cn=CN)
    assert files.ask(f"/prov{OWN}", valid, tls=tls) == (GRANTED if state == "revoked" else expected)


@pytest.fixture(scope="module")
def loose(make_shared_server, pki):
    files = Expired(make_shared_server(mpm="event", modules=["http2"]))
    server = files.server
    fill(server, "open.txt")
    asked = f"SSLVerifyClient optional_no_ca\nProtocols h2 http/1.1\n{LISTED}"
    server.log.declare("AH01883", always=True)
    files.configure(
        "", global_lines=files.passing(), session_cache=True,
        log_level="info polyauth:debug ssl:error",
        extra_vhosts=(files.host("believing", *CAS, lines=asked)
                      + files.host("nobody", "server-ca", lines=asked))).server.start()
    files.strangers = {
        "other maker": files.other_maker, "rogue": files.rogue, "sibling": files.sibling,
        "self-signed": pki.issue(cn=CN, issuer=None, **PAST),
    }
    return files


@pytest.mark.parametrize("way", [way for way in WAYS if way[2] in (FULL, KEPT, BY_TICKET, FROM_CACHE)])
@pytest.mark.parametrize("host", ["believing", "nobody"])
@pytest.mark.parametrize("name", ["other maker", "rogue", "sibling", "self-signed"])
def test_optional_no_ca_lets_no_expired_stranger_in(loose, way, host, name):
    cert = loose.strangers[name]
    for target, reasons in [(f"/prov{OWN}", {"certificate-unverified", "issuer-untrusted"}),
                            ("/open.txt", {EXPIRED})]:
        assert set(arrive(loose, cert, *way, host, target)) <= reasons


@pytest.mark.parametrize("way", [way for way in WAYS if way[2] in (FULL, KEPT, BY_TICKET, FROM_CACHE)])
def test_optional_no_ca_lets_the_listed_device_in(loose, way):
    assert set(arrive(loose, loose.expired, *way, "believing")) == {GRANTED}
    assert set(arrive(loose, loose.expired, *way, "believing", "/open.txt")) == {EXPIRED}


@VERSIONS
@pytest.mark.parametrize("restart", ["graceful", "restart"])
def test_it_is_switched_on_and_off_by_a_restart(make_server, restart, tls):
    files = Expired(make_server())
    server = files.server
    files.configure(files.passing(), session_cache=True).server.start()

    def seen():
        return files.ask(f"/prov{OWN}", files.expired, tls=tls)

    assert seen() == "certificate_expired"
    files.configure(LISTED + files.passing(), session_cache=True)
    getattr(server, restart)()
    assert seen() == GRANTED
    with server.connect(files.expired, tls=tls) as connection:
        assert files.ask(f"/prov{OWN}", connection=connection) == GRANTED
        files.configure("PolyAuthExpiredCertificates refuse\n" + files.passing(), session_cache=True)
        getattr(server, restart)()
        assert seen() == "certificate_expired"
    assert files.ask(f"/prov{OWN}", files.valid, tls=tls) == GRANTED


@VERSIONS
def test_a_session_from_before_is_no_way_around_the_switch(make_server, tls):
    """Sessions that outlast a restart, because the key of the tickets is the administrator's."""
    files = Expired(make_server())
    server = files.server
    key = server.root / "tickets.key"
    key.write_bytes(bytes(range(80)))
    lines = f'SSLSessionTicketKeyFile "{key}"\n{files.passing()}'
    files.configure(LISTED + lines).server.start()
    with server.connect(files.expired, tls=tls) as connection:
        assert files.ask(f"/prov{OWN}", connection=connection) == GRANTED
        files.configure(lines)
        server.graceful()

        def again():
            with connection.resume() as resumed:
                return resumed.request(f"/prov{OWN}")
        assert files.verdict(again) in (EXPIRED, "certificate_expired")
