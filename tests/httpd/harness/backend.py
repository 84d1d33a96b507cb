# SPDX-License-Identifier: Apache-2.0
"""An application behind the server, on loopback: it notes byte by byte what reaches it."""

import http.server
import threading


class Backend:
    """`requests` holds (method, target, body) of everything that came; clear() empties it."""

    def __init__(self, answer, unix_socket=None):
        self.requests, self.headers = [], []
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                backend.requests.append((self.command, self.path, body))
                backend.headers.append(dict(self.headers.items()))
                content = answer(self.path).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_OPTIONS = handle_one

            def address_string(self):
                return "backend"

            def log_message(self, *_):
                pass

        class OverUnix(http.server.ThreadingHTTPServer):
            import socket
            address_family = socket.AF_UNIX

            def server_bind(self):
                self.socket.bind(self.server_address)
                self.server_name, self.server_port = "backend", 0

        kind = OverUnix if unix_socket else http.server.ThreadingHTTPServer
        self._server = kind(unix_socket or ("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = None if unix_socket else self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def clear(self):
        self.requests.clear()
        self.headers.clear()

    @property
    def targets(self):
        return [target for _, target, _ in self.requests]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
