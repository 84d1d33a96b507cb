# SPDX-License-Identifier: Apache-2.0
"""One trust file per section: makers, unset settings, virtual hosts, Audit and Require polyauth."""

import itertools

import pytest

from harness.trust import GRANTED, H2, HANDSHAKES, TrustFiles, verdict
from harness.verdict import OWN, fill

FIRST, SECOND = "0004F2AAAAAA", "64167FAAAAAA"
UNTRUSTED, REVOKED = "issuer-untrusted", "certificate-revoked"


class TwoMakers(TrustFiles):
    """Phones of two makers, and a trust file for each maker."""

    def __init__(self, server):
        super().__init__(server)
        self.one = self.pki.leaf("phone-a")
        self.two = self.pki.issue(cn=FIRST, issuer="maker2-issuing")
        self.ca_two = self.folder / "ca-two.pem"
        self.trust()
        self.trust("maker2-root", "maker2-issuing", path=self.ca_two)
        self.believed = self.folder / "believed.pem"
        self.put(self.believed, self.pem("root", "policy", "issuing1", "maker2-root", "maker2-issuing"))
        server.log.declare(*HANDSHAKES)

    def furnish(self, *folders):
        fill(self.server, *(f"{folder}{OWN}" for folder in folders))

    def ask(self, folder, cert, connection=None, **options):
        ask = connection.request if connection else self.server.get
        if not connection:
            options["cert"] = cert
        return verdict(self.server, lambda: ask(f"/{folder}{OWN}", **options))


@pytest.fixture
def files(server):
    return TwoMakers(server)


def test_each_maker_has_its_section(files):
    files.furnish("one", "two", "both")
    both = files.put(files.folder / "both.pem", files.ca.read_text() + files.ca_two.read_text())
    files.configure(files.section("one") + files.section("two", trust=files.ca_two)
                    + files.section("both", trust=both), ca_file=files.believed).server.start()
    seen = {folder: [files.ask(folder, cert) for cert in (files.one, files.two)]
            for folder in ("one", "two", "both")}
    # Whom both trust may carry any address: that is what `both` means.
    assert seen == {"one": [GRANTED, UNTRUSTED], "two": [UNTRUSTED, GRANTED],
                    "both": [GRANTED, GRANTED]}


def test_none_unsets_what_stands_around(files):
    # Before a request comes, the CRLs seem to concern each trust file below.
    files.server.log.declare("PA2006")
    files.furnish("prov/open", "prov/no-crl", "prov/again", "prov/two")
    files.revoke(files.one)
    none = "PolyAuthCACertificateFile none\nPolyAuthCARevocationFile none"
    files.configure(
        f'PolyAuthCACertificateFile "{files.ca}"\nPolyAuthCARevocationFile "{files.crl}"\n'
        + files.section(trust=False)
        + f'<Location "/prov/open">\n{none}\n</Location>\n'
        + '<Location "/prov/no-crl">\nPolyAuthCARevocationFile none\n</Location>\n'
        + f'<Location "/prov/two">\nPolyAuthCACertificateFile "{files.ca_two}"\n'
          'PolyAuthCARevocationFile none\n</Location>\n', ca_file=files.believed).server.start()
    seen = {folder: [files.ask(folder, cert) for cert in (files.one, files.two)]
            for folder in ("prov", "prov/open", "prov/no-crl", "prov/two")}
    assert seen == {"prov": [REVOKED, UNTRUSTED], "prov/open": [GRANTED, GRANTED],
                    "prov/no-crl": [GRANTED, UNTRUSTED], "prov/two": [UNTRUSTED, GRANTED]}


@pytest.mark.parametrize("kind", ["<Location>", "<Files>", "<If>", "virtual host", "server"])
def test_each_kind_of_section_takes_the_settings(files, kind):
    files.revoke(files.one)
    lines = (f'PolyAuthCACertificateFile "{files.ca}"\nPolyAuthCARevocationFile "{files.crl}"\n')
    inside = {"<Location>": f'<Location "/prov">\n{lines}</Location>\n',
              "<Files>": f'<Files "*.cfg">\n{lines}</Files>\n',
              "<If>": f'<If "%{{REQUEST_URI}} =~ m#^/prov#">\n{lines}</If>\n',
              "virtual host": lines, "server": ""}[kind]
    files.configure(files.section(trust=False) + inside, ca_file=files.believed,
                    global_lines=lines if kind == "server" else "").server.start()
    assert files.ask("prov", files.one) == REVOKED
    assert files.ask("prov", files.two) == UNTRUSTED
    assert files.ask("prov", files.pki.leaf("leaf-only")) == GRANTED


@pytest.mark.parametrize("sni", ["localhost", "second", "third"])
def test_virtual_hosts_differ(files, sni):
    server = files.server
    asked = "SSLVerifyClient require\n"
    believed = ("root", "policy", "issuing1", "maker2-root", "maker2-issuing")
    hosts = (files.host("second", *believed, lines=asked + files.section(trust=files.ca_two))
             + files.host("third", *believed, lines=asked + files.section(trust=False)))
    files.configure(extra_vhosts=hosts, ca_file=files.bundle(*believed), session_cache=True).server.start()
    expected = {"localhost": [GRANTED, UNTRUSTED], "second": [UNTRUSTED, GRANTED],
                "third": [GRANTED, GRANTED]}
    server.log.declare("AH02032")
    for tls, (number, cert) in itertools.product(("1.2", "1.3"), enumerate((files.one, files.two))):
        # The section of the host that is asked decides, whatever SNI said; mod_ssl may send the
        # request away, and hangs up then.
        for host, verdicts in expected.items():
            with server.connect(cert, tls=tls, sni=sni) as connection:
                seen = files.ask("prov", cert, connection, host=host)
                assert seen == verdicts[number] or (seen == "421" and host != sni)
        with server.connect(cert, tls=tls, sni=sni) as connection:
            assert files.ask("prov", cert, connection, host=sni) == expected[sni][number]
            with connection.resume() as resumed:
                assert files.ask("prov", cert, resumed, host=sni) == expected[sni][number]
                assert resumed.resumed


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("target", ["localhost", "second"])
def test_a_session_of_one_host_is_no_pass_for_another(files, tls, target):
    """CVE-2025-23048: mod_ssl may or may not take the session; the trust file does not care."""
    server = files.server
    lines = "SSLVerifyClient require\n"
    # The first host believes the second maker, the others do not.
    hosts = (files.host("lax", "root", "policy", "issuing1", "maker2-root", "maker2-issuing",
                        lines=lines + files.section(trust=False))
             + files.host("second", "root", "policy", "issuing1",
                          lines="SSLVerifyClient optional\n" + files.section()))
    server.log.declare("AH02032", "AH10158")
    files.configure(extra_vhosts=hosts, session_cache=True).server.start()
    with server.connect(files.two, tls=tls, sni="lax") as connection:
        assert files.ask("prov", files.two, connection, host="lax") == GRANTED

        def elsewhere():
            with connection.resume(target) as resumed:
                return resumed.request(f"/prov{OWN}", host=target)
        assert verdict(server, elsewhere) in (UNTRUSTED, "421", "unknown_ca")


def test_audit_says_what_it_would_refuse(files):
    server = files.server
    server.log.declare("PA1005")
    files.revoke(files.one)
    files.configure(files.section(revocation=True, mode="Audit"), ca_file=files.believed).server.start()
    for cert, reason in [(files.two, UNTRUSTED), (files.one, REVOKED)]:
        server.log.mark()
        assert server.get(f"/prov{OWN}", cert=cert).status == 200
        (line,) = server.log.would_denials()
        assert line["reason"] == reason and server.log.denials() == []
        server.access.wait_for(f"decision=would-deny reason={reason} ")


@pytest.mark.parametrize("vote", ["polyauth", "polyauth-device"])
def test_require_polyauth_asks_as_well(files, vote):
    server = files.server
    files.revoke(files.one)
    files.configure(f'<Directory "{server.docroot}/prov">\nRequire {vote}\n'
                    f'PolyAuthCACertificateFile "{files.ca}"\n'
                    f'PolyAuthCARevocationFile "{files.crl}"\n</Directory>\n',
                    ca_file=files.believed).server.start()
    for cert, reason in [(files.two, UNTRUSTED), (files.one, REVOKED)]:
        server.log.mark()
        assert server.get(f"/prov{OWN}", cert=cert).status == 403
        assert server.log.lines(f"PA5004: .*reason={reason}")
    assert server.get(f"/prov{OWN}", cert=files.pki.leaf("leaf-only")).status == 200


def test_inner_requests_are_judged_by_their_own_section(make_server):
    files = TwoMakers(make_server(modules=["include"]))
    server = files.server
    files.furnish("one", "two")
    for folder in ("one", "two"):
        server.write(f"{folder}/0004f2aaaaaa.shtml",
                     f'[<!--#include virtual="/{ {"one": "two", "two": "one"}[folder] }{OWN}" -->]')
    include = "Options +Includes\nAddOutputFilter INCLUDES .shtml"
    server.log.declare("AH01372")
    files.configure(files.section("one", more=include) + files.section("two", trust=files.ca_two, more=include),
                    ca_file=files.believed, log_level="info polyauth:debug ssl:warn include:crit")
    server.start()
    for cert, folder in [(files.one, "one"), (files.two, "two")]:
        page = server.get(f"/{folder}/0004f2aaaaaa.shtml", cert=cert)
        assert page.status == 200 and "the secret" not in page.text, page


@pytest.mark.parametrize("protocol", ["HTTP/1.1", "HTTP/2"])
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_sections_on_one_connection_do_not_mix(make_server, tls, protocol):
    """What is remembered for a connection is of one file, one list, one reading of the identity."""
    files = TwoMakers(make_server(mpm="event"))
    server = files.server
    server.write("lists/a", "0004f2aaaaaa\n")
    server.write("lists/b", "64167faaaaaa\n")
    files.revoke(files.one)
    sections = {
        "plain": (dict(), GRANTED),
        "two": (dict(trust=files.ca_two), UNTRUSTED),
        "revoked": (dict(revocation=True), REVOKED),
        "listed": (dict(more=f'PolyAuthAclFile "{server.docroot}/lists/a"'), GRANTED),
        "unlisted": (dict(more=f'PolyAuthAclFile "{server.docroot}/lists/b"'), "acl-unlisted"),
        "two-listed": (dict(trust=files.ca_two,
                            more=f'PolyAuthAclFile "{server.docroot}/lists/a"'), UNTRUSTED),
        "other-identity": (dict(more="PolyAuthIdentity O~(.{12}).*"), "identity-malformed"),
        "other-identity-listed": (dict(more='PolyAuthIdentity "CN~(.*)"\n'
                                       f'PolyAuthAclFile "{server.docroot}/lists/a"'), GRANTED),
        "free": (dict(trust=False), GRANTED),
    }
    files.furnish(*sections)
    h2 = dict(H2) if protocol == "HTTP/2" else {}
    files.configure("".join(files.section(folder, **settings)
                            for folder, (settings, _) in sections.items()),
                    ca_file=files.believed, **h2).server.start()
    expected = [answer for _, answer in sections.values()]
    with server.connect(files.one, tls=tls, http2=protocol == "HTTP/2") as connection:
        for order in (1, -1, 1):
            seen = [files.ask(folder, None, connection) for folder in list(sections)[::order]]
            assert seen == expected[::order]
