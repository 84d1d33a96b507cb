# SPDX-License-Identifier: Apache-2.0
"""What attackers do: none of it is served, and none of it disturbs the phones."""

import os
import random
import socket
import ssl
import struct

from harness import passwords
from harness.client import HandshakeError
from ledger import ENDS, Lost
from soak_site import LISTS, STEADY

# Ways to spell the file of another phone {v}, with the own address {o}, in the folder {f}.
SPELLINGS = ["/{f}/{v}.cfg", "/{f}/{V}.cfg", "/{f}/%30{tail}.cfg", "/{f}/%2530{tail}.cfg", "//{f}///{v}.cfg",
             "/{f}/./{v}.cfg", "/{f}/../{f}/{v}.cfg", "/{f}/{o}.cfg/../{v}.cfg", "/{f}/{o}.cfg/{v}.cfg",
             "/{f}/{o}.cfg?mac={v}", "/{f}/{o}.cfg%2f..%2f{v}.cfg", "/{f}/{o}/..%2f{v}.cfg", "/{f}/{o}.cfg;/../{v}.cfg",
             "/{f}/%2e%2e/{f}/{v}.cfg", "/{f}/{o}.cfg%00{v}.cfg", "/{f}/{v}.cfg%20", "/{f}/{v}.cfg?{o}",
             "/{f}/{v}.cfg/{o}.cfg", "/login/{v}.cfg", "/onboard/{v}.cfg"]
# In TLS already, or by the gate.
FORGED = ["rogue-a", "imposter-a", "self-signed-a", "sibling-a", "signed-by-phone-b", "server-eku", "expired",
          "not-yet-valid", "wildcard-cn", "question-mark-cn", "regex-cn", "empty-cn", "no-cn", "two-cns-ab", "two-cns-ba",
          "nul-then-x", "newline-at-end", "multicast", "placeholder-0", "huge-cn", "mac-only-in-san", "generic"]
NOT_FOR_PHONES = [("PUT", "/{f}/000000000000.cfg"), ("PUT", "/{f}/{o}.cfg"), ("PUT", "/{f}/{v}-boot.log"),
                  ("PUT", "/{f}/.htaccess"), ("DELETE", "/{f}/{o}.cfg"), ("PROPFIND", "/{f}/"), ("MKCOL", "/{f}/{o}"),
                  ("POST", "/{f}/{o}.cfg"), ("PATCH", "/{f}/{o}.cfg"), ("LOCK", "/{f}/{o}-boot.log"),
                  ("COPY", "/{f}/{v}.cfg"), ("GET", "/{f}/"), ("GET", "/{f}/{v}-boot.log"), ("HEAD", "/{f}/{v}.cfg")]
NOT_FOUND_OR_REFUSED = (400, 403, 404)


class Attackers:
    """The plays of one client; `mac` is the phone that it has in its hands."""

    def __init__(self, site, tls, ledger, mac, pause):
        self.site, self.tls, self.ledger, self.mac, self.pause = site, tls, ledger, mac, pause
        self.plays = [self.spellings, self.forged, self.not_admitted, self.methods, self.nobody, self.guesses,
                      self.oversized, self.broken]

    def line(self, mac, **how):
        return self.tls.line(self.site.certificate(mac) if mac else None, **how)

    def _target(self, pattern):
        other = random.choice([mac for mac in self.site.listed if mac != self.mac])
        return pattern.format(f=random.choice(LISTS), v=other, V=other.upper(), tail=other[1:], o=self.mac)

    def spellings(self):
        with self.line(self.mac) as line:
            for pattern in random.sample(SPELLINGS, 6):
                self.ledger.refused(line, "another phone's file", self._target(pattern),
                                    (*NOT_FOUND_OR_REFUSED, 401) if "/login" in pattern or "/onboard" in pattern
                                    else NOT_FOUND_OR_REFUSED)

    def forged(self):
        with self.tls.line(self.site.pki.leaf(random.choice(FORGED)), http2=False) as line:
            self.ledger.refused(line, "forged certificate", f"/{random.choice(LISTS)}/0004f2aaaaaa.cfg", (403, "alert"))

    def not_admitted(self):
        mac = random.choice([*self.site.denied, *self.site.unlisted, self.site.victims[0]])
        with self.line(mac) as line:
            for folder in LISTS:
                self.ledger.refused(line, "denied, unlisted or revoked for ever", f"/{folder}/{mac}.cfg")
                self.pause(1)

    def methods(self):
        with self.line(self.mac, http2=False) as line:
            for method, pattern in random.sample(NOT_FOR_PHONES, 4):
                self.ledger.refused(line, "not for phones", self._target(pattern), method=method,
                                    body="x" if method in ("PUT", "POST", "PATCH") else None,
                                    headers={"Destination": f"https://localhost/text/{self.mac}-boot.log"})

    def nobody(self):
        with self.line(None) as line:
            for target in ("/{f}/{v}.cfg", "/{f}/000000000000.cfg", "/login/{v}.cfg", "/onboard/{v}-onboard.cfg"):
                self.ledger.refused(line, "no certificate", self._target(target), headers={"SSL_CLIENT_VERIFY": "SUCCESS"})

    def guesses(self):
        """At the pages for people; the portal asks for a login."""
        with self.line(random.choice([None, self.mac]), http2=False) as line:
            for login in (("alice", "guessed"), STEADY):
                self.ledger.refused(line, "guess at the portal", "/portal", (401,),
                                    headers=passwords.authorization(*login), method="POST", body='{"mac": "0004f2aaaaaa"}')

    def oversized(self):
        for request in (dict(headers={"X": "x" * 9000}), dict(headers={f"X{n}": "x" for n in range(150)}),
                        dict(target=f"/text/{self.mac}.cfg?{'x' * 9000}")):
            with self.line(self.mac, http2=False) as line:
                self.ledger.refused(line, "oversized request", request.pop("target", f"/text/{self.mac}.cfg"), (400, 414),
                                    **request)

    def broken(self):
        """Nobody waits for an answer."""
        kind = random.choice(["silence", "noise", "half a hello", "half a request", "half an upload", "no reading"])
        try:
            with socket.create_connection(("127.0.0.1", self.site.server.tls_port), 10) as plain:
                if kind in ("half a request", "half an upload", "no reading"):
                    self._leave(plain, kind)
                elif kind != "silence":
                    plain.sendall(os.urandom(300) if kind == "noise" else _hello()[:100])
                self.pause(1)
                if random.random() < 0.5:
                    # With a reset.
                    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (HandshakeError, *ENDS):
            pass
        self.ledger.answers["broken off", kind] += 1

    def _leave(self, plain, kind):
        context = self.tls.context(self.site.certificate(self.mac))
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            name = f"/text/{self.mac}"
            connection.sendall({
                "half a request": f"GET {name}.cfg HTTP/1.1\r\nHost: loc",
                "half an upload": f"PUT {name}-now.log HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf",
                "no reading": f"GET {name[:-13]}/3111-44500-001.sip.ld HTTP/1.1\r\nHost: localhost\r\n\r\n",
            }[kind].encode())
            self.pause(1)

    def play(self):
        try:
            random.choice(self.plays)()
        except Lost:
            pass


def _hello():
    outgoing = ssl.MemoryBIO()
    connection = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()
