# SPDX-License-Identifier: Apache-2.0
"""Which CRLs scripts/fetch-crl accepts, and what it says."""
import shutil

import pytest
from authority import HOUR, UNKNOWN, Authority, iso, pem, place, reasons_only, scope
from conftest import ENVIRONMENT, REFUSED, USAGE
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from web import endless, redirect, send


# ---- accepted -------------------------------------------------------------------------------

@pytest.mark.parametrize("form", [
    lambda der: der,
    pem,
    lambda der: pem(der).replace(b"\n", b"\r\n"),
    lambda der: b"Certificate Revocation List (CRL):\n    Version 2\n" + pem(der),
], ids=["der", "pem", "crlf", "text-before"])
def test_each_form_becomes_pem(fetch, web, issuing, form):
    der = issuing.crl(number=26, until=24 * HOUR, revoked=[7, 8, 9])
    web["/issuing.crl"] = form(der)
    answer = fetch("/issuing.crl")
    assert answer.out == (f'issuer="CN=Lab Issuing CA" number=0x1A next-update={iso(24 * HOUR)} '
                          "revoked=3\n")
    assert answer.err == ""
    assert fetch.out.read_bytes() == pem(der)
    assert fetch.out.stat().st_mode & 0o7777 == 0o644


def test_quiet_prints_nothing(fetch, web, issuing):
    web["/issuing.crl"] = issuing.crl()
    answer = fetch("/issuing.crl", options=["--quiet"])
    assert answer.out == answer.err == "" and fetch.out.exists()


@pytest.mark.parametrize("extensions", [
    [(place(), True)], [(place(), False)], [(UNKNOWN, False)]],
    ids=["place", "place-not-critical", "unknown-not-critical"])
def test_what_the_server_understands_is_accepted(fetch, web, issuing, extensions):
    web["/issuing.crl"] = issuing.crl(extensions=extensions, revoked=[5], entry_extensions=[
        (x509.CRLReason(x509.ReasonFlags.key_compromise), False)])
    assert fetch("/issuing.crl").out.endswith(" revoked=1\n")


def test_every_issuer_has_its_line_and_place(fetch, web, root, issuing):
    fetch.trusts(root, issuing)
    crls = root.crl(number=None), issuing.crl(number=2)
    web["/root.crl"], web["/issuing.crl"] = crls
    lines = fetch("/root.crl", "/issuing.crl").out.splitlines()
    assert [line.split(" next")[0] for line in lines] == [
        'issuer="CN=Lab Root CA" number=none', 'issuer="CN=Lab Issuing CA" number=0x2']
    assert fetch.out.read_bytes() == pem(*crls)


def test_one_of_several_authorities_of_one_name_has_signed(fetch, web, issuing, imposter):
    web["/issuing.crl"] = issuing.crl()
    for authorities in ((issuing, imposter), (imposter, issuing)):
        fetch.trusts(*authorities)
        fetch("/issuing.crl")


def test_an_expired_authority_may_still_sign(fetch, web):
    old = Authority("Old CA", days=-1)
    fetch.trusts(old)
    web["/old.crl"] = old.crl()
    fetch("/old.crl")


def test_an_outdated_crl_applies_with_a_warning(fetch, web, issuing):
    web["/issuing.crl"] = der = issuing.crl(until=-HOUR)
    answer = fetch("/issuing.crl", options=["--quiet"])
    [warning] = answer.said("warning")
    assert warning.endswith(f'of "CN=Lab Issuing CA" should have been followed by another at {iso(-HOUR)}')
    assert fetch.out.read_bytes() == pem(der)


def test_a_redirect_is_followed(fetch, web, issuing):
    web["/old"], web["/new"] = redirect("/new"), issuing.crl()
    fetch("/old")


def test_a_url_is_taken_as_it_is(fetch, web, issuing):
    web["/Lab%20CA[1-2]{a,b}.crl"] = issuing.crl()
    fetch("/Lab%20CA[1-2]{a,b}.crl")
    assert web.asked == ["/Lab%20CA[1-2]{a,b}.crl"]


def test_settings_of_a_user_do_not_count(fetch, web, issuing):
    (fetch.home / ".curlrc").write_text("output = /dev/null\nproxy = http://127.0.0.1:1\n")
    web["/issuing.crl"] = issuing.crl()
    fetch("/issuing.crl")


# ---- refused --------------------------------------------------------------------------------

def tampered(der):
    # The serial number 0x0badcafe is another one after it was signed.
    assert der.count(b"\x0b\xad\xca\xfe") == 1
    return der.replace(b"\x0b\xad\xca\xfe", b"\x0b\xad\xca\xff")


def container(issuing):
    return pkcs12.serialize_key_and_certificates(
        b"x", issuing.key, issuing.certificate, None, serialization.BestAvailableEncryption(b"x"))


BAD = {
    "nothing": (lambda ca: b"", "not a CRL, but nothing at all"),
    "html": (lambda ca: b"<html><body>Welcome to the WLAN</body></html>", "not a CRL"),
    "certificate": (lambda ca: ca.pem, "not a CRL"),
    "certificate-der": (lambda ca: ca.certificate.public_bytes(serialization.Encoding.DER), "not a CRL"),
    # It would ask for its password.
    "pkcs12": (container, "not a CRL"),
    "cut": (lambda ca: ca.crl()[:-1], "not a CRL"),
    "cut-pem": (lambda ca: pem(ca.crl())[:-20], "not a CRL"),
    "bytes-after": (lambda ca: ca.crl() + b"\n", "not a CRL, or not only a CRL"),
    "two-der": (lambda ca: ca.crl() + ca.crl(), "not a CRL, or not only a CRL"),
    "two-pem": (lambda ca: pem(ca.crl(), ca.crl()), "2 CRLs where one is expected"),
    "crl-and-certificate": (lambda ca: pem(ca.crl()) + ca.pem, "not a CRL"),
    "tampered": (lambda ca: tampered(ca.crl(revoked=[0x0badcafe])),
                 '"CN=Lab Issuing CA" has signed this CRL'),
    "imposter": (lambda ca: Authority("Lab Issuing CA").crl(), '"CN=Lab Issuing CA" has signed this CRL'),
    "unknown": (lambda ca: Authority("Another CA").crl(), 'has no CA "CN=Another CA" that may sign CRLs'),
    "delta": (lambda ca: ca.crl(extensions=[(x509.DeltaCRLIndicator(1), True)]), "is a delta CRL"),
    "delta-not-critical": (lambda ca: ca.crl(extensions=[(x509.DeltaCRLIndicator(1), False)]),
                           "is a delta CRL"),
    "indirect": (lambda ca: ca.crl(extensions=[(scope(indirect=True), True)]), "is an indirect CRL"),
    "indirect-entry": (lambda ca: ca.crl(revoked=[1], entry_extensions=[
        (x509.CertificateIssuer([x509.DirectoryName(ca.name)]), True)]), "is an indirect CRL"),
    "some-reasons": (lambda ca: ca.crl(extensions=[(reasons_only(), True)]), "covers only some reasons"),
    "attributes": (lambda ca: ca.crl(extensions=[(scope(attributes=True), True)]),
                   "covers only attribute certificates"),
    "users": (lambda ca: ca.crl(extensions=[(scope(users=True), True)]), "covers only user certificates"),
    "authorities": (lambda ca: ca.crl(extensions=[(scope(authorities=True), True)]),
                    "covers only CA certificates"),
    "critical": (lambda ca: ca.crl(extensions=[(UNKNOWN, True)]),
                 'critical extension "1.3.6.1.4.1.99999.1", which the server does not know'),
    "critical-entry": (lambda ca: ca.crl(revoked=[1], entry_extensions=[(UNKNOWN, True)]),
                       'critical extension "1.3.6.1.4.1.99999.1", which the server does not know'),
    "future": (lambda ca: ca.crl(last=HOUR), f"is not valid before {iso(HOUR)}"),
}


@pytest.mark.parametrize("old", [True, False], ids=["old-file", "no-file"])
@pytest.mark.parametrize("body, message", BAD.values(), ids=BAD)
def test_a_bad_crl_is_refused(fetch, web, issuing, old, body, message):
    if old:
        fetch.out.write_bytes(pem(issuing.crl(number=0)))
    web["/issuing.crl"] = body(issuing)
    answer = fetch.fails(REFUSED, "/issuing.crl")
    assert message in answer.error and web.url("/issuing.crl") in answer.error


@pytest.mark.parametrize("authority", [
    Authority("Lab Issuing CA", ca=False), Authority("Lab Issuing CA", crl_sign=False)],
    ids=["no-ca", "no-crl-sign"])
def test_a_certificate_that_may_not_sign_crls_vouches_for_none(fetch, web, root, authority):
    web["/issuing.crl"] = authority.crl()
    fetch.trusts(root, authority)
    assert "may sign CRLs" in fetch.fails(REFUSED, "/issuing.crl").error
    fetch.trusts(authority)
    assert "holds no CA that may sign CRLs" in fetch.fails(ENVIRONMENT, "/issuing.crl").error


def test_two_urls_of_one_issuer_are_refused(fetch, web, issuing):
    web["/a.crl"], web["/b.crl"] = issuing.crl(number=1), issuing.crl(number=2)
    assert web.url("/a.crl") in fetch.fails(REFUSED, "/a.crl", "/b.crl").error


def test_one_bad_url_spoils_all(fetch, web, root, issuing):
    fetch.trusts(root, issuing)
    fetch.out.write_bytes(pem(root.crl(number=1), issuing.crl(number=1)))
    web["/root.crl"] = root.crl(number=2)
    fetch.fails(ENVIRONMENT, "/root.crl", "/missing.crl")
    fetch.fails(ENVIRONMENT, "/missing.crl", "/root.crl")
    web["/issuing.crl"] = Authority("Lab Issuing CA").crl(number=2)
    fetch.fails(REFUSED, "/root.crl", "/issuing.crl")


# ---- the network ----------------------------------------------------------------------------

def test_an_error_of_the_server_is_named(fetch, web, issuing):
    # Also if the page of the error were a good CRL.
    web["/issuing.crl"] = lambda handler: send(handler, issuing.crl(), status=404)
    assert "cannot be fetched: " in (error := fetch.fails(ENVIRONMENT, "/issuing.crl").error)
    assert "404" in error


@pytest.mark.parametrize("scheme", ["file", "ftp"])
def test_a_redirect_leads_to_the_web_only(fetch, web, issuing, scheme):
    good = fetch.scratch.parent / "good.crl"
    good.write_bytes(issuing.crl())
    path = str(good).replace(" ", "%20")
    web["/issuing.crl"] = redirect(f"file://{path}" if scheme == "file" else "ftp://127.0.0.1:1/x")
    error = fetch.fails(ENVIRONMENT, "/issuing.crl").error
    assert f'Protocol "{scheme}" not supported or disabled' in error


def test_a_redirect_to_itself_ends(fetch, web):
    web["/issuing.crl"] = redirect("/issuing.crl")
    assert "redirect" in fetch.fails(ENVIRONMENT, "/issuing.crl").error
    assert len(web.asked) < 10


def test_a_server_that_says_nothing_is_left(fetch, web):
    web["/issuing.crl"] = web.hang
    assert "timed out" in fetch.fails(ENVIRONMENT, "/issuing.crl", options=["--timeout", "1"]).error
    assert web.gone.wait(30)


def test_an_endless_answer_is_cut(fetch, web):
    web["/issuing.crl"] = endless
    # By its size: time would be up only after the test's own.
    limits = ["--max-bytes", "100000", "--timeout", "600"]
    answer = fetch.fails(ENVIRONMENT, "/issuing.crl", options=limits)
    assert "sends more than 100000 bytes" in answer.error


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "unannounced"])
def test_the_size_is_limited_to_the_byte(fetch, web, issuing, announced):
    body = issuing.crl(revoked=range(1, 100))
    web["/issuing.crl"] = lambda handler: send(handler, body, length=announced)
    answer = fetch.fails(ENVIRONMENT, "/issuing.crl", options=["--max-bytes", len(body) - 1])
    assert f"sends more than {len(body) - 1} bytes" in answer.error
    fetch("/issuing.crl", options=["--max-bytes", len(body)])


def test_a_refused_connection_is_an_error(fetch):
    assert "cannot be fetched: " in fetch.fails(ENVIRONMENT, "http://127.0.0.1:1/issuing.crl").error


def test_a_password_of_a_url_is_not_printed(fetch, web):
    secret = web.url("/missing.crl").replace("http://", "http://user:s3cret@")
    answer = fetch.fails(ENVIRONMENT, secret)
    assert web.url("/missing.crl") in answer.error and "s3cret" not in answer.err


# ---- usage ----------------------------------------------------------------------------------

@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "127.0.0.1/x", "http://", "",
                                 "http://127.0.0.1/a b", "http://127.0.0.1/\x1b[31m", "HTTP:/x"])
def test_only_a_url_of_the_web_is_taken(fetch, url):
    answer = fetch.run("--trust", fetch.trust, "--out", fetch.out, "--", url)
    assert answer.code == USAGE and "is not accepted as a URL" in answer.error
    assert "\x1b" not in answer.err


@pytest.mark.parametrize("arguments, message", [
    (["--out", "o", "http://x/"], "--trust is missing"),
    (["--trust", "t", "http://x/"], "--out is missing"),
    (["--trust", "t", "--out", "o"], "there is no URL"),
    (["--trust", "t", "--out"], "--out needs a value"),
    (["--trust", "t", "--out", "o", "--force", "http://x/"], 'there is no option "--force"'),
    (["--trust", "t", "--out", "o", "--timeout", "0", "http://x/"], '--timeout: "0"'),
    (["--trust", "t", "--out", "o", "--timeout", "1s", "http://x/"], '--timeout: "1s"'),
    (["--trust", "t", "--out", "o", "--max-bytes", "-1", "http://x/"], '--max-bytes: "-1"'),
])
def test_misuse_is_told_apart(fetch, arguments, message):
    answer = fetch.run(*arguments)
    assert answer.code == USAGE and answer.error.startswith(message)


def test_help_names_every_option(fetch):
    answer = fetch.run("--help")
    assert answer.code == 0
    for option in ("--trust", "--out", "--drop", "--timeout", "--max-bytes", "--quiet"):
        assert option in answer.out


def test_a_missing_program_is_named(fetch):
    for name in ("bash", "env", "mktemp", "rm", "openssl", "flock", "readlink"):
        (fetch.programs / name).symlink_to(shutil.which(name))
    fetch.environment["PATH"] = str(fetch.programs)
    answer = fetch.fails(ENVIRONMENT, "/issuing.crl")
    assert answer.error == "curl is not installed"
