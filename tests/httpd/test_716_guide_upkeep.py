# SPDX-License-Identifier: Apache-2.0
"""conf/guides/upkeep.md on one server that is never stopped: a denial, passwords, CRLs, a new CA."""

import re
from datetime import timedelta

import pytest

from harness.error_log import LogFile
from harness.examples import OWN, configure, denied, phone
from harness.guides import Guide
from harness.issuers import served
from harness.passwords import A, htpasswd, secret_line
from harness.waiting import wait_until

SITE = """\
PolyAuthReloadInterval 1s
Listen {listen}
<VirtualHost {listen}>
  ServerName localhost
  DocumentRoot "{root}"
  SSLEngine On
  SSLCertificateFile "{etc}/server.crt"
  SSLCertificateKeyFile "{etc}/server.key"
  SSLCACertificateFile "{bundle}"
  SSLVerifyClient require
  SSLVerifyDepth 5
  LogFormat "%u label=%{{POLYAUTH_PASSWORD_LABEL}}e" polyauth
  CustomLog "{logs}/phones_access.log" polyauth
  PolyAuth On
  PolyAuthCACertificateFile "{etc}/trust.pem"
  PolyAuthCARevocationFile "{etc}/crls.pem"
  PolyAuthAclFile "{etc}/phones.acl"
  PolyAuthPasswordFile "{etc}/passwords"
  PolyAuthDeviceSecretFile "{etc}/device-secrets"
  <Directory "{root}">
    AuthType Basic
    AuthName phones
    AuthBasicProvider polyauth
    Require valid-user
  </Directory>
</VirtualHost>
"""
OLD, NEW = ("phone", "old"), ("phone", "new")


@pytest.fixture
def issuers(server):
    """The folder and the address of the makers' CRLs."""
    folder = server.root / "issuers"
    folder.mkdir()
    with served(folder) as address:
        yield folder, address


def crls(server, number, *revoked):
    return {ca: server.pki.crl(ca, [each for each in revoked if ca == "issuing1"], number).read_text()
            for ca in ("root", "policy", "issuing1")}


@pytest.fixture
def guide(server, issuers):
    with Guide("upkeep.md", server) as guide:
        etc = guide.places["/etc/polyauth"]
        guide.places["http://crl.example.com"] = issuers[1]
        guide.place("trust.pem", server.pki.pem_file("three.pem", "root", "policy", "issuing1")
                    .read_text())
        guide.place("crls.pem", "".join(crls(server, 1).values()))
        guide.place("phones.acl", "* # without a line end")
        guide.place("passwords", htpasswd(*OLD) + " label=2026\n")
        guide.place("new-password", NEW[1] + "\n")
        guide.place("device-secrets", secret_line(1, "2026") + "\n", 0o600)
        guide.place("new-ca.pem", server.pki.ca("issuing2").leaf_pem)
        configure(server, SITE.format(
            listen=f"127.0.0.1:{server.tls_port}", root=server.docroot, etc=etc,
            bundle=server.pki.bundle, logs=guide.places["/var/log/apache2"]),
            modules=("auth_basic", "authz_user"))
        server.log.declare("AH01618")
        server.start()
        yield guide


def status(server, cert, auth):
    return server.get(OWN, cert=cert, auth=auth).status


def adopted(server, name, generation):
    server.log.wait_for(rf'PA2001: loaded ".*/{name}" .*generation={generation}$')


def test_what_is_done_from_time_to_time(server, guide, issuers):
    a = phone(server)
    assert status(server, a, OLD) == 200
    server.log.mark()
    guide.run("printf '")
    adopted(server, "phones.acl", 2)
    assert "generation=2" in guide.run("PA200[1-4]").out
    assert status(server, a, OLD) == 403
    assert denied(server) == ["acl-denied"]
    guide.place("phones.acl", "* # again\n")
    adopted(server, "phones.acl", 3)

    assert "2027" in guide.run("password add").out
    adopted(server, "passwords", 2)
    assert [status(server, a, each) for each in (OLD, NEW)] == [200, 200]
    LogFile(guide.places["/var/log/apache2"] / "phones_access.log").wait_for("phone label=2027$")
    assert int(guide.run("grep -c").out) == 2
    server.log.mark()
    guide.run("password retire")
    adopted(server, "passwords", 3)
    assert [status(server, a, each) for each in (OLD, NEW)] == [401, 200]

    password = re.search("[a-z2-7]{20}", guide.run("--secrets").out)[0]
    # Children that are on their way out know the old secret only.
    wait_until(lambda: status(server, a, (A, password)) == 200, "the new secret to open")

    for name, text in crls(server, 2, a).items():
        (issuers[0] / f"{name}.crl").write_text(text)
    server.log.mark()
    guide.run("fetch-crl")
    adopted(server, "crls.pem", r"\d+")
    assert "revoked=1" in guide.run("PA200[1-7]").out
    assert status(server, a, NEW) == 403
    assert denied(server) == ["certificate-revoked"]

    ending = server.pki.issue(cn="0004F2AAAAAA", not_after=timedelta(days=89))
    guide.place("ends.crt", ending.leaf_pem)
    later = server.pki.issue(cn="0004F2AAAAAA", issuer="issuing2")
    guide.place("phone.crt", later.leaf_pem)
    assert guide.run("checkend").out.split("/")[-1] == "ends.crt ends\n"
    assert status(server, later, NEW) == 403
    assert denied(server) == ["issuer-untrusted"]
    server.log.declare("PA2006")  # the new CA has no CRL yet
    guide.run("mv ")
    adopted(server, "trust.pem", r"\d+")
    assert status(server, later, NEW) == 200
