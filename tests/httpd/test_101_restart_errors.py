# SPDX-License-Identifier: Apache-2.0
"""A mistake that would end a start does not end a server that runs: the virtual host refuses in
its governed sections, says so at crit, and the rest serves on."""

import pytest

OWN = "/governed/0004f2aaaaaa.cfg"
GOVERNED = '<Directory "{docroot}/governed">\n  PolyAuth On\n{line}\n</Directory>\n'


def configure(server, line="", **lines):
    return server.configure(
        vhost_lines=GOVERNED.replace("{docroot}", str(server.docroot)).replace("{line}", line), **lines)


@pytest.mark.parametrize("restart", ["graceful", "restart"])
@pytest.mark.parametrize("number, lines", [
    ("PA1003", dict(ssl_verify="optional_no_ca")),
    ("PA1004", dict(tls_lines="SSLUserName SSL_CLIENT_S_DN_CN")),
    ("PA1004", dict(line="SSLOptions +FakeBasicAuth")),
], ids=["optional_no_ca", "SSLUserName", "FakeBasicAuth"])
def test_a_running_server_stays_up_and_refuses(server, pki, restart, number, lines):
    phone = pki.leaf("phone-a")
    server.write(OWN[1:], "config of a\n")
    server.write("open.txt", "for everybody\n")
    configure(server).start()
    assert server.get(OWN, cert=phone).status == 200

    configure(server, **lines)
    server.log.declare(number)
    getattr(server, restart)()
    (line,) = server.log.lines(f"{number}: ")
    assert "[polyauth:crit]" in line
    assert f"{number}: {server.config_file}:" in line
    assert "until then every governed section of the virtual host refuses everything" in line
    answer = server.get(OWN, cert=phone)
    assert answer.status == 403 and "config of" not in answer.text
    assert [each["reason"] for each in server.log.denials()] == ["internal-error"]
    assert server.get("/open.txt", cert=phone).status == 200

    configure(server)
    getattr(server, restart)()
    assert server.get(OWN, cert=phone).status == 200


def test_other_virtual_hosts_serve_on(server, pki):
    phone = pki.leaf("phone-a")
    server.write(OWN[1:], "config of a\n")

    def other(verify):
        return (f"<VirtualHost 127.0.0.1:{server.tls_port}>\nServerName other\nSSLEngine on\n"
                f'DocumentRoot "{server.docroot}"\n'
                f'SSLCertificateFile "{pki.server.cert}"\nSSLCertificateKeyFile "{pki.server.key}"\n'
                f'SSLCACertificateFile "{pki.bundle}"\nSSLVerifyClient {verify}\nSSLVerifyDepth 5\n'
                + GOVERNED.replace("{docroot}", str(server.docroot)).replace("{line}", "")
                + "</VirtualHost>")

    def statuses():
        return [server.get(OWN, cert=phone, sni=name, host=name).status for name in ("localhost", "other")]

    # mod_ssl's own: both hosts show the certificate of one.
    server.log.declare("AH01909", "PA1003")
    configure(server, extra_vhosts=other("require")).start()
    assert statuses() == [200, 200]
    configure(server, extra_vhosts=other("optional_no_ca"))
    server.graceful()
    assert statuses() == [200, 403]


def test_a_warning_comes_again_at_each_restart(server):
    configure(server, verify_depth=2)
    server.log.declare("PA1009")
    server.start()
    server.graceful()
    lines = server.log.lines("PA1009: ")
    assert len(lines) >= 1 and all("[polyauth:warn]" in line for line in lines)
