# SPDX-License-Identifier: Apache-2.0
"""A guide of conf/guides, gone through from its top to its end as its reader would.

Its indented blocks are configurations, commands, and what these print. A test takes each in turn;
one that is left over fails it, so that no block stands there untried."""

import os
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

from harness.examples import configure
from harness.server import HTTPD

ROOT = Path(__file__).resolve().parents[3]
GUIDES = ROOT / "conf/guides"
SITE = {"/etc/polyauth": "etc", "/etc/apache2": "apache2", "/srv/phones": "docroot",
        "/tftpboot": "docroot", "/var/www/fusionpbx": "docroot",
        "/var/log/apache2": "logs", "/var/lock/apache2": "locks"}


def blocks(text):
    """The indented blocks, without their indentation."""
    found = re.findall(r"^\n((?:    [^\n]*\n|\n(?=    ))+)", text, re.MULTILINE)
    return ["\n".join(line[4:] for line in each.splitlines()) for each in found]


class Guide:
    """The paths and the port that a guide names are those of the server of the test."""

    def __init__(self, name, server, *modules):
        self.server, self.modules = server, modules
        self.left = blocks((GUIDES / name).read_text())
        assert self.left, f"{name} has no block"
        self.places = {theirs: server.root / ours for theirs, ours in SITE.items()}
        server.own(server.root / "locks")
        self.place("trust.pem", server.pki.bundle.read_text())
        self.place("server.crt", Path(server.pki.server.cert).read_text())
        self.place("server.key", Path(server.pki.server.key).read_text())
        self.place("server-ca.pem", server.pki.ca("server-ca").leaf_pem)
        self._tools()

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        assert failure or not self.left, f"not tried: {self.left}"

    def place(self, name, text, mode=0o644):
        """A file that the guide takes for granted in /etc/polyauth."""
        return self.server.write(self.places["/etc/polyauth"] / name, text, mode)

    def take(self, word):
        """The next block, which must hold the word."""
        assert self.left and word in self.left[0], f"{word} is not in {self.left[:1]}"
        text = self.left.pop(0).replace("8443", str(self.server.tls_port))
        for theirs, ours in self.places.items():
            text = text.replace(theirs, str(ours))
        return text

    def configuration(self, word):
        """The server, with the next block as its site."""
        text = self.take(word).replace("Listen ", "Listen 127.0.0.1:")
        return configure(self.server, text, modules=self.modules)

    def run(self, word, status=0):
        """Runs the next block by a shell that has the project's programs in its PATH."""
        done = subprocess.run(["/bin/sh", "-e", "-c", self.take(word)], capture_output=True,
                              text=True, cwd=self.places["/etc/polyauth"], timeout=60,
                              env={"PATH": f"{self.tools}:/usr/sbin:/usr/bin:/sbin:/bin",
                                   "no_proxy": "*"})
        assert done.returncode == status, f"{done.returncode}\n{done.stdout}{done.stderr}"
        return SimpleNamespace(out=done.stdout, err=done.stderr)

    def _tools(self):
        """polyauthctl is built beside the module; apache2ctl must speak of the server of the test."""
        self.tools = self.server.root / "bin"
        self.tools.mkdir()
        built = Path(os.environ["POLYAUTH_MODULE"]).parent / "polyauthctl"
        assert built.is_file(), f"{built} is not built"
        (self.tools / "polyauthctl").symlink_to(built)
        (self.tools / "fetch-crl").symlink_to(ROOT / "scripts/fetch-crl")
        self.server.write(self.tools / "apache2ctl", f"""\
#!/bin/sh -e
server="{HTTPD} -d {self.server.root} -f {self.server.config_file}"
case $1 in
  configtest) exec $server -t ;;
  graceful) exec $server -k graceful ;;
esac
exit 2
""", mode=0o755)
