# SPDX-License-Identifier: Apache-2.0
"""Every configuration of conf/examples starts as it is and does what its header says."""

from pathlib import Path

import pytest

from harness.client import HandshakeError
from harness.examples import (EXAMPLES, FOREIGN, OWN, SHARED, UPLOAD, acl, configure, denied,
                              expect_refused_handshake, include, passwords, phone)


def test_every_example_is_tried_here():
    tried = "".join(each.read_text() for each in Path(__file__).parent.glob("test_7*_examples*.py"))
    for path in EXAMPLES.glob("*.conf"):
        assert f'include("{path.name}")' in tried, f"no test includes {path.name}"


# 01


def test_drop_in_serves_own_and_shared_files_only(server):
    configure(server, include("01-drop-in.conf")).start()
    a = phone(server)
    assert server.get(OWN, cert=a).status == 200
    assert server.get(SHARED, cert=a).status == 200
    assert denied(server) == []
    answer = server.get(FOREIGN, cert=a)
    assert answer.status == 403 and "<file" not in answer.text
    assert denied(server) == ["mac-foreign"]
    server.write("0004f2aaaaaa/0004f2bbbbbb.cfg", "b's")
    assert server.get("/0004f2aaaaaa/0004f2bbbbbb.cfg", cert=a).status == 403
    assert server.get(OWN, cert=phone(server, "no-cn")).status == 403
    assert denied(server) == ["mac-foreign", "identity-missing"]
    expect_refused_handshake(server, None)
    expect_refused_handshake(server, "imposter-b")


def test_drop_in_takes_the_uploads_of_phones(server):
    locks = server.own(server.root / "locks")
    configure(server, include("01-drop-in.conf"), modules=("dav", "dav_fs"),
              lines=f'DavLockDB "{locks}/davlock"').start()
    server.own("")
    a = phone(server)
    assert server.put(UPLOAD, "log", cert=a).status == 201
    assert (server.docroot / UPLOAD[1:]).read_text() == "log"
    assert server.put(OWN, "mine", cert=a).status == 403
    assert server.put(SHARED, "mine", cert=a).status == 403
    assert server.put("/0004f2bbbbbb-app.log", "mine", cert=a).status == 403
    assert denied(server) == ["upload-refused", "shared-read-only", "mac-foreign"]


def test_the_snippet_that_the_drop_in_replaces_lets_through_what_its_comment_says(make_server):
    server = make_server(polyauth=False)
    text = (EXAMPLES / "01-drop-in.conf").read_text()
    before = text[text.index("#   <VirtualHost"):text.index("# AFTER:")]
    snippet = "\n".join(line[1:] for line in before.splitlines())
    configure(server, "Listen ${POLYAUTH_LISTEN}\n" + snippet).start()
    server.write("0004f2aaaaaa/0004f2bbbbbb.cfg", "b's")
    a, nameless = phone(server), phone(server, "no-cn")
    assert server.get(OWN, cert=a).status == 200
    assert server.get(FOREIGN, cert=a).status == 403
    assert server.get("/0004f2aaaaaa/0004f2bbbbbb.cfg", cert=a).text == "b's"
    assert server.get(FOREIGN, cert=nameless).status == 200
    assert server.get(SHARED, cert=a).status == 403


# 02


def test_audit_refuses_nothing_and_says_what_it_would(server):
    server.log.declare("PA1005")
    configure(server, include("02-audit-first.conf"), modules=("env",), ACL=acl(server),
              ACCESS_LOG=server.access.path).start()
    assert server.log.startup.lines("PA1005") or server.log.lines("PA1005")
    a = phone(server)
    assert server.get(OWN, cert=a).status == 200
    assert server.get(FOREIGN, cert=a).status == 200
    assert server.get(OWN).status == 200
    stranger = server.pki.issue(cn="0004F2CCCCCC")
    assert server.get("/0004f2cccccc.cfg", cert=stranger).status == 404
    assert [each["reason"] for each in server.log.would_denials()] == [
        "mac-foreign", "no-certificate", "acl-unlisted"]
    assert denied(server) == []
    verdict = r' HTTP/1.1" 200 \d+ "-" "-" mac=0004f2aaaaaa decision={} reason={} label=-$'
    server.access.wait_for(f"GET {OWN}" + verdict.format("granted", "own-file"))
    server.access.wait_for(f"GET {FOREIGN}" + verdict.format("would-deny", "mac-foreign"))
    server.log.declare("AH02039")
    with pytest.raises(HandshakeError):
        server.get(OWN, cert=phone(server, "rogue-a"))
    server.log.wait_for("AH02039")


# 03


def test_staff_read_everything_and_phones_their_own(server):
    configure(server, include("03-staff-or-phones.conf"),
              modules=("auth_basic", "authn_file", "authz_user"),
              STAFF_PASSWORDS=passwords(server, staff="secret")).start()
    server.log.declare("AH01617")
    a = phone(server)
    assert server.get(OWN, cert=a).status == 200
    assert server.get(SHARED, cert=a).status == 200
    assert server.get(FOREIGN, cert=a).status == 401
    assert "reason=mac-foreign" in server.log.wait_for("PA5004")
    assert server.get(OWN).status == 401
    assert server.get(OWN, auth=("staff", "wrong")).status == 401
    assert server.get(OWN, auth=("staff", "secret")).status == 200
    assert server.get(FOREIGN, auth=("staff", "secret")).status == 200
    assert denied(server) == []


# 04


def test_certificate_and_password_are_both_needed(server):
    configure(server, include("04-certificate-and-password.conf"),
              modules=("auth_basic", "authn_file", "authz_user"), ACL=acl(server),
              PASSWORDS=passwords(server, old="one", new="two")).start()
    server.log.declare("AH01617")
    a, old, new = phone(server), ("old", "one"), ("new", "two")
    assert server.get(OWN, cert=a, auth=old).status == 200
    assert server.get(OWN, cert=a, auth=new).status == 200
    assert server.get(OWN, cert=a).status == 401
    assert server.get(OWN, cert=a, auth=("old", "two")).status == 401
    assert denied(server) == []
    assert server.get(FOREIGN, cert=a, auth=new).status == 403
    assert server.get(FOREIGN, cert=a).status == 403
    unlisted = server.pki.issue(cn="0004F2CCCCCC")
    assert server.get("/0004f2cccccc.cfg", cert=unlisted, auth=new).status == 403
    assert denied(server) == ["mac-foreign", "mac-foreign", "acl-unlisted"]
    expect_refused_handshake(server, None)
