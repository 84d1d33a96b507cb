# SPDX-License-Identifier: Apache-2.0
"""conf/guides/makers.md: each maker's phones get their own files, generic certificates nothing."""

import pytest

from harness.examples import configure, denied
from harness.guides import Guide

MAKERS = ("yealink", "snom", "grandstream", "cisco")
A, B = "0004f2aaaaaa", "0004f2bbbbbb"
OLD_YEALINK = [("O", "Yealink Network Technology Co., Ltd."), ("CN", "yealink.com"),
               ("serialNumber", "ffffffff-ffff-ffff-fff0-" + A)]
HOST = """\
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
  ServerName localhost
  DocumentRoot "{root}"
  SSLEngine On
  SSLCertificateFile "{pki.server.cert}"
  SSLCertificateKeyFile "{pki.server.key}"
  SSLCACertificateFile "{all}"
  SSLVerifyClient require
  SSLVerifyDepth 5
  <Directory "{root}">
    Require all granted
  </Directory>
{sections}
</VirtualHost>
"""


@pytest.fixture
def ask(server):
    """The guide's sections in one host: issuing CA 1 is the maker's own, CA 2 another maker's."""
    with Guide("makers.md", server) as guide:
        old = server.pki.issue(subject=OLD_YEALINK)
        guide.place("phone.pem", old.leaf_pem)
        assert guide.run("openssl x509").out.endswith("granted own-file\n")
        sections = [guide.take(f"/srv/phones/{maker}>") for maker in MAKERS]
        own = server.pki.pem_file("own.pem", "root", "policy", "issuing1").read_text()
        for maker in MAKERS:
            guide.place(f"{maker}-trust.pem", own)
        configure(server, HOST.format(port=server.tls_port, root=server.docroot, pki=server.pki,
                                      all=server.pki.bundle, sections="\n".join(sections))).start()

        def status(target, subject, issuer="issuing1"):
            return server.get(target, cert=server.pki.issue(subject=subject, issuer=issuer)).status

        yield status


CN = [("CN", A.upper())]
CISCO = [("OU", "CTG"), ("CN", "CP-8861-SEP" + A.upper())]
ATA = [("OU", "ATA190"), ("L", "88012BA01234"), ("ST", A)]


def test_phones_get_their_own_and_their_makers_files(server, ask):
    for maker, subject, own, shared in (
            ("yealink", OLD_YEALINK, "{}.cfg", "y000000000065.cfg"),
            ("yealink", CN, "{}.cfg", "y000000000065.boot"),
            ("snom", CN, "snom710-{}.htm", "snom710.htm"),
            ("grandstream", CN, "cfg{}.xml", "cfg.xml"),
            ("cisco", CISCO, "SEP{}.cnf.xml", "sip88xx.loads"),
            ("cisco", ATA, "ATA{}.cnf.xml", "spa962.cfg")):
        for name in (own.format(A), own.format(B), shared):
            server.write(f"{maker}/{name}", "x")
        assert ask(f"/{maker}/{own.format(A)}", subject) == 200, own
        assert ask(f"/{maker}/{shared}", subject) == 200, shared
        assert denied(server) == []
        assert ask(f"/{maker}/{own.format(B)}", subject) == 403, own
        assert ask(f"/{maker}/{own.format(A)}", subject, "issuing2") == 403, own
        assert denied(server) == ["mac-foreign", "issuer-untrusted"]
    assert ask("/cisco/ATA04F2AAAAAA01.cnf.xml", ATA) == 403
    assert denied(server) == ["mac-foreign"]


@pytest.mark.parametrize("maker, subject", [
    ("yealink", [("CN", "yealink.com"), ("serialNumber", "generic")]),
    ("yealink", [("CN", "yealink.com")]),
    ("grandstream", [("O", "Grandstream Networks"), ("CN", "VPN")]),
    ("grandstream", [("O", "Grandstream Networks")]),
    ("cisco", [("OU", "cisco.com"), ("L", "ciscogeneric"), ("ST", "ciscogeneric")]),
])
def test_a_generic_certificate_gets_nothing(server, ask, maker, subject):
    server.write(f"{maker}/{A}.cfg", "x")
    assert ask(f"/{maker}/{A}.cfg", subject) == 403
    assert denied(server) in (["identity-malformed"], ["identity-missing"])
