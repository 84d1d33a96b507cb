# SPDX-License-Identifier: Apache-2.0
"""Each command that conf/DIRECTIVES.md prints is run, from its top to its end."""

import base64
import getpass
import hashlib
import hmac
import os
import re
import subprocess

from harness.guides import ROOT, Guide
from harness.issuers import served

MAC = "0004f2aabbcc"
PROGRAMS = "polyauthctl |printf |for |fetch-crl |openssl |install |cp "
LINE = ('192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET /{0}.cfg HTTP/1.1" 200 9 "-" "-" '
        "mac={0} decision=granted reason=own-file label=-\n")


def test_every_command_of_the_manual(server):
    with Guide("../DIRECTIVES.md", server) as guide:
        guide.left = [each for each in guide.left if re.match(PROGRAMS, each)]
        etc, pki = guide.places["/etc/polyauth"], server.pki
        guide.place("phones.acl", MAC + "\n")
        guide.run("acl compile")
        assert (etc / "phones.list").stat().st_size > 0

        key = bytes(range(32))
        guide.places["000102...1e1f"] = key.hex()
        text = b"mod_polyauth device password v1\0" + MAC.encode()
        digest = base64.b32encode(hmac.new(key, text, hashlib.sha256).digest())
        assert guide.run("openssl dgst").out == digest.decode().lower()[:20] + "\n"

        (etc / "server.crt").unlink()
        for name in ("root", "policy", "issuing1"):
            guide.place(f"{name}.crt", pki.ca(name).leaf_pem)
        assert guide.run("-fingerprint").out.count("sha256 Fingerprint=") == 3
        guide.run(">trust.pem")
        guide.place("phone.pem", pki.issue(cn=MAC.upper()).leaf_pem)
        assert guide.run("explain").out.endswith("granted own-file\n")

        issuers = server.root / "issuers"
        issuers.mkdir()
        for name in ("root", "policy", "issuing1"):
            (issuers / f"{name}.crl").write_text(pki.crl(name).read_text())
        with served(issuers) as address:
            guide.places["URL..."] = " ".join(f"{address}/{name.name}" for name in issuers.iterdir())
            guide.run("fetch-crl")
        assert (etc / "crls.pem").read_text().count("BEGIN X509 CRL") == 3
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={MAC}", "-addext",
                        "crlDistributionPoints=URI:http://crl.example.com/a.crl", "-keyout",
                        etc / "phone.key", "-out", etc / "phone.pem"], check=True,
                       capture_output=True)
        assert "http://crl.example.com/a.crl" in guide.run("crlDistributionPoints").out

        state = guide.places["/var/lib/polyauth"] = server.root / "state"
        if os.geteuid() != 0:
            guide.places["www-data"] = getpass.getuser()
        guide.run("install -d")
        assert state.stat().st_mode & 0o777 == 0o700
        (server.root / "logs/phones_access.log.1").write_text(LINE.format(MAC))
        assert guide.run("report").out.startswith("1 request, 1 governed by PolyAuth: 1 granted")

        guide.places["conf/fail2ban"] = ROOT / "conf/fail2ban"
        guide.places["/etc/fail2ban"] = server.root / "fail2ban"
        for folder in ("filter.d", "jail.d"):
            (server.root / "fail2ban" / folder).mkdir(parents=True)
        server.write(server.root / "logs/error.log", "")
        assert "Lines: 0 lines" in guide.run("fail2ban-regex").out
