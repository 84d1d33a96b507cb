# SPDX-License-Identifier: Apache-2.0
"""A phone from the box and the site that it comes to: example 13, with real TLS."""

import base64
import xml.etree.ElementTree as ElementTree

from harness import onboarding
from harness.client import Connection
from harness.examples import EXAMPLES, acl, configure, passwords

MAC = "0004f2aaaaaa"
PERSON = ("alice", "wonderland")
MODULES = ("auth_basic", "authn_file", "authz_user", "watchdog", "dav", "dav_fs")


def site(server, example, **defines):
    """The example, included, with its virtual hosts on the two ports of the server; not started."""
    state = server.own(server.root / "state")
    server.own(server.root / "locks")
    secrets = server.write(
        server.root / "conf/secrets", "2026:" + base64.b64encode(onboarding.SECRET).decode() + "\n",
        mode=0o600)
    defines = {
        "PORTAL_LISTEN": f"127.0.0.1:{server.plain_port}", "ACL": acl(server), "SECRETS": secrets,
        "STATE": state / "state.sqlite", "TEMPLATES": EXAMPLES,
        "PEOPLE": passwords(server, **dict([PERSON])), "SERVER_URL": address(server), **defines}
    return configure(server, example, modules=MODULES,
                     lines=f'DavLockDB "{server.root}/locks/lock"', **defines)


def address(server):
    return f"https://localhost:{server.tls_port}/"


def portal(server, target="/", **options):
    """A request to the virtual host for people."""
    context = server._context(None, None, "localhost", False)
    with Connection(server.plain_port, context) as connection:
        return connection.request(target, **options)


class Phone:
    """One phone with its certificate, and what it was told so far."""

    def __init__(self, server, certificate, mac=MAC):
        self.server, self.certificate, self.mac = server, certificate, mac
        self.prefix, self.login = "/onboard/", None
        self.connection = None

    def boot(self, user, password):
        """A whole pass, as logged of real ones: status by file. Goes on whatever is answered,
        over one connection, and once comes back on another."""
        self.login = (user, password)
        seen = {}
        mac = self.mac
        with self._connect() as connection:
            self.connection = connection
            for method, name in [
                    ("PUT", f"{mac}-boot.log"), ("GET", f"{mac}.cfg"),
                    ("GET", "3111-44500-001.sip.ld"), ("GET", f"{mac}-onboard.cfg"),
                    ("GET", f"{mac}-phone.cfg"), ("GET", f"{mac}-web.cfg"),
                    ("GET", "000000000000-license.cfg"), ("GET", f"{mac}-license.cfg")]:
                seen[name] = self._ask(method, name)
        with self._connect() as connection:
            self.connection = connection
            for method, name in [("GET", f"{mac}-directory.xml"), ("HEAD", f"{mac}-app.log"),
                                 ("PUT", f"{mac}-app.log")]:
                seen[f"{method} {name}"] = self._ask(method, name)
        return seen

    def adopt(self, answer):
        """Takes the settings of the onboarding file: the user and password from now on."""
        device = ElementTree.fromstring(answer.text).find("device").attrib
        for name in ("serverName", "serverType", "user", "password"):
            assert device[f"device.prov.{name}.set"] == "1"
        assert device["device.prov.serverName"] == address(self.server)
        self.prefix = "/"
        return device["device.prov.user"], device["device.prov.password"]

    def get(self, name, login):
        self.login = login
        with self._connect() as connection:
            self.connection = connection
            return self._ask("GET", name)

    def _connect(self):
        return self.server.connect(self.certificate)

    def _ask(self, method, name):
        return self.connection.request(self.prefix + name, method=method, auth=self.login,
                                       body="a log\n" if method == "PUT" else None)
