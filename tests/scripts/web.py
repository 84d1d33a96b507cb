# SPDX-License-Identifier: Apache-2.0
"""A web server on loopback that says what a test tells it to."""
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Web:
    """web["/path"] = bytes, or a function of the request handler."""

    def __init__(self):
        self.pages = {}
        self.asked = []
        self.arrived = threading.Event()  # a request for hang() is here
        self.gone = threading.Event()     # and its client has given up
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                web.asked.append(self.path)
                page = web.pages.get(self.path)
                if callable(page):
                    page(self)
                elif page is None:
                    self.send_error(404)
                else:
                    send(self, page)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def __setitem__(self, path, page):
        self.pages[path] = page

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def hang(self, handler):
        self.arrived.set()
        while handler.connection.recv(4096):
            pass
        self.gone.set()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def send(handler, body, status=200, length=True, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if length:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def redirect(to):
    return lambda handler: send(handler, b"", status=302, Location=to)


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"0" * 4096)
    except OSError:
        pass
