# SPDX-License-Identifier: Apache-2.0
"""Certificate authorities and what they sign, good and bad."""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.utcnow().replace(microsecond=0)
HOUR = datetime.timedelta(hours=1)
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")


def reasons_only():
    return x509.IssuingDistributionPoint(None, None, False, False,
                                         frozenset([x509.ReasonFlags.key_compromise]), False, False)


def scope(users=False, authorities=False, indirect=False, attributes=False):
    return x509.IssuingDistributionPoint(None, None, users, authorities, None, indirect, attributes)


def place(url="http://crl.example.com/Indirect CRL"):
    return x509.IssuingDistributionPoint([x509.UniformResourceIdentifier(url.replace(" ", "%20"))],
                                         None, False, False, None, False, False)


class Authority:
    """A CA; the same name twice gives two CAs with different keys."""

    def __init__(self, name, issuer=None, ca=True, crl_sign=True, days=3650):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = dict.fromkeys(["digital_signature", "content_commitment", "key_encipherment",
                               "data_encipherment", "key_agreement", "encipher_only",
                               "decipher_only"], False)
        above = issuer or self
        self.certificate = (
            x509.CertificateBuilder().subject_name(self.name).issuer_name(above.name)
            .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(NOW - datetime.timedelta(days=3650))
            .not_valid_after(NOW + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca, None), True)
            .add_extension(x509.KeyUsage(**usage, key_cert_sign=ca, crl_sign=crl_sign), True)
            .sign(above.key, hashes.SHA256()))

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def crl(self, number=1, last=-24 * HOUR, until=24 * HOUR, revoked=(), extensions=(),
            entry_extensions=()):
        """DER; extensions are (value, critical)."""
        built = (x509.CertificateRevocationListBuilder().issuer_name(self.name)
                 .last_update(NOW + last).next_update(NOW + until))
        if number is not None:
            built = built.add_extension(x509.CRLNumber(number), False)
        for value, critical in extensions:
            built = built.add_extension(value, critical)
        for serial in revoked:
            entry = (x509.RevokedCertificateBuilder().serial_number(serial)
                     .revocation_date(NOW - 48 * HOUR))
            for value, critical in entry_extensions:
                entry = entry.add_extension(value, critical)
            built = built.add_revoked_certificate(entry.build())
        return built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def pem(*crls):
    return b"".join(x509.load_der_x509_crl(crl).public_bytes(serialization.Encoding.PEM)
                    for crl in crls)


def iso(offset):
    return (NOW + offset).strftime("%Y-%m-%dT%H:%M:%SZ")
