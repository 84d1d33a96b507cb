# SPDX-License-Identifier: Apache-2.0
"""Clients as phones and attackers are: the certificate, the TLS version and each byte by choice."""

import base64
import http.client
import io
import os
import re
import socket
import ssl
import subprocess
import tempfile

from harness.http2 import Http2
from harness.waiting import PATIENCE

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class HandshakeError(Exception):
    """TLS was refused; `alert` is its RFC 8446 name, or None if the server just hung up in it."""

    def __init__(self, alert, cause, local_port=None):
        super().__init__(f"TLS refused: {alert or cause}")
        self.alert, self.local_port = alert, local_port


class Response:
    def __init__(self, status, reason, headers, body, version):
        self.status, self.reason, self.headers = status, reason, headers
        self.body, self.version = body, version

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def __repr__(self):
        return f"<{self.version} {self.status} {self.headers!r} {self.body[:200]!r}>"


class Connection:
    """One connection, several requests. `resume()` opens another with its TLS session."""

    def __init__(self, port, context=None, server_name="localhost", session=None):
        self._port, self._context, self._server_name = port, context, server_name
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.local_port = self._socket.getsockname()[1]
        if context is not None:
            try:
                self._socket = context.wrap_socket(
                    self._socket, server_hostname=server_name, session=session)
            except OSError as error:
                self._socket.close()
                raise HandshakeError(_alert_name(error), error, self.local_port) from error
        self._reader = self._socket.makefile("rb")

    def request(self, target, method="GET", body=None, headers=None, auth=None, host="localhost"):
        """Sends the target byte by byte as given and reads the response."""
        self._try_to_send(_request_bytes(target, method, body, headers, auth, host))
        return self.read(method)

    get = request

    def send(self, data):
        self._socket.sendall(data)

    def _try_to_send(self, data):
        """An early answer, or the alert, may be here all the same; if not, reading fails too."""
        try:
            self.send(data)
        except OSError:
            pass

    def read(self, method="GET"):
        response = http.client.HTTPResponse(_Borrowed(self._reader), method=method)
        try:
            response.begin()
            body = response.read()
        except OSError as error:
            _raise_refusal(error)
        version = {10: "HTTP/1.0", 11: "HTTP/1.1"}[response.version]
        return Response(response.status, response.reason, response.headers, body, version)

    def resume(self, server_name=None):
        """A new connection that offers this one's session; its `resumed` tells if it was taken."""
        return type(self)(self._port, self._context, server_name or self._server_name,
                          self._socket.session)

    @property
    def session(self):
        return self._socket.session

    @property
    def resumed(self):
        return self._socket.session_reused

    @property
    def tls_version(self):
        return self._socket.version()

    def close(self):
        self._reader.close()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Http2Connection(Connection):
    """The same over HTTP/2, one stream after the other."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        assert self._socket.selected_alpn_protocol() == "h2", "the server speaks no HTTP/2"
        self._http2 = Http2(self._try_to_send, self._reader)

    def request(self, target, method="GET", body=None, headers=None, auth=None, host="localhost"):
        assert auth is None
        fields = [(":method", method), (":scheme", "https"), (":authority", host),
                  (":path", target), *(headers or {}).items()]
        try:
            status, fields, content = self._http2.exchange(
                fields, body.encode() if isinstance(body, str) else body)
        except OSError as error:
            _raise_refusal(error)
        return Response(status, "", fields, content, "HTTP/2")

    get = request

    def close(self):
        self._http2.close()
        super().close()


class ClientMixin:
    """The client's half of Server."""

    def connect(self, cert=None, tls=None, sni="localhost", pha=False, plain=False, http2=False,
                tickets=True):
        """A Connection. `sni` None sends none; `pha` offers post-handshake authentication; without
        `tickets` a session of TLS 1.2 is resumed from the server's cache."""
        if plain:
            return Connection(self.plain_port)
        context = self._context(cert, tls, sni, pha)
        if not tickets:
            context.options |= ssl.OP_NO_TICKET
        if http2:
            context.set_alpn_protocols(["h2"])
        return (Http2Connection if http2 else Connection)(self.tls_port, context, sni)

    def get(self, target, cert=None, method="GET", body=None, headers=None, tls=None, auth=None,
            host=None, sni="localhost", pha=False, plain=False, http2=False):
        """One request on a connection of its own."""
        if http2:
            return self._curl(target, cert, method, body, headers, tls, auth, host)
        headers = {"Connection": "close", **(headers or {})}
        with self.connect(cert, tls, sni, pha, plain) as connection:
            return connection.request(target, method, body, headers, auth, host or "localhost")

    def request(self, method, target, **options):
        return self.get(target, method=method, **options)

    def put(self, target, body, **options):
        return self.get(target, method="PUT", body=body, **options)

    def _context(self, cert, tls, sni, pha):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = sni == "localhost"
        context.load_verify_locations(self.pki.ca("server-ca").leaf)
        # Weak or odd client certificates are for the server to judge.
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.post_handshake_auth = pha
        if tls:
            context.minimum_version = context.maximum_version = _VERSIONS[tls]
        if cert is not None:
            context.load_cert_chain(cert.cert, cert.key)
        return context

    def _curl(self, target, cert, method, body, headers, tls, auth, host):
        """HTTP/2 by curl; the response's version says whether it really was."""
        with tempfile.TemporaryDirectory() as folder:
            command = [
                "curl", "-q", "-sS", "--noproxy", "*", "--http2", "--path-as-is", "--globoff",
                "--max-time", str(PATIENCE), "--resolve", f"localhost:{self.tls_port}:127.0.0.1",
                "--cacert", str(self.pki.ca("server-ca").leaf), "-D", f"{folder}/head",
                "-o", f"{folder}/body", *_curl_options(cert, method, body, headers, tls, auth, host),
                f"https://localhost:{self.tls_port}{target}"]
            done = subprocess.run(command, input=body if isinstance(body, bytes) else
                                  (body or "").encode(), capture_output=True)
            if done.returncode:
                message = done.stderr.decode(errors="replace").strip()
                if done.returncode == 60:
                    # curl's one code for this alert and for a bad server; ours is good.
                    raise HandshakeError("certificate_expired", message)
                if _alert_name(message):
                    raise HandshakeError(_alert_name(message), message)
                # curl does not look for the alert if it could not send; so ask once more.
                self.get("/", cert=cert, method="HEAD", tls=tls)
                raise ConnectionError(message)
            with open(f"{folder}/head", "rb") as file:
                head = file.read().strip().split(b"\r\n\r\n")[-1]
            content = b""
            if method != "HEAD" and os.path.exists(f"{folder}/body"):
                with open(f"{folder}/body", "rb") as file:
                    content = file.read()
        status_line, _, fields = head.partition(b"\r\n")
        version, status, *reason = status_line.decode().split(" ", 2)
        return Response(int(status), "".join(reason), http.client.parse_headers(
            io.BytesIO(fields + b"\r\n\r\n")), content, version)


def _curl_options(cert, method, body, headers, tls, auth, host):
    if method == "HEAD":
        yield "--head"
    else:
        yield from ("-X", method)
    if body is not None:
        yield from ("--data-binary", "@-", "-H", "Content-Type:")
    for name, value in (headers or {}).items():
        yield from ("-H", f"{name}: {value}")
    if host:
        yield from ("-H", f"Host: {host}")
    if auth:
        yield from ("-u", ":".join(auth))
    if tls:
        yield from ("--tls-max", tls, f"--tlsv{tls}")
    if cert is not None:
        yield from ("--cert", str(cert.cert), "--key", str(cert.key))


def _request_bytes(target, method, body, headers, auth, host):
    target = target if isinstance(target, bytes) else target.encode("utf-8")
    body = body.encode() if isinstance(body, str) else body
    fields = {"Host": host}
    if auth:
        fields["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
    if body is not None:
        fields["Content-Length"] = str(len(body))
    fields.update(headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return (method.encode() + b" " + target + b" HTTP/1.1\r\n" + head.encode("latin-1") + b"\r\n"
            + (body or b""))


def _raise_refusal(error):
    """In TLS 1.3 the refusal arrives at the first read. An end without alert is no refusal: a
    crash must not pass for one."""
    if alert := _alert_name(error):
        raise HandshakeError(alert, error) from error
    raise error


def _alert_name(error):
    """'TLSV13_ALERT_CERTIFICATE_REQUIRED' and 'tlsv13 alert certificate required' alike."""
    found = re.search(r"alert[ _]([a-z_ ]+[a-z])", str(getattr(error, "reason", None) or error).lower())
    return re.sub(r"[ _]", "_", found.group(1)).replace("_number", "") if found else None


class _Borrowed:
    """Lends a connection's reader to an HTTPResponse, which would close it."""

    def __init__(self, reader):
        self._reader = reader

    def makefile(self, *_):
        return self

    def close(self):
        pass

    def __getattr__(self, name):
        return getattr(self._reader, name)
