# SPDX-License-Identifier: Apache-2.0
"""The directives for a balancer at start and restart: what is incomplete, open or misspelt is refused."""

import re

import pytest

from harness.balanced import OWN, from_phone, lines, start, verdict
from harness.ways import furnish

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
