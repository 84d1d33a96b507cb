# SPDX-License-Identifier: Apache-2.0
"""Trust files and CRLs as an administrator changes them under a server, and virtual hosts that
differ in what mod_ssl believes."""

import itertools
import os
import re

from harness.client import HandshakeError
from harness.crl import crl
from harness.verdict import OWN, SECRET, fill

PINNED = ("root", "policy", "issuing1", "issuing3")
GRANTED = "granted"
H2 = dict(modules=["http2"], tls_lines="Protocols h2 http/1.1")
# What mod_ssl says of handshakes that it refuses, and of hosts that share a certificate.
HANDSHAKES = ("AH01909", "AH02039", "AH02261", "AH02262")
FULL, KEPT, BY_TICKET, FROM_CACHE, ASKED_LATER = (
    "full", "kept", "resumed by ticket", "resumed from the cache", "asked later")
# Left out: HTTP/2 forbids renegotiation and post-handshake authentication, and TLS 1.3 knows but
# one way to resume a session.
WAYS = [(tls, protocol, state) for tls, protocol, state in itertools.product(
            ("1.2", "1.3"), ("HTTP/1.1", "HTTP/2"), (FULL, KEPT, BY_TICKET, FROM_CACHE, ASKED_LATER))
        if not (protocol == "HTTP/2" and state == ASKED_LATER)
        and not (tls == "1.3" and state == FROM_CACHE)]

_HOST = """<VirtualHost 127.0.0.1:{port}>
  ServerName {name}
  DocumentRoot "{docroot}"
  SSLEngine on
  SSLCertificateFile "{server.cert}"
  SSLCertificateKeyFile "{server.key}"
  {authorities}
  SSLVerifyDepth 5
  {lines}
</VirtualHost>
"""


class TrustFiles:
    """A folder of files beside the document root, each replaced as a whole."""

    def __init__(self, server, interval="2s"):
        self.server, self.pki = server, server.pki
        self.global_lines = f"PolyAuthReloadInterval {interval}\n"
        self.folder = server.root / "trust"
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.ca, self.crl = self.folder / "ca.pem", self.folder / "crl.pem"
        fill(server, f"prov{OWN}")

    # Content.

    def pem(self, *names):
        """These CAs of the PKI (names or certificates), in this order."""
        return "".join((self.pki.ca(each) if isinstance(each, str) else each).leaf_pem
                       for each in names)

    def crls(self, names=PINNED, revoked=None, **options):
        """A CRL of each CA; `revoked` maps names of CAs to the certificates that theirs lists."""
        return "".join(crl(self.pki.ca(name), (revoked or {}).get(name, ()), **options)
                       for name in names)

    # Changes.

    def put(self, path, text):
        """By rename, as an editor or a script should."""
        beside = path.with_name(path.name + ".new")
        beside.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.rename(beside, path)
        return path

    def trust(self, *names, path=None):
        return self.put(path or self.ca, self.pem(*(names or PINNED)))

    def revoke(self, *certificates, issuer="issuing1", path=None, **options):
        """CRLs of all pinned CAs; the one of `issuer` lists these."""
        return self.put(path or self.crl, self.crls(revoked={issuer: certificates}, **options))

    # Configuration.

    def section(self, folder="prov", trust=True, revocation=False, more="", mode="On"):
        """A governed <Directory>; True names the file of this object, else a path, or none at all."""
        lines = [f'<Directory "{self.server.docroot}/{folder}">', f"PolyAuth {mode}", more]
        for value, own, directive in [(trust, self.ca, "PolyAuthCACertificateFile"),
                                      (revocation, self.crl, "PolyAuthCARevocationFile")]:
            if value:
                lines.append(f'{directive} "{own if value is True else value}"')
        return "\n".join([*lines, "</Directory>\n"])

    def configure(self, lines="", **options):
        options["global_lines"] = self.global_lines + options.get("global_lines", "")
        self.server.configure(vhost_lines=lines or self.section(), **options)
        return self

    def bundle(self, *authorities):
        """A file for SSLCACertificateFile. To mod_ssl the same file makes hosts compatible."""
        name = "-".join(each if isinstance(each, str) else each.name for each in authorities)
        return self.put(self.folder / f"of-{name}.pem", self.pem(*authorities))

    def host(self, name, *authorities, lines=""):
        """Another virtual host on the same port, of which mod_ssl believes these CAs."""
        bundle = self.bundle(*authorities)
        return _HOST.format(
            port=self.server.tls_port, name=name, docroot=self.server.docroot,
            server=self.pki.server, lines=lines,
            authorities=f'SSLCACertificateFile "{bundle}"' if authorities else "")

    # What came of it.

    def loaded(self, path, generation):
        """Waits until that generation is in force; the line that says so."""
        return self.server.log.wait_for(
            rf'PA2001: loaded "{re.escape(str(path))}" .*generation={generation}$')

    def verdict(self, ask):
        """What verdict() says; a certificate asks for its own file on a connection of its own."""
        if not callable(ask):
            cert, ask = ask, None
        return verdict(self.server, ask or (lambda: self.server.get(f"/prov{OWN}", cert=cert)))


def verdict(server, ask):
    """What came of a request: GRANTED, the reason of the refusal, or the alert of TLS."""
    try:
        return _judged(server, ask)
    except HandshakeError as refused:
        return refused.alert


def _judged(server, ask):
    denied = len(server.log.denials())
    response = ask()
    reasons = [line["reason"] for line in server.log.denials()[denied:]]
    if response.status == 200:
        assert not reasons and SECRET in response.text, (reasons, response)
        return GRANTED
    assert SECRET not in response.text, response
    assert response.status in (403, 421) and len(reasons) == (response.status == 403), (
        response, reasons)
    return reasons[0] if reasons else str(response.status)


def arrive(files, cert, tls, protocol, state, host="localhost", target=f"/prov{OWN}"):
    """The verdicts on a phone that arrives in this way; the last one is what the way is about."""
    server, answers = files.server, []

    def ask(connection):
        answers.append(_judged(server, lambda: connection.request(target, host=host)))

    try:
        with open_way(server, cert, tls, protocol, state, host) as connection:
            ask(connection)
            if state == KEPT:
                ask(connection)
            if state in (BY_TICKET, FROM_CACHE):
                with connection.resume() as resumed:
                    ask(resumed)
                    assert resumed.resumed
    except HandshakeError as refused:
        answers.append(refused.alert)
    return answers


def open_way(server, cert, tls, protocol, state, host="localhost"):
    """The first connection of a way; where the server asks later it has not asked yet."""
    connection = server.connect(cert, tls=tls, sni=host, pha=True, http2=protocol == "HTTP/2",
                                tickets=state != FROM_CACHE)
    if state == ASKED_LATER:
        assert connection.request("/open.txt", host=host).status == 200
    return connection
