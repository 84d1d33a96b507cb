# SPDX-License-Identifier: Apache-2.0
"""What one process of clients has seen; connections that write there when they end."""

import http.client
import random
import time
from collections import Counter, OrderedDict

from harness.client import Connection, HandshakeError, Http2Connection
from harness.http2 import GoneAway, StreamReset
from judge import EITHER, REFUSED, Ended, wrong
from switches import Always

ENDS = (OSError, http.client.HTTPException, StreamReset)
TRIES = 3  # of a request, if each meets a connection that the server has ended
KEPT_FAULTS = 50  # of one process; enough to see what is wrong


class Lost(Exception):
    """The request has no answer; it stands in the ledger."""


class Ledger:
    def __init__(self):
        self.answers = Counter()  # by kind and status
        self.connections = Counter()  # by how they were made
        self.either = 0  # of the answers, those that a change on its way made uncertain
        self.wrong, self.wrong_count, self.ended = [], 0, []

    def add(self, other):
        self.answers += other.answers
        self.connections += other.connections
        self.either += other.either
        self.wrong += other.wrong
        self.wrong_count += other.wrong_count
        self.ended += other.ended

    def is_wrong(self, text):
        self.wrong_count += 1
        if len(self.wrong) < KEPT_FAULTS:
            self.wrong.append(f"{time.strftime('%H:%M:%S')} {text}")

    def ask(self, line, kind, target, expected=Always(), served=(200,), refused=(403,), content=None, **request):
        """Asks and judges; the answer, or None where the handshake was refused. Lost, if there is none."""
        before = expected.before()
        try:
            answer = line.request(target, **request)
        except HandshakeError as error:
            status, body, answer = error.alert, b"", None
            refused = (*refused, error.alert) if "alert" in refused else refused
        else:
            status, body = answer.status, answer.body
        self.answers[kind, str(status)] += 1
        now_expected = expected.after(before)
        self.either += now_expected == EITHER
        if problem := wrong(now_expected, status, body, served, refused, content):
            self.is_wrong(f"{kind}: {line.name} {request.get('method', 'GET')} {target}: {problem}")
        return answer

    def refused(self, line, kind, target, refused=(403,), **request):
        return self.ask(line, kind, target, Always(REFUSED), (), refused, **request)


class Tls:
    """Opens connections of all kinds with the certificates of a site, and remembers sessions."""

    def __init__(self, server, ledger):
        self._server, self._ledger = server, ledger
        self._kept = OrderedDict()

    def line(self, cert, http2=None, tls=None):
        http2 = random.random() < 0.25 if http2 is None else http2
        tls = tls or random.choice(("1.2", "1.3"))
        return Line(self, self._ledger, cert, tls, http2)

    def open(self, cert, tls, http2):
        key = (cert and cert.name, tls, http2)
        if key not in self._kept:
            context = self.context(cert, tls)
            if http2:
                context.set_alpn_protocols(["h2"])
            self._kept[key] = [context, None]
            if len(self._kept) > 100:
                self._kept.popitem(last=False)
        context, session = self._kept[key]
        session = session if random.random() < 0.6 else None
        kind = Http2Connection if http2 else Connection
        connection = kind(self._server.tls_port, context, "localhost", session)
        self._ledger.connections[f"TLS {tls}, {'HTTP/2' if http2 else 'HTTP/1.1'}, "
                                 f"{'resumed' if connection.resumed else 'full'}"] += 1
        return connection

    def context(self, cert, tls=None):
        return self._server._context(cert, tls, "localhost", False)

    def remember(self, cert, tls, http2, session):
        if kept := self._kept.get((cert and cert.name, tls, http2)):
            kept[1] = session


class Line:
    """A client's connection, opened when it is needed. Where the server has ended one that was kept, the request goes
    out again on another, as with any client; why it had ended is judged later."""

    def __init__(self, tls, ledger, cert, version, http2):
        self._tls, self._ledger, self._how = tls, ledger, (cert, version, http2)
        self._connection = self._answered = None
        self.name = cert.name if cert else "nobody"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = self._answered = None

    def request(self, target, **request):
        for more in reversed(range(TRIES)):
            opened = time.monotonic() if self._connection is None else self._opened
            self._opened, answered, port = opened, self._answered, None
            try:
                if self._connection is None:
                    self._connection = self._tls.open(*self._how)
                port = self._connection.local_port
                answer = self._connection.request(target, **request)
            except HandshakeError as error:
                if error.alert:
                    self.close()
                    raise
                problem, port = error, error.local_port or port
            except ENDS as error:
                problem = error
                answered = opened if answered is None and isinstance(error, GoneAway) else answered
            else:
                self._answered = time.monotonic()
                self._tls.remember(*self._how, self._connection.session)
                if answer.headers.get("Connection", "").lower() == "close":
                    self.close()
                return answer
            self.close()
            answered = answered if more else None
            self._ledger.ended.append(Ended(
                port, opened, answered, time.monotonic(), f"{self.name} {request.get('method', 'GET')} {target}: "
                f"{type(problem).__name__}: {problem}"))
            if answered is None:
                break
        raise Lost
