# SPDX-License-Identifier: Apache-2.0
"""Questions 5 and 6: --trust and --crl."""
import datetime
import json

import pytest
from conftest import ENVIRONMENT, NO, USAGE, YES
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATH = ["--path", "/0004f2aabbcc.cfg"]
CHAIN = "0004F2AABBCC <- Issuing CA 1 <- Policy CA <- Root CA"
NOW = datetime.datetime.utcnow()


def days(count):
    return NOW + datetime.timedelta(days=count)


class Party:
    def __init__(self, cn, issuer=None, is_ca=True, until=100):
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        issuer = issuer or self
        self.certificate = (
            x509.CertificateBuilder().subject_name(self.name).issuer_name(issuer.name)
            .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(days(-100)).not_valid_after(days(until))
            .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
            .sign(issuer.key, hashes.SHA256()))

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def crl(self, *revoked, due=10):
        builder = (x509.CertificateRevocationListBuilder().issuer_name(self.name)
                   .last_update(days(-20)).next_update(days(due))
                   .add_extension(x509.CRLNumber(1), critical=False))
        for party in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().revocation_date(days(-20))
                .serial_number(party.certificate.serial_number).build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def maker():
    class Maker:
        root = Party("Root CA")
        policy = Party("Policy CA", root)
        issuing = Party("Issuing CA 1", policy)
        sibling = Party("Issuing CA 2", policy)
        phone = Party("0004F2AABBCC", issuing, is_ca=False)

        @property
        def trust(self):
            return self.root.pem + self.policy.pem + self.issuing.pem

        def crls(self, phones=(), issuers=(), **options):
            return (self.issuing.crl(*phones, **options) + self.policy.crl(*issuers)
                    + self.root.crl())
    return Maker()


@pytest.fixture
def explain(tool, maker):
    """Asks about a certificate with these files; the answer and its lines 5 and 6."""

    def ask(leaf=None, trust=None, crl=None, options=()):
        arguments = ["--cert", tool.write("phone.pem", (leaf or maker.phone).pem),
                     "--trust", tool.write("trust.pem", trust or maker.trust)]
        if crl is not None:
            arguments += ["--crl", tool.write("maker.crl", crl)]
        return tool("explain", *arguments, *PATH, *options)
    return ask


def answer_to(answer, question):
    return answer.rows[question - 1][53:]


def test_a_phone_of_the_maker_is_trusted_and_its_chain_told(explain):
    answer = explain()
    assert answer.code == YES and not answer.err
    assert answer_to(answer, 5) == f"yes, {CHAIN}"
    assert answer_to(answer, 6) == "not asked"
    assert answer.lines[-1] == "granted own-file"


def test_a_chain_is_in_the_json(explain):
    questions = json.loads(explain(options=["--json"]).out)["questions"]
    assert questions[4]["answer"] == "yes" and questions[4]["note"] == CHAIN


def test_a_sibling_ca_that_is_not_in_the_file_vouches_for_nobody(explain, maker):
    answer = explain(leaf=Party("0004F2AABBCC", maker.sibling, is_ca=False))
    assert answer.code == NO
    assert answer_to(answer, 5) == ("no: issuer-untrusted, unable to get local issuer certificate "
                                    "at depth 0 (CN=0004F2AABBCC)")
    assert answer_to(answer, 6) == "not asked"
    assert answer.lines[-1] == "denied issuer-untrusted"


def test_a_revoked_phone_is_named(explain, maker):
    answer = explain(crl=maker.crls(phones=[maker.phone]))
    assert answer.code == NO and not answer.err
    assert answer_to(answer, 5) == f"yes, {CHAIN}"
    assert answer_to(answer, 6) == "no: certificate-revoked, 0004F2AABBCC is revoked"


def test_a_revoked_ca_is_named(explain, maker):
    answer = explain(crl=maker.crls(issuers=[maker.issuing]))
    assert answer_to(answer, 6) == "no: certificate-revoked, Issuing CA 1 is revoked"


def test_who_is_not_revoked_passes(explain, maker):
    answer = explain(crl=maker.crls(phones=[maker.sibling]))
    assert answer.code == YES and answer_to(answer, 6) == "yes"


def test_an_expired_phone_stays_expired(explain, maker):
    answer = explain(leaf=Party("0004F2AABBCC", maker.issuing, is_ca=False, until=-1))
    assert answer.lines[-1] == "denied certificate-expired"
    assert answer_to(answer, 5) == "not asked"


def test_what_the_server_would_warn_of_is_a_hint(explain, maker):
    answer = explain(trust=maker.root.pem, leaf=Party("0004F2AABBCC", maker.root, is_ca=False),
                     crl=maker.root.crl(due=-1))
    assert answer.code == YES
    assert answer.hints[0].startswith("trust.pem:1:1: there are only self-signed certificates")
    assert answer.hints[1].startswith("maker.crl:1:1: CRL 1 (CN=Root CA) was due to be replaced on")


@pytest.mark.parametrize("trust, error", [
    (b"rubbish\n", "trust.pem:1:1: holds no PEM block"),
    (b"\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
     "trust.pem:2:1: holds a private key; remove it"),
])
def test_a_bad_trust_file_gives_no_verdict(explain, trust, error):
    answer = explain(trust=trust)
    assert (answer.code, answer.out) == (ENVIRONMENT, "")
    assert answer.errors[0].startswith(error) and "c2VjcmV0" not in answer.err


def test_an_expired_ca_gives_no_verdict(explain):
    answer = explain(trust=b"# mine\n" + Party("Old CA", until=-1).pem)
    assert answer.code == ENVIRONMENT
    assert answer.errors[0].startswith("trust.pem:2:1: certificate 1 (CN=Old CA) expired on ")


def test_every_error_of_a_crl_file_is_told(explain):
    first = Party("A").crl()
    line = first.count(b"\n") + 1
    answer = explain(crl=first + Party("B").crl())
    assert (answer.code, answer.out) == (ENVIRONMENT, "")
    assert [error.split(" has ")[0] for error in answer.errors] == [
        "maker.crl:1:1: CRL 1 (CN=A)", f"maker.crl:{line}:1: CRL 2 (CN=B)"]


def test_a_file_that_is_not_there_gives_no_verdict(tool, maker):
    tool.write("phone.pem", maker.phone.pem)
    answer = tool("explain", "--cert", "phone.pem", "--trust", "absent", *PATH)
    assert (answer.code, answer.errors) == (
        ENVIRONMENT, ["absent cannot be read: No such file or directory"])


@pytest.mark.parametrize("options, error", [
    (["--cn", "a", "--trust", "x"], "--trust needs --cert: a stated name has no issuer"),
    (["--cert", "a", "--crl", "x"], "--crl needs --trust: its signatures are checked against it"),
])
def test_files_that_do_not_go_together_are_refused(tool, options, error):
    answer = tool("explain", *options, *PATH)
    assert (answer.code, answer.errors) == (USAGE, [error])
