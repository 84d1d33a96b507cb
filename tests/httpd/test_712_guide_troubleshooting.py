# SPDX-License-Identifier: Apache-2.0
"""conf/guides/troubleshooting.md: each command finds what the guide says, on a server in trouble."""

from pathlib import Path

from harness.examples import FOREIGN, OWN, configure, denied, expect_refused_handshake, phone
from harness.guides import Guide
from harness.passwords import htpasswd

SITE = """\
Listen {listen}
<VirtualHost {listen}>
  ServerName localhost
  DocumentRoot "{root}"
  SSLEngine On
  SSLCertificateFile "{etc}/server.crt"
  SSLCertificateKeyFile "{etc}/server.key"
  SSLCACertificateFile "{etc}/trust.pem"
  SSLVerifyClient require
  SSLVerifyDepth 5
  PolyAuth On
  PolyAuthCACertificateFile "{etc}/trust.pem"
  PolyAuthAclFile "{etc}/phones.acl"
  PolyAuthPasswordFile "{etc}/passwords"
  <Directory "{root}">
    AuthType Basic
    AuthName phones
    AuthBasicProvider polyauth
    Require valid-user
  </Directory>
</VirtualHost>
"""


def test_every_command_finds_its_trouble(server):
    server.log.declare("AH01618", "AH02039")
    with Guide("troubleshooting.md", server) as guide:
        etc = guide.places["/etc/polyauth"]
        a = phone(server)
        guide.place("phones.acl", "0004f2aaaaaa\n")
        guide.place("passwords", htpasswd("phone", "word") + " label=2026\n")
        guide.place("phone-a.crt", Path(a.cert).read_text())
        guide.place("phone-a.key", Path(a.key).read_text())
        listen = f"127.0.0.1:{server.tls_port}"
        configure(server, SITE.format(listen=listen, root=server.docroot, etc=etc),
                  modules=("auth_basic", "authz_user")).start()

        expect_refused_handshake(server, "rogue-a")
        server.log.wait_for("AH02039: ")
        assert "AH02039: Certificate Verification: Error" in guide.run("AH02(008").out
        assert "Verification: OK" in guide.run("s_client").out

        assert server.get(OWN, cert=a, auth=("phone", "word")).status == 200
        assert server.get(FOREIGN, cert=a).status == 403
        assert server.get(OWN, cert=phone(server, "phone-b")).status == 403
        assert server.get(OWN, cert=a, auth=("phone", "wrong")).status == 401
        assert denied(server) == ["mac-foreign", "acl-unlisted"]
        assert "foreign=0004f2bbbbbb" in guide.run("tac").out
        assert sorted(guide.run("uniq -c | sort -rn").out.split()) == sorted(
            ["1", "PA5002:", "denied", "reason=mac-foreign",
             "1", "PA5002:", "denied", "reason=acl-unlisted"])
        assert guide.run("explain", status=1).out.endswith("denied mac-foreign\n")
        assert "CN = 0004F2AAAAAA" in guide.run("-subject").out
        assert "0004f2aaaaaa" in guide.run("acl query").out

        assert "AH01618" in guide.run("AH0161").out
        assert "2026" in guide.run("password list").out
        assert "loaded" in guide.run("PA200").out
        guide.run("configtest")
