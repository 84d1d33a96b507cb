# SPDX-License-Identifier: Apache-2.0
"""An onboarding page as a site sets it up: a secret for passwords, and two templates."""

import base64
import hashlib
import hmac

MODULES = ("auth_basic", "authz_user", "watchdog")
MAC = "0004f2aaaaaa"
SECRET = bytes(range(32))
SERVER = "https://prov.example.net/p?site=1&x=2"

MASTER = """\
<?xml version="1.0" encoding="UTF-8"?>
<APPLICATION CONFIG_FILES="{mac}-onboard.cfg"/>
"""
ONBOARD = """\
<?xml version="1.0" encoding="UTF-8"?>
<polycomConfig>
  <device device.set="1"
    device.prov.serverName.set="1" device.prov.serverName="{server}"
    device.prov.user.set="1" device.prov.user="{user}"
    device.prov.password.set="1" device.prov.password="{password}"/>
</polycomConfig>
"""
SECTION = """\
<Location /onboard>
  PolyAuth On
  PolyAuthPage onboarding
  PolyAuthOnboardingTemplate "{{mac}}.cfg" "{root}/master.xml"
  PolyAuthOnboardingTemplate "{{mac}}-onboard.cfg" "{root}/onboard.xml"
  PolyAuthOnboardingServer {server}
{settings}
  AuthType Basic
  AuthName "Phones"
  AuthBasicProvider polyauth
  Require valid-user
</Location>
"""


def derived(mac=MAC, secret=SECRET):
    """The device's own password, by the words of the contract."""
    digest = hmac.new(secret, b"mod_polyauth device password v1\0" + mac.encode(), hashlib.sha256)
    return base64.b32encode(digest.digest()).decode().lower()[:20]


def secrets(server, **lines):
    """A secret file: id=(bytes, options)."""
    text = "".join(f"{name}:{base64.b64encode(secret).decode()} {options}\n"
                   for name, (secret, options) in lines.items())
    return server.write(server.root / "secrets", text, mode=0o600)


def templates(server, master=MASTER, onboard=ONBOARD):
    server.write(server.root / "master.xml", master)
    server.write(server.root / "onboard.xml", onboard)


def section(server, settings=None, url=SERVER):
    if settings is None:
        settings = f'PolyAuthDeviceSecretFile "{secrets(server, now=(SECRET, ""))}"'
    return SECTION.format(root=server.root, settings=settings, server=f'"{url}"')


def configure(server, settings=None, **lines):
    if not (server.root / "master.xml").exists():
        templates(server)
    lines.setdefault("vhost_lines", section(server, settings))
    return server.configure(modules=MODULES + lines.pop("modules", ()), **lines)
