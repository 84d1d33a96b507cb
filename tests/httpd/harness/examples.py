# SPDX-License-Identifier: Apache-2.0
"""A server that includes one configuration of conf/examples, as an administrator's would."""

import os
import subprocess
from pathlib import Path

import pytest

from harness.client import HandshakeError
from harness.conf import MODULE_DIR, MPM_LINES, static_modules

EXAMPLES = Path(__file__).resolve().parents[3] / "conf/examples"
OWN, FOREIGN, SHARED = "/0004f2aaaaaa.cfg", "/0004f2bbbbbb.cfg", "/000000000000.cfg"
UPLOAD = "/0004f2aaaaaa-app.log"
BASE_MODULES = ("authz_core", "authn_core", "ssl", "mime", "alias", "dir")

# The server that an administrator has already; the example is included at its end.
BASE = """\
ServerRoot "{root}"
DefaultRuntimeDir "{root}/run"
PidFile "{root}/run/httpd.pid"
ServerName localhost
{user}
{load}
{mpm}
TypesConfig "{root}/mime.types"
ErrorLog "{root}/logs/error.log"
LogLevel {log_level}
SSLSessionCache none
<Directory "/">
  AllowOverride None
  Require all denied
</Directory>
{lines}
{defines}
"""


def configure(server, body, modules=(), lines="", **defines):
    """A server with one example, given as a line or lines, and its variables."""
    names = [f"mpm_{server.mpm}", *BASE_MODULES, *modules]
    load = [f'LoadModule {name}_module "{MODULE_DIR}/mod_{name}.so"'
            for name in names if f"mod_{name}.c" not in static_modules()]
    if server.module:
        load.append(f'LoadModule polyauth_module "{server.module}"')
    defines = {
        "LISTEN": f"127.0.0.1:{server.tls_port}", "NAME": "localhost", "ROOT": server.docroot,
        "SERVER_CERT": server.pki.server.cert, "SERVER_KEY": server.pki.server.key,
        "PHONE_CA": server.pki.bundle, **defines}
    server.config_file.write_text(BASE.format(
        root=server.root, load="\n".join(load), mpm=MPM_LINES[server.mpm], lines=lines,
        log_level="info polyauth:debug ssl:warn" if server.module else "info ssl:warn",
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        defines="\n".join(f'Define POLYAUTH_{name} "{value}"' for name, value in defines.items()))
        + body + "\n")
    for path in (OWN, FOREIGN, SHARED):
        server.write(path[1:], f"<file name='{path[1:]}'/>\n")
    return server


def include(name):
    assert (EXAMPLES / name).is_file(), name
    return f'Include "{EXAMPLES / name}"'


def passwords(server, **users):
    lines = [f"{user}:" + subprocess.run(["openssl", "passwd", "-apr1", password], check=True,
                                         capture_output=True, text=True).stdout.strip()
             for user, password in users.items()]
    return server.write(server.root / "conf/passwords", "\n".join(lines) + "\n")


def acl(server):
    return server.write(server.root / "conf/phones.acl", (EXAMPLES / "phones.acl").read_text())


def crls(server, *revoked, number=1):
    """One file with a CRL of each CA of the phones; replaced by a rename."""
    text = "".join(
        server.pki.crl(ca, [each for each in revoked if each.issuer == ca], number).read_text()
        for ca in ("root", "policy", "issuing1", "issuing2"))
    path = server.root / "conf/crls.pem"
    os.replace(server.write(path.with_suffix(".new"), text), path)
    return path


def phone(server, name="phone-a"):
    return server.pki.leaf(name)


def denied(server):
    """The reasons of the refusals since the last call."""
    reasons = [each["reason"] for each in server.log.denials()]
    server.log.mark()
    return reasons


def expect_refused_handshake(server, name):
    server.log.declare("AH02039")
    with pytest.raises(HandshakeError):
        server.get(OWN, cert=name and phone(server, name))
