# SPDX-License-Identifier: Apache-2.0
"""Certificate revocation lists, good ones and each kind of bad one, as PEM text."""

import base64
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

HOUR = timedelta(hours=1)


def crl(signer, revoked=(), number=1, this_update=-HOUR, next_update=timedelta(days=30),
        delta_of=None, spoiled=False, signing_key=None):
    """The CRL of a CA.

    `revoked` holds certificates or serial numbers. Times are datetimes or distances from now.
    `delta_of` makes it a delta CRL to that number, `spoiled` breaks the signature, and
    `signing_key` is another key than that of the CA in whose name it speaks.
    """
    this_update, next_update = _moment(this_update), _moment(next_update)
    builder = (x509.CertificateRevocationListBuilder().issuer_name(signer.x509.subject)
               .last_update(this_update).next_update(next_update))
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    if delta_of is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(delta_of), critical=True)
    for each in revoked:
        serial = each if isinstance(each, int) else each.x509.serial_number
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().revocation_date(this_update)
            .serial_number(serial).build())
    encoded = builder.sign(signing_key or signer.private_key, hashes.SHA256()).public_bytes(
        Encoding.DER)
    if spoiled:
        encoded = encoded[:-1] + bytes([encoded[-1] ^ 1])
    text = base64.encodebytes(encoded).decode()
    return f"-----BEGIN X509 CRL-----\n{text}-----END X509 CRL-----\n"


def _moment(value):
    return datetime.now(timezone.utc) + value if isinstance(value, timedelta) else value
