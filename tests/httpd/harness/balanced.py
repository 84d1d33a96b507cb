# SPDX-License-Identifier: Apache-2.0
"""What a balancer says of a phone's certificate, and phones behind one, at a server on plain HTTP."""

import base64
import socket
import urllib.parse

from harness.client import Connection
from harness.waiting import PATIENCE
from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, furnish

HEADER = "Client-Cert"
A, B = OWN_MAC, FOREIGN_MAC
OWN, FOREIGN = f"/prov/{A}.cfg", f"/prov/{B}.cfg"


def binary(certificate):
    """RFC 9440, as HAProxy writes it by :%[ssl_c_der,base64]:."""
    return f":{base64.b64encode(certificate.der).decode()}:"


def escaped(certificate):
    """nginx's $ssl_client_escaped_cert."""
    return urllib.parse.quote(certificate.leaf_pem, safe="")


def from_phone(certificate, header=HEADER, form=binary):
    """The header that the balancer sets for this phone; none without a certificate."""
    return {header: form(certificate)} if certificate else {}


class FromAddress(Connection):
    """A connection whose other end is this loopback address, to plain HTTP."""

    def __init__(self, port, address="127.0.0.1"):
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE, (address, 0))
        self._reader = self._socket.makefile("rb")


def ask(server, target, headers, address="127.0.0.1", method="GET", body=None, host="localhost"):
    """One request as `address` sends it."""
    with FromAddress(server.plain_port, address) as connection:
        return connection.request(target, method, body, {"Connection": "close", **headers}, host=host)


def lines(server, header=HEADER, proxy="127.0.0.1", *more):
    """The section of a virtual host whose TLS ends at a balancer."""
    return "\n".join([
        f"PolyAuthTrustedProxy {proxy}", f"PolyAuthClientCertHeader {header}",
        f'<Directory "{server.docroot}/prov">', "PolyAuth On",
        f'PolyAuthCACertificateFile "{server.pki.bundle}"', *more, "</Directory>"])


def start(server, *more, header=HEADER, proxy="127.0.0.1", extra="", **options):
    """The server, with that section and its files."""
    furnish(server, "prov")
    return server.configure(plain_lines=lines(server, header, proxy, *more) + "\n" + extra,
                            **options).start()


def verdict(server, target, headers, **options):
    """The status, and the reason of the refusal or None."""
    server.log.mark()
    answer = ask(server, target, headers, **options)
    assert answer.status == 200 or SECRET not in answer.text
    reasons = [each["reason"] for each in server.log.denials()]
    assert len(reasons) <= 1
    return answer.status, reasons[0] if reasons else None
