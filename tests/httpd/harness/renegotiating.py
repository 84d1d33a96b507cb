# SPDX-License-Identifier: Apache-2.0
"""A TLS 1.2 client that shows another certificate when it is asked again on the same connection."""

import ctypes
import http.client
import io
import socket

from harness.waiting import PATIENCE

_SSL = ctypes.CDLL("libssl.so.3")
for _name, _result, _arguments in [
        ("TLS_client_method", ctypes.c_void_p, []),
        ("SSL_CTX_new", ctypes.c_void_p, [ctypes.c_void_p]),
        ("SSL_CTX_free", None, [ctypes.c_void_p]),
        ("SSL_CTX_ctrl", ctypes.c_long, [ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]),
        ("SSL_new", ctypes.c_void_p, [ctypes.c_void_p]),
        ("SSL_free", None, [ctypes.c_void_p]),
        ("SSL_ctrl", ctypes.c_long, [ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_char_p]),
        ("SSL_set_fd", ctypes.c_int, [ctypes.c_void_p, ctypes.c_int]),
        ("SSL_connect", ctypes.c_int, [ctypes.c_void_p]),
        ("SSL_use_certificate_chain_file", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p]),
        ("SSL_use_PrivateKey_file", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]),
        ("SSL_write", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]),
        ("SSL_read", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int])]:
    getattr(_SSL, _name).restype, getattr(_SSL, _name).argtypes = _result, _arguments
_SET_MAX_PROTO_VERSION, _TLS_1_2, _PEM = 124, 0x0303, 1
_SET_TLSEXT_HOSTNAME = 55


class RenegotiatingConnection:
    """HTTP/1.1 over one TLS 1.2 connection; show() changes the certificate for the next request."""

    def __init__(self, port, cert=None, server_name="localhost"):
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setblocking(True)
        self._context = _SSL.SSL_CTX_new(_SSL.TLS_client_method())
        _SSL.SSL_CTX_ctrl(self._context, _SET_MAX_PROTO_VERSION, _TLS_1_2, None)
        self._ssl = _SSL.SSL_new(self._context)
        _SSL.SSL_ctrl(self._ssl, _SET_TLSEXT_HOSTNAME, 0, server_name.encode())
        _SSL.SSL_set_fd(self._ssl, self._socket.fileno())
        if cert is not None:
            self.show(cert)
        assert _SSL.SSL_connect(self._ssl) == 1, "no TLS"

    def show(self, cert):
        assert _SSL.SSL_use_certificate_chain_file(self._ssl, str(cert.cert).encode()) == 1
        assert _SSL.SSL_use_PrivateKey_file(self._ssl, str(cert.key).encode(), _PEM) == 1

    def status(self, target, host="localhost"):
        """The status of the answer and its text."""
        request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        assert _SSL.SSL_write(self._ssl, request, len(request)) == len(request)
        received = b""
        while True:
            chunk = ctypes.create_string_buffer(16384)
            count = _SSL.SSL_read(self._ssl, chunk, len(chunk))
            assert count > 0, f"the connection ended in {received!r}"
            received += chunk.raw[:count]
            head, end, body = received.partition(b"\r\n\r\n")
            if not end:
                continue
            status_line, _, fields = head.partition(b"\r\n")
            headers = http.client.parse_headers(io.BytesIO(fields + b"\r\n\r\n"))
            if len(body) >= int(headers["Content-Length"]):
                return int(status_line.split()[1]), body.decode()

    def close(self):
        _SSL.SSL_free(self._ssl)
        _SSL.SSL_CTX_free(self._context)
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
