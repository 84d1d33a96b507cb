# SPDX-License-Identifier: Apache-2.0
"""Certificates in the shape of the phone maker's, and every hostile variant of them.

root -> policy -> issuing1, issuing2, issuing3 -> phones. Everything is made when first asked for.
"""

import os
import ssl
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (Encoding, NoEncryption, PrivateFormat,
                                                          load_pem_private_key)
from cryptography.x509.oid import ExtendedKeyUsageOID

from harness import der
from harness.crl import crl
from harness.subjects import LEAVES, MAKER

# name: (common name, who signs it, whose key identifier it claims)
AUTHORITIES = {
    "root": ("Lab Root CA", None, None),
    "policy": ("Lab Equipment Policy CA", "root", None),
    "issuing1": ("Lab Equipment Issuing CA 1", "policy", None),
    "issuing2": ("Lab Equipment Issuing CA 2", "policy", None),
    "issuing3": ("Lab Equipment Issuing CA 3", "policy", None),
    "sibling": ("Lab Other CA", "root", None),
    "maker2-root": ("Second Maker Root CA", None, None),
    "maker2-issuing": ("Second Maker Issuing CA", "maker2-root", None),
    "rogue": ("Rogue CA", None, None),
    # The same names and key identifiers as the true ones: only the signatures differ.
    "imposter-root": ("Lab Root CA", None, "root"),
    "imposter-policy": ("Lab Equipment Policy CA", "imposter-root", "policy"),
    "imposter-issuing1": ("Lab Equipment Issuing CA 1", "imposter-policy", "issuing1"),
    "server-ca": ("Lab Server CA", None, None),
}
EKU = {"client": ExtendedKeyUsageOID.CLIENT_AUTH, "server": ExtendedKeyUsageOID.SERVER_AUTH}


class Certificate:
    """A certificate and its key; `cert` is the file with the chain as the owner sends it."""

    def __init__(self, name, encoded, private_key, cert, key, issuer):
        self.name, self.der, self.private_key, self.issuer = name, encoded, private_key, issuer
        self.cert, self.key = cert, key
        self.leaf_pem = _pem(encoded)
        self.leaf = cert.with_suffix(".leaf.pem")
        _put(self.leaf, self.leaf_pem, 0o644)

    @property
    def x509(self):
        return x509.load_der_x509_certificate(self.der)

    def __repr__(self):
        return f"<certificate {self.name}>"


class Pki:
    """All certificates of a test run, in one folder that the server's user can read."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self._keys, self._made, self._serial = {}, {}, 0x1000

    def crl(self, issuer="issuing1", revoked=(), number=1, file_name=None):
        """The file of a CRL of the CA `issuer` that lists the certificates in `revoked`."""
        path = self.folder / (file_name or f"{issuer}-{number}.crl.pem")
        return _put(path, crl(self.ca(issuer), revoked, number), 0o644)

    def ca(self, name):
        if name not in self._made:
            common_name, issuer, _ = AUTHORITIES[name]
            self._made[name] = self.issue(
                subject=[("CN", common_name)], issuer=issuer, key=name, name=name, eku=None,
                ca=True, not_after=timedelta(days=20 * 365))
        return self._made[name]

    def leaf(self, name):
        if name not in self._made:
            self._made[name] = self.issue(name=name, **LEAVES[name])
        return self._made[name]

    @staticmethod
    def names():
        return list(LEAVES)

    @property
    def server(self):
        if "server" not in self._made:
            self._made["server"] = self.issue(
                subject=[("CN", "localhost")], issuer="server-ca", key="server", name="server",
                eku="server", san=["localhost", ip_address("127.0.0.1")])
        return self._made["server"]

    @property
    def bundle(self):
        """The file for SSLCACertificateFile: root, policy and both issuing CAs."""
        return self.pem_file("ca-bundle.pem", "root", "policy", "issuing1", "issuing2")

    def pem_file(self, file_name, *names):
        """A file of these CAs (or leaves), in this order."""
        text = "".join(self._by_name(name).leaf_pem for name in names)
        return _put(self.folder / file_name, text, 0o644)

    def issue(self, cn=None, not_before=timedelta(days=-1), not_after=timedelta(days=365),
              issuer="issuing1", subject=None, eku="client", san=None, chain=None, key="shared",
              name=None, ca=False, bits=2048, digest="sha256", serial=None):
        """A certificate made to order.

        Times are datetimes or distances from now. `issuer` names a CA or is one (None: self-signed),
        `subject` is a list of (attribute, str or der.Raw), `cn` is short for a phone's subject,
        `chain` names what is sent after the leaf (default: all issuers but the root).
        """
        self._serial += 1
        name = name or f"issued-{self._serial:x}"
        if subject is None:
            subject = [MAKER] + ([] if cn is None else [("CN", cn)])
        own_key, signer = self.key(key, bits), issuer and self._by_name(issuer)
        own_name = der.name(subject)
        encoded = der.certificate(
            serial or self._serial, signer.x509.subject.public_bytes() if signer else own_name, own_name,
            _moment(not_before), _moment(not_after), own_key.public_key(),
            self._extensions(name, issuer, own_key, eku, san, ca),
            signer.private_key if signer else own_key, digest)
        links = self._issuers(issuer) if chain is None else [self._by_name(each) for each in chain]
        cert = _put(self.folder / f"{name}.crt", _pem(encoded) + "".join(c.leaf_pem for c in links),
                    0o644)
        return Certificate(name, encoded, own_key, cert, self.folder / f"{key}.key", issuer)

    def key(self, name, bits=2048):
        if name not in self._keys:
            text = _key(f"{name}-{bits}.key", bits)
            self._keys[name] = load_pem_private_key(text.encode(), None)
            _put(self.folder / f"{name}.key", text, 0o600)
        return self._keys[name]

    def _by_name(self, name):
        if isinstance(name, Certificate):
            return name
        return self.ca(name) if name in AUTHORITIES else self.leaf(name)

    def _issuers(self, issuer):
        found = []
        while issuer:
            found.append(self._by_name(issuer))
            issuer = found[-1].issuer
        # The root stays at home, unless it is the direct issuer.
        return found if len(found) < 2 else found[:-1]

    def _extensions(self, name, issuer, own_key, eku, san, ca):
        identity = AUTHORITIES.get(name, (None, None, None))[2]
        claimed = self.key(identity) if identity else own_key
        key_id = x509.SubjectKeyIdentifier.from_public_key(claimed.public_key())
        yield x509.BasicConstraints(ca=ca, path_length=None), True
        yield _key_usage(ca), True
        yield key_id, False
        if issuer:
            issuer_id = self._by_name(issuer).x509.extensions.get_extension_for_class(
                x509.SubjectKeyIdentifier).value
            yield x509.AuthorityKeyIdentifier(issuer_id.digest, None, None), False
        if eku:
            yield x509.ExtendedKeyUsage([EKU[eku]]), False
        if san:
            names = san if isinstance(san, list) else [san]
            yield x509.SubjectAlternativeName(
                [x509.DNSName(each) if isinstance(each, str) else x509.IPAddress(each)
                 for each in names]), False


def _key(file_name, bits):
    """A key as PEM. Making it takes longer than most tests, so test runs that name the same folder
    in POLYAUTH_TEST_KEYS share theirs there; two that make one at once have one each."""
    kept = "POLYAUTH_TEST_KEYS" in os.environ and Path(os.environ["POLYAUTH_TEST_KEYS"], file_name)
    if kept and kept.exists():
        return kept.read_text()
    text = rsa.generate_private_key(65537, bits).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    if kept:
        _put(kept.with_name(f"{file_name}.{os.getpid()}"), text, 0o600).replace(kept)
    return text


def _key_usage(ca):
    return x509.KeyUsage(
        digital_signature=not ca, key_encipherment=not ca, key_cert_sign=ca, crl_sign=ca,
        content_commitment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False)


def _moment(value):
    return datetime.now(timezone.utc) + value if isinstance(value, timedelta) else value


def _pem(encoded):
    return ssl.DER_cert_to_PEM_cert(encoded)


def _put(path, text, mode):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    # A server that follows the file would take a new time for a change.
    if path.stat().st_mode & 0o7777 != mode:
        os.chmod(path, mode)
    return path
