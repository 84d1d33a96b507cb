# SPDX-License-Identifier: Apache-2.0
"""PolyAuthExpiredCertificates listed: a device whose only fault is that its time is over passes
where a full-length entry names it and a trust file is in force, and nowhere else."""

from datetime import datetime, timedelta, timezone

import pytest

from harness.expired import CN, LISTED, Expired
from harness.renegotiating import RenegotiatingConnection
from harness.trust import (ASKED_LATER, FULL, GRANTED, H2, WAYS, arrive, verdict)
from harness.verdict import A, OWN, fill
from harness.waiting import wait_for_moment

EXPIRED, UNTRUSTED = "certificate-expired", "issuer-untrusted"
# By folder: the list and other settings; what an expired and a valid certificate get.
SECTIONS = {
    "full": (dict(acl=[A]), GRANTED, GRANTED),
    "full-and-more": (dict(acl=["64167f*", "0004f2*", f"{A}  # old"]), GRANTED, GRANTED),
    "spelled": (dict(acl=["00:04:F2:AA:AA:AA"]), GRANTED, GRANTED),
    "prefix": (dict(acl=["0004f2*"]), EXPIRED, GRANTED),
    "eleven": (dict(acl=["0004f2aaaaa*"]), EXPIRED, GRANTED),
    "star": (dict(acl=["*"]), EXPIRED, GRANTED),
    "another": (dict(acl=["0004f2bbbbbb", "0004f2*"]), EXPIRED, GRANTED),
    "denied": (dict(acl=["*", f"!{A}"]), "acl-denied", "acl-denied"),
    "listed-and-denied": (dict(acl=[A, "!0004f2*"]), "acl-denied", "acl-denied"),
    "unlisted": (dict(acl=["0004f2bbbbbb"]), "acl-unlisted", "acl-unlisted"),
    "no-acl": (dict(), EXPIRED, GRANTED),
    "no-trust": (dict(acl=[A], trust=False), EXPIRED, GRANTED),
    "unset-trust": (dict(acl=[A], trust=False, more="PolyAuthCACertificateFile none"), EXPIRED, GRANTED),
    "revoked": (dict(acl=[A], revocation=True), "certificate-revoked", "certificate-revoked"),
    "other-maker": (dict(acl=[A], trust="maker2"), UNTRUSTED, UNTRUSTED),
    "other-identity": (dict(acl=[A], more="PolyAuthIdentity O~(.{12}).*"),
                       "identity-malformed", "identity-malformed"),
}


@pytest.fixture(scope="module")
def stage(make_shared_server, pki):
    server = make_shared_server(mpm="event")
    server.log.declare("PA1007", "PA1008", always=True)
    files = Expired(server)
    files.revoke(files.valid, files.expired)
    maker2 = files.trust("maker2-root", "maker2-issuing", path=files.folder / "maker2.pem")
    lines = LISTED
    for folder, (settings, _, _) in SECTIONS.items():
        settings = dict(settings)
        if settings.get("trust") == "maker2":
            settings["trust"] = maker2
        if entries := settings.pop("acl", None):
            settings["more"] = (settings.get("more", "") + "\nPolyAuthAclFile "
                                f'"{files.acl(folder, *entries)}"')
        fill(server, f"{folder}{OWN}")
        lines += files.section(folder, **settings)
    asked = "SSLVerifyClient require\n"
    # What is asked for later, per directory; its host admits the same.
    later = files.host("later", "root", "policy", "issuing1", lines=LISTED + "".join(
        f'<Location "/{folder}">\n{asked}</Location>\n' for folder in SECTIONS))
    strict = files.host("strict", "root", "policy", "issuing1", lines=asked)
    files.configure(lines, extra_vhosts=later.replace("</VirtualHost>", lines.replace(LISTED, "")
                                                      + "</VirtualHost>") + strict,
                    ca_file=files.believed, session_cache=True, **H2)
    server.log.declare("PA2006", always=True)
    server.start()
    return files


@pytest.mark.parametrize("tls, protocol, state", WAYS)
@pytest.mark.parametrize("folder", SECTIONS)
def test_the_list_decides_about_expired_certificates_alone(stage, tls, protocol, state, folder):
    host = "later" if state == ASKED_LATER else "localhost"
    _, expired, valid = SECTIONS[folder]
    for cert, expected in ((stage.expired, expired), (stage.valid, valid)):
        answers = arrive(stage, cert, tls, protocol, state, host, f"/{folder}{OWN}")
        assert answers == [expected] * len(answers), cert


ALERTS = {
    "rogue": "unknown_ca", "imposter": "decrypt_error", "future": "bad_certificate",
    # Those mod_ssl believes, and then the trust file does not.
    "other_maker": UNTRUSTED, "sibling": UNTRUSTED,
}


@pytest.mark.parametrize("tls, protocol, state", [way for way in WAYS if way[2] == FULL])
@pytest.mark.parametrize("name", ALERTS)
def test_any_other_fault_of_an_expired_certificate_counts(stage, tls, protocol, state, name):
    answers = arrive(stage, getattr(stage, name), tls, protocol, state, target=f"/full{OWN}")
    assert answers == [ALERTS[name]]


@pytest.fixture(scope="module")
def faulty(pki):
    past = dict(not_before=timedelta(days=-30), not_after=timedelta(days=-1))
    old_ca = pki.issue(subject=[("CN", "Lab Expired CA")], issuer="policy", key="old-ca", name="old-ca",
                       eku=None, ca=True, **past)
    future_ca = pki.issue(subject=[("CN", "Lab Future CA")], issuer="policy", key="old-ca",
                          name="future-ca", eku=None, ca=True, not_before=timedelta(days=1))
    return {
        "expired CA, expired leaf": (pki.issue(cn=CN, issuer=old_ca, **past), "certificate_expired"),
        "expired CA, valid leaf": (pki.issue(cn=CN, issuer=old_ca), "certificate_expired"),
        "future CA, expired leaf": (pki.issue(cn=CN, issuer=future_ca, **past), "bad_certificate"),
        "not for clients": (pki.issue(cn=CN, eku="server", **past), "unsupported_certificate"),
        "self-signed": (pki.issue(cn=CN, issuer=None, **past), "unknown_ca"),
        "signed by a phone": (pki.issue(cn=CN, issuer="phone-b", **past), "unknown_ca"),
        "1024-bit": (pki.issue(cn=CN, key="small-phone", bits=1024, **past), "bad_certificate"),
        "SHA-1": (pki.issue(cn=CN, digest="sha1", **past), "bad_certificate"),
    }


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("kind", ["expired CA, expired leaf", "expired CA, valid leaf",
                                  "future CA, expired leaf", "not for clients", "self-signed",
                                  "signed by a phone", "1024-bit", "SHA-1"])
def test_only_the_time_of_the_leaf_is_excused(stage, faulty, kind, tls):
    cert, alert = faulty[kind]
    assert stage.ask(f"/full{OWN}", cert, tls=tls) == alert
    assert stage.server.log.lines("AH02039")


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("target", [f"/full{OWN}", "/open.txt"])
def test_a_host_without_it_refuses_the_handshake(stage, tls, target):
    def ask():
        return stage.server.get(target, cert=stage.expired, tls=tls, sni="strict", host="strict")
    assert verdict(stage.server, ask) == "certificate_expired"


@pytest.mark.parametrize("listed_first", [True, False])
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_the_host_that_sni_names_decides(make_server, tls, listed_first):
    files = Expired(make_server())
    asked = "SSLVerifyClient require\n"
    own, other = (LISTED, "") if listed_first else ("", LISTED)
    files.configure(own, global_lines=files.passing(), extra_vhosts=files.host(
        "other", "root", "policy", "issuing1", lines=asked + other)).server.start()
    for sni, lets_in in [("localhost", listed_first), ("other", not listed_first), (None, listed_first)]:
        answer = files.ask(f"/prov{OWN}", files.expired, tls=tls, sni=sni, host=sni or "localhost")
        assert answer == (GRANTED if lets_in else "certificate_expired"), sni


def test_a_certificate_that_ends_while_connected_goes_on_where_it_is_listed(make_server):
    files = Expired(make_server())
    server = files.server
    prefix = files.acl("prefix", "0004f2*")
    fill(server, f"prefix{OWN}")
    files.configure(LISTED + files.passing() + files.section("prefix", more=f'PolyAuthAclFile "{prefix}"'),
                    session_cache=True).server.start()
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=3)
    short = files.pki.issue(cn=CN, not_after=end)
    with server.connect(short, tls="1.2") as old, server.connect(short, tls="1.3") as new:
        def seen():
            return [files.ask(f"/{folder}{OWN}", connection=connection)
                    for connection in (old, new) for folder in ("prov", "prefix")]
        assert seen() == [GRANTED] * 4
        wait_for_moment(end)
        assert seen() == [GRANTED, EXPIRED] * 2
        for connection in (old, new):
            with connection.resume() as resumed:
                assert files.ask(f"/prov{OWN}", connection=resumed) == GRANTED
                assert files.ask(f"/prefix{OWN}", connection=resumed) == EXPIRED
                assert resumed.resumed
    assert files.ask(f"/prov{OWN}", short) == GRANTED


def test_a_device_loses_it_with_its_entry(make_server):
    files = Expired(make_server())
    files.configure(LISTED + files.passing()).server.start()
    with files.server.connect(files.expired) as connection:
        assert files.ask(f"/prov{OWN}", connection=connection) == GRANTED
        files.acl("full", "0004f2*")
        files.loaded(files.folder / "full.acl", 2)
        assert files.ask(f"/prov{OWN}", connection=connection) == EXPIRED
        files.acl("full", "0004f2bbbbbb")
        files.loaded(files.folder / "full.acl", 3)
        assert files.ask(f"/prov{OWN}", connection=connection) == "acl-unlisted"


def test_renegotiation_to_an_expired_certificate(make_server):
    files = Expired(make_server())
    again = ('Alias /again "{docroot}/prov"\n<Location "/again">\nSSLVerifyClient require\n'
             "SSLVerifyDepth 4\n</Location>\n").replace("{docroot}", str(files.server.docroot))
    files.configure(LISTED + files.passing() + again, ssl_verify="optional").server.start()
    with RenegotiatingConnection(files.server.tls_port, files.valid) as connection:
        assert [connection.status(target)[0] for target in (f"/prov{OWN}", "/open.txt")] == [200, 200]
        connection.show(files.expired)
        assert connection.status(f"/again{OWN}")[0] == 200
        # The connection is that of an expired certificate now, and of a valid one again.
        assert connection.status("/open.txt")[0] == 403
        assert connection.status(f"/prov{OWN}")[0] == 200
    assert [line["reason"] for line in files.server.log.denials()] == [EXPIRED]


@pytest.mark.parametrize("lines, warned", [
    (dict(), True), (dict(acl=True), True), (dict(trust=True), True), (dict(acl=True, trust=True), False),
])
def test_start_up_warns_where_nobody_can_pass(make_server, lines, warned):
    files = Expired(make_server())
    more = f'PolyAuthAclFile "{files.folder}/full.acl"' if lines.get("acl") else ""
    files.configure(LISTED + files.section(trust=lines.get("trust", False), more=more))
    check = files.server.configtest()
    assert check.returncode == 0 and ("PA1018: " in check.output) == warned
    files.server.log.declare("PA1018")
    files.server.start()


def test_a_word_that_is_neither_is_refused(make_server):
    files = Expired(make_server())
    for lines in ("PolyAuthExpiredCertificates On\n", "PolyAuthExpiredCertificates\n",
                  f'<Directory "{files.server.docroot}">\n{LISTED}</Directory>\n'):
        files.configure(lines + files.passing())
        assert files.server.configtest().returncode != 0
