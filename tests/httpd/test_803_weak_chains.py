# SPDX-License-Identifier: Apache-2.0
"""SHA-1 signatures and 1024-bit keys follow the security level of the connection: refused by
default, admitted on purpose by SSLCipherSuite ...@SECLEVEL=0, of the right maker only."""

import pytest

from harness.trust import GRANTED, HANDSHAKES, TrustFiles, verdict
from harness.verdict import OWN

CN = "0004F2AAAAAA"
WEAK = "SSLCipherSuite DEFAULT@SECLEVEL=0\n"


@pytest.fixture(scope="module")
def weak(pki):
    """Phones by what is weak about them, and the CAs that vouch for them."""
    sha1_ca = pki.issue(subject=[("CN", "Lab Old Issuing CA")], issuer="policy", key="sha1-ca",
                        name="sha1-ca", eku=None, ca=True, digest="sha1")
    small_ca = pki.issue(subject=[("CN", "Lab Small Issuing CA")], issuer="policy", key="small-ca",
                         name="small-ca", eku=None, ca=True, bits=1024)
    phones = {
        "SHA-1 leaf": pki.issue(cn=CN, digest="sha1"),
        "1024-bit leaf": pki.issue(cn=CN, key="small-phone", bits=1024),
        "SHA-1 intermediate": pki.issue(cn=CN, issuer=sha1_ca),
        "1024-bit intermediate": pki.issue(cn=CN, issuer=small_ca),
        "all of it": pki.issue(cn=CN, issuer=sha1_ca, key="small-phone", digest="sha1"),
    }
    strangers = {
        "SHA-1, other maker": pki.issue(cn=CN, issuer="maker2-issuing", digest="sha1"),
        "1024-bit, other maker": pki.issue(cn=CN, issuer="maker2-issuing", key="small-phone"),
    }
    return ["root", "policy", "issuing1", sha1_ca, small_ca], phones, strangers


KINDS = ["SHA-1 leaf", "1024-bit leaf", "SHA-1 intermediate", "1024-bit intermediate", "all of it"]
STRANGERS = ["SHA-1, other maker", "1024-bit, other maker"]


@pytest.fixture(scope="module")
def stage(make_shared_server, weak):
    server = make_shared_server()
    server.log.declare(*HANDSHAKES, always=True)
    files = TrustFiles(server)
    files.trust(*weak[0])
    asked = "SSLVerifyClient require\n"
    believed = [*weak[0], "maker2-root", "maker2-issuing"]
    files.configure("", global_lines=files.section(), session_cache=True, extra_vhosts=(
        files.host("strict", *believed, lines=asked)
        + files.host("lenient", *believed, lines=asked + WEAK)))
    server.start()
    return files


def ask(stage, cert, host, tls):
    """Verdicts on a full handshake and on a resumed session."""
    def request(connection):
        return verdict(stage.server, lambda: connection.request(f"/prov{OWN}", host=host))
    with stage.server.connect(cert, tls=tls, sni=host) as connection:
        verdicts = [request(connection)]
        with connection.resume() as resumed:
            verdicts.append(request(resumed))
            assert resumed.resumed
    return verdicts


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("kind", KINDS)
def test_old_phones_are_admitted_on_purpose(stage, weak, kind, tls):
    assert ask(stage, weak[1][kind], "lenient", tls) == [GRANTED, GRANTED]


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("kind", STRANGERS)
def test_a_lenient_host_trusts_nobody_else_for_it(stage, weak, kind, tls):
    assert ask(stage, weak[2][kind], "lenient", tls) == ["issuer-untrusted"] * 2


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("kind", KINDS)
def test_by_default_they_are_refused(stage, weak, kind, tls):
    def once():
        return stage.server.get(f"/prov{OWN}", cert=weak[1][kind], sni="strict", host="strict", tls=tls)
    assert verdict(stage.server, once) not in (GRANTED, None)


def test_a_verdict_of_a_lenient_host_does_not_count_on_a_strict_one(make_server, pki, weak):
    """The strict host's mod_ssl leaves the certificate unverified; its resumed session says
    SUCCESS, and the verdict of the lenient host on the same leaf must not be taken for its own."""
    server = make_server()
    server.log.declare(*HANDSHAKES)
    files = TrustFiles(server)
    files.trust(*weak[0])
    server.log.declare("AH01883")
    files.configure("", global_lines=files.section(), session_cache=True,
                    log_level="info polyauth:debug ssl:error",
                    extra_vhosts=(
                        files.host("lenient", *weak[0], lines="SSLVerifyClient require\n" + WEAK)
                        + files.host("strict", "server-ca", lines="SSLVerifyClient optional_no_ca\n")))
    server.start()
    phone = weak[1]["SHA-1 intermediate"]
    assert ask(files, phone, "lenient", "1.2") == [GRANTED, GRANTED]

    def request(connection):
        return verdict(server, lambda: connection.request(f"/prov{OWN}", host="strict"))

    def strict():
        with server.connect(phone, tls="1.2", sni="strict") as connection:
            assert request(connection) == "certificate-unverified"
            with connection.resume() as resumed:
                assert resumed.resumed
                return resumed.request(f"/prov{OWN}", host="strict")

    # The handshake may be refused for the weak signature already.
    assert verdict(server, strict) in ("issuer-untrusted", "bad_certificate")
