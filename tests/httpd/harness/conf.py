# SPDX-License-Identifier: Apache-2.0
"""Composes the configuration of one private httpd from the lines a test cares about."""

import os
import subprocess
from functools import lru_cache

MODULE_DIR = "/usr/lib/apache2/modules"
BASE_MODULES = ("authz_core", "authn_core", "ssl", "socache_shmcb", "mime", "alias", "dir", "env")
ACCESS_FORMAT = (r'%h \"%r\" status=%>s mac=%{POLYAUTH_MAC}e decision=%{POLYAUTH_DECISION}e '
                 r'reason=%{POLYAUTH_REASON}e session=%{SSL_SESSION_RESUMED}x '
                 r'protocol=%{SSL_PROTOCOL}x verify=%{SSL_CLIENT_VERIFY}x '
                 r'cn=\"%{SSL_CLIENT_S_DN_CN}x\"')

# Two processes at least, so that what lives in one process only shows.
MPM_LINES = {
    "prefork": "StartServers 2\nMinSpareServers 2\nMaxSpareServers 6\nMaxRequestWorkers 30",
    "worker": "StartServers 2\nServerLimit 4\nThreadsPerChild 16\nMaxRequestWorkers 64\n"
              "MinSpareThreads 16\nMaxSpareThreads 64",
}
MPM_LINES["event"] = MPM_LINES["worker"]

_CONFIG = """\
ServerRoot "{root}"
DefaultRuntimeDir "{root}/run"
PidFile "{root}/run/httpd.pid"
ServerName localhost
{user}
{load}
{mpm_lines}
Timeout 20
KeepAliveTimeout 20
MaxKeepAliveRequests 0
TypesConfig "{root}/mime.types"
ErrorLog "{root}/logs/error.log"
LogLevel {log_level}
LogFormat "{access_format}" harness
CustomLog "{root}/logs/access.log" harness
TraceEnable Off
SSLSessionCache {session_cache}
<Directory "/">
  AllowOverride None
  Require all denied
</Directory>
<Directory "{docroot}">
  Require all granted
</Directory>
{global_lines}
Listen 127.0.0.1:{tls_port}
<VirtualHost 127.0.0.1:{tls_port}>
  ServerName localhost
  DocumentRoot "{docroot}"
  SSLEngine on
  SSLCertificateFile "{server_cert}"
  SSLCertificateKeyFile "{server_key}"
{trust}
{tls_lines}
{vhost_lines}
</VirtualHost>
{plain}
{extra_vhosts}
"""

_PLAIN = """\
Listen 127.0.0.1:{plain_port}
<VirtualHost 127.0.0.1:{plain_port}>
  ServerName localhost
  DocumentRoot "{docroot}"
{plain_lines}
</VirtualHost>
"""


def compose(server, *, vhost_lines="", global_lines="", ssl_verify="require", tls_lines="",
            plain_vhost=True, plain_lines="", session_cache=False, modules=(), mpm_lines=None,
            log_level=None, extra_vhosts="", verify_depth=5, ca_file=None):
    root, pki = server.root, server.pki
    trust = [f'  SSLCACertificateFile "{ca_file or pki.bundle}"', f"  SSLVerifyDepth {verify_depth}"]
    if ssl_verify is not None:
        trust.append(f"  SSLVerifyClient {ssl_verify}")
    plain = _PLAIN.format(plain_port=server.plain_port, docroot=server.docroot,
                          plain_lines=plain_lines)
    return _CONFIG.format(
        root=root, docroot=server.docroot,
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        load=_load_lines(server, modules),
        mpm_lines=MPM_LINES[server.mpm] if mpm_lines is None else mpm_lines,
        log_level=log_level or ("info polyauth:debug ssl:warn" if server.module
                                else "info ssl:warn"),
        access_format=ACCESS_FORMAT, global_lines=global_lines, tls_port=server.tls_port,
        session_cache=f'"shmcb:{root}/run/sessions(512000)"' if session_cache else "none",
        server_cert=pki.server.cert, server_key=pki.server.key, trust="\n".join(trust),
        tls_lines=tls_lines, vhost_lines=vhost_lines, plain=plain if plain_vhost else "",
        extra_vhosts=extra_vhosts)


def _load_lines(server, modules):
    wanted = [f"mpm_{server.mpm}", *BASE_MODULES, *server.modules, *modules]
    lines = [f'LoadModule {name}_module "{MODULE_DIR}/mod_{name}.so"'
             for name in dict.fromkeys(wanted) if f"mod_{name}.c" not in static_modules()]
    if server.module:
        lines.append(f'LoadModule polyauth_module "{server.module}"')
    return "\n".join(lines)


@lru_cache(maxsize=None)
def static_modules():
    output = subprocess.run(["apache2", "-l"], capture_output=True, text=True, check=True).stdout
    return frozenset(output.split())
