# SPDX-License-Identifier: Apache-2.0
"""The servers that are compared, and what stands in their configuration in each case."""

from lab import BODY

_MODULES = "/usr/lib/apache2/modules/mod_{}.so"


class Apache:
    """httpd with a static file. One process with one worker thread for callgrind, two of sixteen else."""

    kind = "httpd"

    def __init__(self, lab, check, with_module=True, alone=True, interval="1h", server=()):
        self._lab, self._check, self._with_module, self._alone = lab, check, with_module, alone
        self._interval, self._server = interval, server

    def command(self, folder, config):
        return ["apache2", "-X" if self._alone else "-DFOREGROUND", "-d", folder, "-f", config]

    def configuration(self, folder, port):
        lab, pki = self._lab, self._lab.pki
        modules = ["mpm_event", "authn_core", "authz_core", "authz_groupfile",
                   "ssl", "socache_shmcb", "mime"]
        lines = [f"LoadModule {name}_module {_MODULES.format(name)}" for name in modules]
        # A peer's check stands for a server without us.
        if self._with_module:
            lines += [f"LoadModule polyauth_module {lab.module}", f"PolyAuthReloadInterval {self._interval}",
                      "LogLevel polyauth:notice"]
        processes, threads = (1, 1) if self._alone else (2, 16)
        lines += [f"StartServers {processes}", f"ServerLimit {processes}", f"ThreadsPerChild {threads}",
                  f"MaxRequestWorkers {processes * threads}", "MinSpareThreads 1",
                  f"MaxSpareThreads {processes * threads}"]
        return "\n".join([
            *lines, f"DefaultRuntimeDir {folder}", f"PidFile {folder}/httpd.pid", "ServerName localhost",
            f"Listen 127.0.0.1:{port}", f"ErrorLog {folder}/error.log", "LogLevel warn",
            "TypesConfig /dev/null", "MaxKeepAliveRequests 0", "KeepAliveTimeout 60", f"DocumentRoot {lab.htdocs}",
            "SSLEngine on", f"SSLCertificateFile {pki}/server.crt", f"SSLCertificateKeyFile {pki}/server.key",
            f"SSLCACertificateFile {pki}/ca-bundle.pem", "SSLVerifyClient require", "SSLVerifyDepth 5",
            *self._server, "<Directory />", "Require all denied", "</Directory>",
            f"<Directory {lab.htdocs}>", *self._check, "</Directory>", ""])


class Nginx:
    """nginx with the same static file, one process."""

    kind = "nginx"

    def __init__(self, lab, http=(), server=()):
        self._lab, self._http, self._server = lab, http, server

    def command(self, folder, config):
        return ["nginx", "-p", folder, "-c", config, "-e", folder / "error.log"]

    def configuration(self, folder, port):
        pki = self._lab.pki
        temporary = [f"{kind}_temp_path {folder}/{kind};"
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
        return "\n".join([
            "daemon off;", "master_process off;", "worker_processes 1;", f"pid {folder}/nginx.pid;",
            f"error_log {folder}/error.log;", "events { worker_connections 256; }", "http {", *temporary,
            "access_log off;", "keepalive_requests 1000000000;", *self._http, "server {",
            f"listen 127.0.0.1:{port} ssl;", f"root {self._lab.htdocs};", f"ssl_certificate {pki}/server.crt;",
            f"ssl_certificate_key {pki}/server.key;", f"ssl_client_certificate {pki}/ca-bundle.pem;",
            "ssl_verify_client on;", "ssl_verify_depth 5;", *self._server, "}", "}", ""])


class HAProxy:
    """HAProxy with an answer out of its own memory, one thread."""

    kind = "HAProxy"

    def __init__(self, lab, check=(), tls=""):
        self._lab, self._check, self._tls = lab, check, tls

    def command(self, folder, config):
        return ["haproxy", "-db", "-f", config]

    def configuration(self, folder, port):
        pki = self._lab.pki
        return "\n".join([
            "global", "  nbthread 1", "  maxconn 256", "defaults", "  mode http", "  timeout client 60s",
            "  timeout http-keep-alive 60s", "frontend bench",
            f"  bind 127.0.0.1:{port} ssl crt {pki}/server.pem ca-file {pki}/ca-bundle.pem verify required{self._tls}",
            *(f"  {line}" for line in self._check),
            f'  http-request return status 200 content-type text/plain string "{BODY.strip()}\\n"', ""])


# ---- the checks ---------------------------------------------------------------------------------

GRANTED = ["Require all granted"]


def polyauth(lab, acl=None, trust=False, crls=None):
    lines = [*GRANTED, "PolyAuth On"]
    if acl:
        lines.append(f"PolyAuthAclFile {acl}")
    if trust:
        lines += [f"PolyAuthCACertificateFile {lab.pki}/ca-bundle.pem", f"PolyAuthCARevocationFile {crls or lab.crls}"]
    return lines


SNIPPET = ["Require all denied",
           '<If "%{REQUEST_URI} -strcmatch \\"*%{SSL_CLIENT_S_DN_CN}*\\"">', *GRANTED, "</If>"]
EXPRESSION = ['Require expr %{REQUEST_URI} -strcmatch "*%{SSL_CLIENT_S_DN_CN}*"']


def group_file(path):
    return ["SSLUserName SSL_CLIENT_S_DN_CN", f"AuthGroupFile {path}", "Require group phones"]


def nginx_check(lab, listed=None, crls=False):
    """The whole CN is a MAC and stands in the name of the file, in any case."""
    http = ['map $ssl_client_s_dn $phone { default ""; "~(?:^|,)CN=(?<mac>[0-9A-Fa-f]{12})(?:,|$)" $mac; }',
            'map "$phone:$uri" $own { default 0; "~*^([0-9a-f]{12}):.*/[^/]*\\1[^/]*$" 1; }']
    server = ["if ($own = 0) { return 403; }"]
    if listed:
        http = ["map_hash_max_size 4194304;", "map_hash_bucket_size 512;", *http,
                f"map $phone $listed {{ default 0; include {listed}; }}"]
        server.append("if ($listed = 0) { return 403; }")
    if crls:
        server.append(f"ssl_crl {lab.crls};")
    return Nginx(lab, http, server)


def haproxy_check(lab, listed=None, crls=False):
    """The whole CN is a MAC and begins the name of the file, in any case."""
    check = ["http-request set-var(txn.mac) ssl_c_s_dn(CN),lower",
             "http-request deny unless { ssl_c_verify 0 } { var(txn.mac) -m reg ^[0-9a-f]{12}$ }",
             "http-request deny unless { path,lower,word(-1,/),bytes(0,12),strcmp(txn.mac) eq 0 }"]
    if listed:
        check.append(f"http-request deny unless {{ var(txn.mac) -m str -f {listed} }}")
    return HAProxy(lab, check, f" crl-file {lab.crls}" if crls else "")
