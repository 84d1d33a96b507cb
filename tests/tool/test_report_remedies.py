# SPDX-License-Identifier: Apache-2.0
"""What polyauthctl report proposes, and what it never does."""
import json
import re

import pytest
from access_log import A, B, line
from conftest import NO


@pytest.fixture
def remedies(tool):
    """The lines that are proposed for one refusal, or for several."""

    def run(*lines):
        tool.write("access.log", "".join(lines))
        answer = tool("report", "access.log", "--json")
        assert answer.code == NO, answer
        return [remedy["line"] or [row["word"] for row in remedy["words"]["top"]]
                for reason in json.loads(answer.out)["reasons"] for remedy in reason["remedies"]]

    return run


@pytest.mark.parametrize("written, proposed", [
    (dict(target="/common.cfg", reason="mac-missing"), "PolyAuthSharedFiles poly common.cfg"),
    (dict(target="/a/b/my%20logo.svg", reason="mac-missing"), 'PolyAuthSharedFiles poly "my logo.svg"'),
    (dict(target="https://h/common.cfg?x=1", reason="mac-missing"), "PolyAuthSharedFiles poly common.cfg"),
    (dict(target="/a*b", reason="mac-missing"), r'PolyAuthSharedFiles poly "a\\*b"'),
    (dict(target="/y000000000028.cfg", reason="mac-foreign"), "PolyAuthSharedFiles poly y000000000028.cfg"),
    (dict(target=f"/app.php/{A}.cfg", reason="mac-missing"), "PolyAuthMatch uri"),
    (dict(target=f"/app.php?mac={A}", reason="mac-missing"), "PolyAuthMatch query mac"),
    (dict(target=f"/app.php?a=1&MAC=00:04:F2:AA:AA:AA", reason="mac-missing"), "PolyAuthMatch query MAC"),
    (dict(target=f"/app.php?mac={A}", reason="method-refused", method="POST"), "PolyAuthMatch query mac"),
    (dict(target=f"/{A}-crash.txt", reason="upload-refused", method="PUT"), "PolyAuthUploads poly {mac}-crash.txt"),
    (dict(target="/x/00-04-F2-AA-AA-AA.bin", reason="upload-refused", method="PUT"), "PolyAuthUploads poly {mac}.bin"),
    (dict(target=f"/{A}.cfg", reason="acl-unlisted"), [A]),
    (dict(target=f"/{A}.cfg", reason="certificate-expired", mac="-"), "PolyAuthExpiredCertificates listed"),
])
def test_a_refusal_has_its_remedy(remedies, written, proposed):
    assert remedies(line(**written)) == [proposed]


@pytest.mark.parametrize("written", [
    # a name with a MAC, in any spelling, or a run of digits that could be one
    dict(target=f"/{B}.cfg", reason="mac-foreign"), dict(target="/00-04-f2-bb-bb-bb.cfg", reason="mac-foreign"),
    dict(target=f"/phone{B}directory.xml", reason="mac-foreign"), dict(target=f"/{B}.cfg", reason="mac-missing"),
    dict(target="/0004f2bbbbbb00.cfg", reason="mac-missing"), dict(target="/000000000028ff.cfg", reason="mac-missing"),
    dict(target=f"/000000000028-{B}.cfg", reason="mac-foreign"), dict(target="/0004f2bbbbb%62.cfg", reason="mac-foreign"),
    dict(target=f"/{B}/common.cfg", reason="mac-foreign"), dict(target=f"/x.cfg?{B}", reason="mac-foreign"),
    dict(target="/01234567-89ab-cdef-0123-0004f2bbbbbb", reason="mac-missing"),
    # what is no name, or can be read in two ways
    dict(target="/", reason="mac-missing"), dict(target="/a/../b.cfg", reason="mac-missing"),
    dict(target="/a%0ab", reason="mac-missing"), dict(target="/a%255c", reason="mac-missing"),
    dict(target="/%ff", reason="mac-missing"), dict(target="/${X}", reason="mac-missing"),
    dict(target="/poly", reason="mac-missing"), dict(target="/none", reason="mac-missing"),
    # what was not there
    dict(target="/common.cfg", reason="mac-missing", status=404),
    # what a phone must never store
    dict(target=f"/{A}.cfg", reason="upload-refused", method="PUT"), dict(target="/.htaccess", reason="upload-refused", method="PUT"),
    dict(target=f"/.{A}", reason="upload-refused", method="PUT"), dict(target=f"/{A}-x.log", reason="upload-refused", method="DELETE"),
    dict(target=f"/{A}-{B}.log", reason="upload-refused", method="PUT"), dict(target=f"/{A.upper()}.CFG", reason="upload-refused", method="PUT"),
    dict(target="/sip.ld", reason="shared-read-only", method="PUT"),
    # what no directive should change
    dict(target=f"/{A}.cfg", reason="certificate-revoked", mac="-"), dict(target=f"/{A}.cfg", reason="acl-denied"),
    dict(target="/a;b", reason="path-unsafe"), dict(target="/x", reason="method-refused", method="DELETE"),
    dict(target=f"/app.php?mac={B}", reason="mac-foreign"), dict(target=f"/app.php?mac={A}&mac={A}", reason="mac-missing", status=404),
])
def test_these_are_never_proposed(remedies, written):
    assert remedies(line(**written)) == []


def test_what_several_requests_need_stands_in_one_line(remedies):
    assert remedies(*[line(f"/{name}", reason="mac-missing") for name in ("b.cfg", "a.cfg", "b.cfg")],
                    line("/c", reason="mac-missing", status=404)) == [
                        "PolyAuthSharedFiles poly b.cfg a.cfg"]
    assert remedies(line(reason="acl-unlisted", mac=B), line(reason="acl-unlisted")) == [[A, B]]


def test_a_name_with_quotes_is_written_as_the_server_reads_it(remedies):
    proposed, = remedies(line('/it"s.cfg', reason="mac-missing"))
    assert proposed == r'PolyAuthSharedFiles poly "it\"s.cfg"'


def test_devices_share_the_row_of_their_own_file(tool):
    tool.write("access.log", line(f"/{A}-x.txt", reason="upload-refused", method="PUT") +
               line(f"/{B.upper()}-x.txt", reason="upload-refused", method="PUT", mac=B))
    out = tool("report", "access.log").out
    assert "        2  PUT /{mac}-x.txt\n" in out
    assert re.search(r"^    PolyAuthUploads poly \{mac\}-x\.txt$", out, re.M)
    assert "  2 requests would be admitted by" in out


def test_lines_for_the_list_are_printed_one_by_one(tool):
    tool.write("access.log", line(reason="acl-unlisted") + line(reason="acl-unlisted", mac=B))
    out = tool("report", "access.log").out
    assert f"  2 requests would pass the ACL with these lines in it:\n    {A}\n    {B}\n" in out
