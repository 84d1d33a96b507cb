# SPDX-License-Identifier: Apache-2.0
"""A private HAProxy or nginx on loopback that ends TLS before a server. No service is touched."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import process
from harness.client import ClientMixin
from harness.waiting import wait_until

EXAMPLE = Path(__file__).resolve().parents[3] / "conf/examples/11-behind-balancer.conf"

_HAPROXY = """\
global
  maxconn 100
defaults
  mode http
  timeout connect 10s
  timeout client 20s
  timeout server 20s
"""
_NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  underscores_in_headers on;
{body}
}}
"""


def recipe(kind):
    """The lines of the example's comment, as an administrator would copy them."""
    text = EXAMPLE.read_text().split(f"# {kind}:\n#\n")[1]
    lines = re.match(r"(?:#(?:   .*)?\n)*?(?=#\n# nginx:|\n)", text).group()
    return re.sub(r"(?m)^#(  )?", "", lines)


class Balancer(ClientMixin):
    """Clients connect to it as to a server. `kind` is HAProxy or nginx; `changes` are replacements
    in its recipe."""

    def __init__(self, kind, server, changes=()):
        self.pki, self.kind = server.pki, kind
        self.folder = Path(tempfile.mkdtemp(prefix="polyauth-balancer-"))
        self._holder = process.reserve_port()
        self.tls_port = self._holder.getsockname()[1]
        pem = self.folder / "provisioning.pem"
        pem.write_text(self.pki.server.cert.read_text() + self.pki.server.key.read_text())
        cas = self.pki.bundle
        text = recipe(kind)
        for old, new in [(":443", f"127.0.0.1:{self.tls_port}"), ("listen 443", f"listen 127.0.0.1:{self.tls_port}"),
                         ("192.0.2.20:8080", f"127.0.0.1:{server.plain_port}"),
                         ("/etc/haproxy/provisioning.pem", str(pem)), ("/etc/haproxy/phone-cas.pem", str(cas)),
                         ("/etc/nginx/provisioning.pem", str(self.pki.server.cert)),
                         ("/etc/nginx/provisioning.key", str(self.pki.server.key)),
                         ("/etc/nginx/phone-cas.pem", str(cas)), *changes]:
            text = text.replace(old, new)
        config = self.folder / "balancer.conf"
        if kind == "HAProxy":
            config.write_text(_HAPROXY + text)
            command = ["/usr/sbin/haproxy", "-db", "-f", config]
        else:
            config.write_text(_NGINX.format(folder=self.folder, body=text))
            command = ["/usr/sbin/nginx", "-p", self.folder, "-c", config, "-e", self.folder / "error.log"]
        self._output = self.folder / "output.txt"
        with open(self._output, "ab") as output:
            self._process = process.spawn(command, {"PATH": "/usr/sbin:/usr/bin:/bin", "LANG": "C"}, output)
        wait_until(lambda: self._process.poll() is not None or
                   process.is_listening(self._process.pid, {self.tls_port}),
                   lambda: f"{kind} to listen\n{self._output.read_text()}", 20)
        assert self._process.poll() is None, f"{self._output.read_text()}\n{config.read_text()}"

    def close(self):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._holder.close()
        shutil.rmtree(self.folder)
