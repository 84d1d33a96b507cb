# SPDX-License-Identifier: Apache-2.0
"""A connection that an expired certificate has opened leads nowhere else: other virtual hosts by
Host or by a session, what a cache keeps, pages that are put together, certificates asked for late."""

import itertools
import os

import pytest

from harness.expired import LISTED, Expired
from harness.renegotiating import RenegotiatingConnection
from harness.trust import GRANTED, H2, verdict
from harness.verdict import A, B, OWN, SECRET, fill

EXPIRED, GONE = "certificate-expired", "421"
BELIEVED = ("root", "policy", "issuing1")
VERSIONS = pytest.mark.parametrize("tls", ["1.2", "1.3"])
PROTOCOLS = pytest.mark.parametrize("protocol", ["HTTP/1.1", "HTTP/2"])


def hosts_of(files, **by_name):
    asked = f"SSLVerifyClient require\nSSLVerifyDepth 5\n{H2['tls_lines']}\n"
    return "".join(files.host(name, *BELIEVED, lines=asked + lines) for name, lines in by_name.items())


@pytest.fixture(scope="module")
def hosts(make_shared_server):
    """Of several hosts on one port only two admit expired certificates."""
    files = Expired(make_shared_server(mpm="event"))
    server = files.server
    server.log.declare("AH02032", "AH10158", always=True)
    fill(server, "open.txt")
    governed = files.passing()
    files.configure(LISTED + governed, extra_vhosts=hosts_of(
        files, ungoverned="", refusing=governed, saying=f"PolyAuthExpiredCertificates refuse\n{governed}",
        auditing=governed.replace("PolyAuth On", "PolyAuth Audit"), listed=LISTED + governed),
        session_cache=True, ca_file=files.bundle(*BELIEVED), **H2)
    server.log.declare("PA1005", always=True)
    server.start()
    return files


# By host: an ungoverned file and the governed own one, on a connection to `localhost`.
ANSWERS = {
    "localhost": (EXPIRED, GRANTED), "listed": (EXPIRED, GRANTED),
    "ungoverned": (EXPIRED, EXPIRED), "refusing": (EXPIRED, EXPIRED), "saying": (EXPIRED, EXPIRED),
    "auditing": (EXPIRED, EXPIRED),
}


@VERSIONS
@PROTOCOLS
@pytest.mark.parametrize("host", ANSWERS)
def test_a_host_header_leads_to_no_other_host(hosts, tls, protocol, host):
    for number, target in enumerate(("/open.txt", f"/prov{OWN}")):
        def ask(cert):
            with hosts.server.connect(cert, tls=tls, http2=protocol == "HTTP/2") as connection:
                return hosts.ask(target, connection=connection, host=host)
        # mod_ssl may send the request away before we see it; it must not be answered.
        assert ask(hosts.expired) in {ANSWERS[host][number]} | ({GONE} if host != "localhost" else set())
        assert ask(hosts.valid) in (GRANTED, GONE)


@VERSIONS
def test_policy_insecure_does_not_change_that(make_server, tls):
    """mod_ssl then sends nobody away."""
    files = Expired(make_server())
    fill(files.server, "open.txt")
    governed = files.passing()
    files.configure(LISTED + governed, global_lines="SSLVHostSNIPolicy insecure\n",
                    extra_vhosts=hosts_of(files, ungoverned="", refusing=governed, listed=LISTED + governed))
    files.server.log.declare("PA1012", "PA1013")
    files.server.start()
    for host in ("ungoverned", "refusing", "listed"):
        seen = []
        for target, cert in itertools.product(("/open.txt", f"/prov{OWN}"), (files.expired, files.valid)):
            with files.server.connect(cert, tls=tls) as connection:
                seen.append(files.ask(target, connection=connection, host=host))
        assert seen == [ANSWERS[host][0], GRANTED, ANSWERS[host][1], GRANTED], host


@VERSIONS
@pytest.mark.parametrize("tickets", [True, False], ids=["ticket", "cache"])
@pytest.mark.parametrize("host", ANSWERS)
def test_a_session_leads_to_no_other_host(hosts, tls, tickets, host):
    for number, target in enumerate(("/open.txt", f"/prov{OWN}")):
        with hosts.server.connect(hosts.expired, tls=tls, sni="listed", tickets=tickets) as connection:
            assert hosts.ask(f"/prov{OWN}", connection=connection, host="listed") == GRANTED

            def elsewhere():
                with connection.resume(host) as resumed:
                    return resumed.request(target, host=host)
            # Either the session is taken along, and nobody can tell where it was made, or a
            # full handshake follows.
            seen = verdict(hosts.server, elsewhere)
        alert = {"certificate_expired"} if host not in ("localhost", "listed") else set()
        assert seen in {ANSWERS[host][number], GONE} | alert


def test_the_host_without_tls_goes_on(hosts):
    assert hosts.server.get("/open.txt", plain=True).status == 200
    assert hosts.server.get(f"/prov{OWN}", plain=True).status == 200


# Caches and pages.

CACHE = """
CacheRoot "{root}/cache"
CacheEnable disk /
CacheQuickHandler {quick}
CacheDefaultExpire 3600
CacheMinExpire 600
CacheIgnoreNoLastMod On
CacheHeader On
"""


@pytest.mark.parametrize("protocol, tls", [("HTTP/1.1", "1.2"), ("HTTP/1.1", "1.3"), ("HTTP/2", "1.3")])
@pytest.mark.parametrize("quick", ["On", "Off"])
def test_a_cache_gives_nothing_away(make_server, quick, protocol, tls):
    files = Expired(make_server(mpm="event", modules=["cache", "cache_disk", "http2"]))
    server = files.server
    server.own(server.root / "cache")
    fill(server, "open.txt")
    server.log.declare("PA1010", always=True)
    files.configure(LISTED + files.passing() + CACHE.format(root=server.root, quick=quick),
                    session_cache=True, **dict(H2, modules=[])).server.start()

    def ask(connection, target="/open.txt", **options):
        return connection.request(target, **options)

    def connect(cert):
        return server.connect(cert, tls=tls, http2=protocol == "HTTP/2")

    with connect(files.valid) as valid, connect(files.expired) as expired:
        assert [ask(valid).status, "HIT" in (ask(valid).headers["X-Cache"] or "")] == [200, True]
        etag = ask(valid).headers["ETag"]
        for options in ({}, {"method": "HEAD"}, {"headers": {"If-None-Match": etag}},
                        {"headers": {"Range": "bytes=0-3"}}):
            answer = ask(expired, **options)
            assert answer.status == 403 and SECRET not in answer.text, (options, answer)
        assert ask(expired, f"/prov{OWN}").status == 200
        with expired.resume() as resumed:
            assert ask(resumed).status == 403 and resumed.resumed
        # The refusal is not what the cache keeps.
        answer = ask(valid)
        assert answer.status == 200 and "HIT" in answer.headers["X-Cache"]
    kept = b"".join((server.root / "cache" / folder / name).read_bytes()
                    for folder, _, names in os.walk(server.root / "cache") for name in names)
    assert b"/prov/" not in kept
    assert {line["reason"] for line in server.log.denials()} == {EXPIRED}


@pytest.mark.parametrize("cached", [False, True])
def test_a_governed_page_includes_nothing_ungoverned(make_server, cached):
    modules = ["include"] + (["cache", "cache_disk"] if cached else [])
    files = Expired(make_server(modules=modules))
    server = files.server
    server.own(server.root / "cache")
    fill(server, "open.txt")
    server.write(f"prov/{A}.shtml", f'[<!--#include virtual="/open.txt" -->|'
                 f'<!--#include virtual="/prov{OWN}" -->]')
    server.log.declare("PA1010")
    lines = files.passing(more="Options +Includes\nAddOutputFilter INCLUDES .shtml")
    files.configure(LISTED + lines + (CACHE.format(root=server.root, quick="On") if cached else ""),
                    log_level="info polyauth:debug ssl:warn include:crit")
    server.start()
    for _ in range(2):
        page = server.get(f"/prov/{A}.shtml", cert=files.valid).text
        assert f"{SECRET} open.txt" in page and f"{SECRET} prov" in page
    page = server.get(f"/prov/{A}.shtml", cert=files.expired)
    assert page.status == 200
    assert f"{SECRET} open.txt" not in page.text and f"{SECRET} prov" in page.text


@pytest.mark.parametrize("cached", [False, True])
def test_what_a_page_includes_may_be_rewritten(make_server, cached):
    """An internal redirect of a look-up goes through all phases, whoever may answer before them."""
    files = Expired(make_server(modules=["include", "rewrite"] + (["cache"] if cached else [])))
    server = files.server
    server.write(f"prov/{A}.shtml", f'<!--#include virtual="sub/{A}" -->|<!--#include virtual="sub/{B}" -->')
    server.write("prov/sub/x", "")
    fill(server, f"prov/{B}.cfg")
    files.configure(LISTED + files.passing(more="Options +Includes\nAddOutputFilter INCLUDES .shtml")
                    + f'<Directory "{server.docroot}/prov/sub">\nRewriteEngine On\n'
                      'RewriteRule "^([0-9a-f]+)$" /prov/$1.cfg\n</Directory>\n',
                    log_level="info polyauth:debug ssl:warn include:crit").server.start()
    for cert in (files.valid, files.expired):
        page = server.get(f"/prov/{A}.shtml", cert=cert)
        assert page.status == 200
        assert f"{SECRET} prov/{A}.cfg" in page.text and f"{SECRET} prov/{B}.cfg" not in page.text


def test_inner_redirects_lead_to_nothing_ungoverned(make_server):
    files = Expired(make_server(modules=["rewrite"]))
    server = files.server
    fill(server, "open.txt")
    rules = (f"RewriteEngine On\nRewriteRule ^{A}-away$ /open.txt [L]\n"
             f"RewriteRule ^{A}-own$ /prov{OWN} [L]\nFallbackResource /open.txt")
    files.configure(LISTED + files.passing(more=rules)).server.start()
    for name, wanted in [("away", EXPIRED), ("own", GRANTED), ("missing", EXPIRED)]:
        assert files.ask(f"/prov/{A}-{name}", files.expired) == wanted, name
        assert files.ask(f"/prov/{A}-{name}", files.valid) == GRANTED


# A certificate that is asked for late.

@VERSIONS
def test_an_expired_certificate_that_a_directory_asks_for(make_server, tls):
    files = Expired(make_server())
    server = files.server
    server.log.declare("PA1007", "PA1008")
    fill(server, "open.txt", "asked/x.txt")
    ask = '<Location "/{}">\nSSLVerifyClient require\n</Location>\n'
    files.configure(LISTED + files.passing() + ask.format("prov") + ask.format("asked"),
                    ssl_verify=None, session_cache=True).server.start()
    for cert, expected in [(files.expired, [GRANTED, GRANTED, EXPIRED]),
                           (files.valid, [GRANTED, GRANTED, GRANTED])]:
        with server.connect(cert, tls=tls, pha=True) as connection:
            # Nobody knows of the certificate before it is asked for.
            seen = [files.ask(target, connection=connection)
                    for target in ("/open.txt", f"/prov{OWN}", "/open.txt")]
            assert seen == expected
    with server.connect(files.expired, tls=tls, pha=True) as connection:
        assert files.ask("/asked/x.txt", connection=connection) == EXPIRED
        assert files.ask(f"/prov{OWN}", connection=connection) == GRANTED


def test_renegotiation_in_another_host(make_server):
    """The connection was made for a host that admits the expired, by Host it goes elsewhere."""
    files = Expired(make_server())
    server = files.server
    fill(server, "open.txt", "asked/x.txt")
    ask = '<Location "/asked">\nSSLVerifyClient require\nSSLVerifyDepth 4\n</Location>\n'
    other = hosts_of(files, other=ask).replace("require\nSSLVerifyDepth 5", "optional", 1)
    server.log.declare("AH02032", "AH02033")
    files.configure(LISTED + files.passing() + ask, extra_vhosts=other, ssl_verify="optional",
                    ca_file=files.bundle(*BELIEVED),
                    global_lines="SSLVHostSNIPolicy insecure\n").server.start()
    with RenegotiatingConnection(server.tls_port) as connection:
        assert connection.status("/open.txt", "other")[0] == 200
        connection.show(files.expired)
        assert connection.status("/asked/x.txt", "other")[0] == 403
        assert connection.status("/asked/x.txt")[0] == 403
        assert connection.status("/open.txt", "other")[0] == 403
        assert connection.status("/open.txt")[0] == 403
        assert connection.status(f"/prov{OWN}")[0] == 200
    assert [line["reason"] for line in server.log.denials()] == [EXPIRED] * 4
