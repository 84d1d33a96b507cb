# SPDX-License-Identifier: Apache-2.0
"""Certificates from files, and what explain does not take."""
import pytest
from conftest import ENVIRONMENT, NO, USAGE, YES
from cryptography import x509
from cryptography.x509.oid import NameOID

OWN = ["--path", "/0004f2aabbcc.cfg"]


@pytest.mark.parametrize("days, verdict", [((-1, 1), "granted own-file"),
                                           ((-2, -1), "denied certificate-expired"),
                                           ((1, 2), "denied certificate-not-yet-valid")])
def test_a_certificate_is_judged_by_the_clock(tool, certificate, days, verdict):
    answer = tool("explain", "--cert", certificate("0004F2AABBCC", days=days), *OWN)
    assert answer.lines[-1] == verdict
    assert answer.code == (YES if days == (-1, 1) else NO)


def test_a_second_cn_is_seen(tool, certificate):
    answer = tool("explain", "--cert", certificate("0004F2AABBCC", "0004F2AABBCC"), *OWN)
    assert answer.lines[-1] == "denied identity-multiple"


def test_other_attributes_are_read(tool, certificate):
    serial = x509.NameAttribute(NameOID.SERIAL_NUMBER, "0004F2AABBCC")
    device = certificate("IP phone", extra=[serial])
    assert tool("explain", "--cert", device, *OWN).lines[-1] == "denied identity-malformed"
    answer = tool("explain", "--cert", device, *OWN, "--identity", "serialNumber~(.{12})")
    assert answer.lines[-1] == "granted own-file"


def test_what_is_no_certificate_gives_no_verdict(tool):
    tool.write("text", "-----BEGIN CERTIFICATE-----\n")
    answer = tool("explain", "--cert", "text", *OWN)
    assert (answer.code, answer.out, answer.errors) == (
        ENVIRONMENT, "", ["text is not a PEM certificate"])
    answer = tool("explain", "--cert", "absent", *OWN)
    assert answer.errors == ["absent cannot be read: No such file or directory"]


def test_a_list_that_cannot_be_used_gives_no_verdict(tool):
    tool.write("phones.acl", "zz\n")
    for name in ("phones.acl", "absent", ""):
        answer = tool("explain", "--cn", "0004F2AABBCC", *OWN, "--acl", name)
        assert (answer.code, answer.out) == (ENVIRONMENT, "")


@pytest.mark.parametrize("options, error", [
    ([*OWN], "explain needs either --cn or --cert"),
    (["--cn", "a", "--cert", "b", *OWN], "explain needs either --cn or --cert"),
    (["--cn", "a", "--path", "x"], '--path: "x" does not begin with a slash'),
    (["--cn", "a", "--path="], '--path: "" does not begin with a slash'),
    (["--cn", "a", *OWN, "--path-info", "x"], '--path-info: "x" does not begin with a slash'),
    (["--cn", "a", *OWN, "--match", "name"],
     '--match: "name" is no way to match; accepted are path, file, uri, query <name> and none'),
    (["--cn", "a", *OWN, "--match", "query"],
     "--match: query needs the name of the parameter, as in query mac"),
    (["--cn", "a", *OWN, "--match", "path", "mac"], '--match: "mac" is one word too many; only query takes a name'),
    (["--cn", "a", *OWN, "--match", "query", "a b"],
     '--match: "a b" is no parameter name; accepted are letters, digits, _ and -'),
    (["--cn", "a", *OWN, "--match", "query", "a", "b"], 'there is no use for "b"'),
    (["--cn", "a", *OWN, "--shared", "none", "poly"], '--shared: "none" stands alone or not at all'),
    (["--cn", "a", *OWN, "--json=no!"], "a flag such as --help or --json takes no value"),
])
def test_what_cannot_be_understood_is_a_usage_error(tool, options, error):
    answer = tool("explain", *options)
    assert (answer.code, answer.errors, answer.out) == (USAGE, [error], "")
    assert answer.hints == ["see polyauthctl explain --help"]


def test_regexes_are_checked(tool):
    answer = tool("explain", "--cn", "a", *OWN, "--identity", "CN~([0-9]")
    assert answer.code == USAGE
    assert answer.errors[0].startswith("--identity: regex ")


def test_a_pattern_in_brackets_is_one_word(tool):
    """CLI11 splits [a,b] at its commas unless it is told not to."""
    answer = tool("explain", "--cn", "0004F2AABBCC", "--path", "/z,", "--shared", "[a-z][,a]")
    assert answer.lines[-1] == "granted shared-file"
