# SPDX-License-Identifier: Apache-2.0
"""The phone: TLS 1.2 with its certificate, HTTP/1.1, one request after another."""

import socket
import ssl

from lab import FILE
from server import BenchError


class ClosedError(BenchError):
    pass


class Phone:
    def __init__(self, lab, port):
        self._port = port
        self._context = ssl.create_default_context(cafile=lab.pki / "server-ca.pem")
        self._context.load_cert_chain(lab.pki / "phone-a.pem")
        self._context.maximum_version = ssl.TLSVersion.TLSv1_2
        self._socket = None

    def _connect(self):
        plain = socket.create_connection(("127.0.0.1", self._port), timeout=120)
        return self._context.wrap_socket(plain, server_hostname="localhost")

    def close(self):
        if self._socket:
            self._socket.close()
            self._socket = None

    def ask(self, count):
        """All on one connection, which stays open for the next call; anything but 200 is an error."""
        if not self._socket:
            self._socket = self._connect()
        for _ in range(count):
            self._request("keep-alive")

    def ask_anew(self, count):
        """Each on a connection of its own with a full handshake."""
        for _ in range(count):
            self._socket = self._connect()
            self._request("close")
            self.close()

    def _request(self, connection):
        self._socket.sendall(f"GET /{FILE} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.endswith(b"\n"):
            piece = self._socket.recv(65536)
            if not piece:
                raise ClosedError(f"the server closed the connection after {answer[:200]!r}")
            answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise BenchError(f"answered {head.splitlines()[0].decode()}")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < length:
            body += self._socket.recv(65536)
