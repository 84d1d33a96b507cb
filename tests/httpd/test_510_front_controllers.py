# SPDX-License-Identifier: Apache-2.0
"""Legitimate flows stay whole: one script that answers for many names, uploads, passwords."""

import subprocess

import pytest

from harness.ways import FOREIGN_MAC, OWN_MAC, furnish, written

A, B = OWN_MAC, FOREIGN_MAC
SCRIPT = """#!/bin/sh
echo "Content-Type: text/plain"; echo
echo "mac=$POLYAUTH_MAC/ decision=$POLYAUTH_DECISION reason=$POLYAUTH_REASON"
echo "uri=$REQUEST_URI method=$REQUEST_METHOD"
cat
"""
LINES = r"""
<Directory "@DOC@/apps">
  Options +ExecCGI
  AddHandler cgi-script .cgi
</Directory>
<Directory "@DOC@/prov">
  PolyAuth On
  PolyAuthSharedFiles poly common.txt *.firmware
  Options +ExecCGI +FollowSymLinks
  AddHandler cgi-script .cgi
</Directory>
<Directory "@DOC@/prov/fallback">
  FallbackResource /prov/index.cgi
</Directory>
<Directory "@DOC@/prov/fallback-out">
  FallbackResource /apps/index.cgi
</Directory>
<Directory "@DOC@/prov/rewrite">
  RewriteEngine On
  RewriteCond %{REQUEST_FILENAME} !-f
  RewriteRule ^ /prov/index.cgi [L]
</Directory>
<Directory "@DOC@/prov/rewrite-out">
  RewriteEngine On
  RewriteRule ^ /apps/index.cgi [L]
</Directory>
<Directory "@DOC@/prov/action">
  AcceptPathInfo On
  Action build /prov/index.cgi virtual
  SetHandler build
</Directory>
<Directory "@DOC@/prov/action-out">
  AcceptPathInfo On
  Action build /apps/index.cgi virtual
  SetHandler build
</Directory>
RewriteEngine On
RewriteRule ^/prov/server/ /prov/index.cgi [PT]
RewriteRule ^/prov/disk/ @DOC@/prov/index.cgi [L,H=cgi-script]
RewriteRule ^/prov/server-out/ /apps/index.cgi [PT]
ScriptAlias /prov/alias/ @DOC@/apps/index.cgi/
<Location "/prov/alias/">
  PolyAuth On
  PolyAuthMatch uri
  PolyAuthSharedFiles poly *.firmware
</Location>
<Location "/post/">
  PolyAuth On
  PolyAuthMatch uri
  SetHandler cgi-script
</Location>
ScriptAlias /post/ @DOC@/apps/index.cgi/
"""
FOLDERS = ["fallback", "fallback-out", "rewrite", "rewrite-out", "action", "action-out"]
# Where the rewritten URL alone says where the request stands, nothing of the
# device's own is left when it meets the governed section; the log would show
# mac-missing. These are the ways that keep it.
KEEPING = [*FOLDERS, "alias"]


@pytest.fixture(scope="module")
def stage(make_shared_server):
    server = furnish(make_shared_server(modules=["rewrite", "actions", "cgi"]), "prov")
    for folder in FOLDERS:
        server.write(f"prov/{folder}/x", "")
    for folder in ("prov", "apps"):
        server.write(f"{folder}/index.cgi", SCRIPT, 0o755)
    return server.configure(vhost_lines=written(LINES, server)).start()


@pytest.mark.parametrize("way", KEEPING)
def test_the_script_answers_for_own_names_and_knows_the_device(stage, pki, way):
    answer = stage.get(f"/prov/{way}/{A}.cfg", cert=pki.leaf("phone-a"))
    assert answer.status == 200, answer
    assert f"mac={A}/" in answer.text and "decision=granted reason=own-file" in answer.text
    assert not stage.log.denials()
    stage.log.wait_for(f"PA5001: granted reason=own-file device={A}")
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("way", KEEPING)
def test_the_script_never_sees_a_request_for_a_foreign_name(stage, pki, way):
    for name in (f"{B}.cfg", f"{A}.cfg/{B}.cfg", f"{A}.cfg?mac={B}", f"{B}/{A}.cfg"):
        answer = stage.get(f"/prov/{way}/{name}", cert=pki.leaf("phone-a"))
        assert answer.status == 403 and "mac=" not in answer.text, (name, answer)
    assert {each["reason"] for each in stage.log.denials()} == {"mac-foreign"}


@pytest.mark.parametrize("way", KEEPING)
def test_the_script_never_sees_a_request_for_no_name(stage, pki, way):
    assert stage.get(f"/prov/{way}/settings.txt", cert=pki.leaf("phone-a")).status == 403
    assert [each["reason"] for each in stage.log.denials()] == ["mac-missing"]


@pytest.mark.parametrize("way", ["fallback-out", "rewrite-out", "action-out"])
def test_shared_files_may_come_from_a_script_outside(stage, pki, way):
    answer = stage.get(f"/prov/{way}/vvx.firmware", cert=pki.leaf("phone-a"))
    assert answer.status == 200 and f"mac={A}/" in answer.text, answer
    assert "reason=shared-file" in answer.text


@pytest.mark.parametrize("way", ["fallback", "rewrite", "action"])
def test_a_governed_script_is_not_opened_by_a_shared_name(stage, pki, way):
    """Only a request for an own file opens what has no name: a shared one must not."""
    assert stage.get(f"/prov/{way}/vvx.firmware", cert=pki.leaf("phone-a")).status == 403
    assert stage.log.lines("PA5002: denied reason=mac-missing")


@pytest.mark.parametrize("way", ["server", "disk"])
def test_rewriting_in_the_server_meets_the_gate_with_its_result(stage, pki, way):
    for name, status in ((f"{B}.cfg", 403), ("settings.txt", 403)):
        assert stage.get(f"/prov/{way}/{name}", cert=pki.leaf("phone-a")).status == status
    own = stage.get(f"/prov/{way}/{A}.cfg", cert=pki.leaf("phone-a"))
    # [PT] leaves nothing of the URL that the client asked for; [L] to a file leaves all of it.
    assert own.status == {"server": 403, "disk": 200}[way], own


def test_the_script_itself_is_not_open(stage, pki):
    assert stage.get("/prov/index.cgi", cert=pki.leaf("phone-a")).status == 403
    assert [each["reason"] for each in stage.log.denials()] == ["mac-missing"]


def test_a_client_cannot_name_itself(stage, pki):
    answer = stage.get(f"/prov/fallback/{A}.cfg", cert=pki.leaf("phone-a"),
                       headers={"POLYAUTH_MAC": B, "POLYAUTH-MAC": B, "Polyauth-Reason": "x"})
    assert f"mac={A}/" in answer.text and "decision=granted reason=own-file" in answer.text


def test_post_reaches_handlers_where_the_url_counts_as_a_whole(stage, pki):
    answer = stage.get(f"/post/{A}.cfg", cert=pki.leaf("phone-a"), method="POST", body="hello")
    assert answer.status == 200 and answer.text.endswith("hello") and "method=POST" in answer.text
    assert stage.get(f"/post/{B}.cfg", cert=pki.leaf("phone-a"), method="POST",
                     body="hello").status == 403
    assert stage.get(f"/prov/fallback/{A}.cfg", cert=pki.leaf("phone-a"), method="POST",
                     body="hello").status == 403
    assert [each["reason"] for each in stage.log.denials()] == ["mac-foreign", "method-refused"]


def test_certificate_and_password(make_server, pki):
    server = furnish(make_server(modules=["auth_basic", "authn_file", "authz_user"]), "prov")
    users = server.root / "users"
    subprocess.run(["htpasswd", "-bc", users, "phone", "open sesame"], check=True,
                   capture_output=True)
    server.log.declare("AH01617", "AH01618")
    lines = f'<Directory "@DOC@/prov">\nPolyAuth On\nAuthType Basic\nAuthName phones\n' \
            f'AuthUserFile {users}\nRequire valid-user\n</Directory>'
    server.configure(vhost_lines=written(lines, server)).start()
    own, foreign = f"/prov/{A}.cfg", f"/prov/{B}.cfg"
    right, wrong, nobody = ("phone", "open sesame"), ("phone", "sesame"), ("x", "open sesame")
    for target, auth, status in [(own, None, 401), (own, wrong, 401), (own, nobody, 401),
                                 (own, right, 200), (foreign, None, 403), (foreign, right, 403)]:
        assert server.get(target, cert=pki.leaf("phone-a"), auth=auth).status == status, target
    assert server.get(own, cert=pki.leaf("phone-a"), auth=right).text == "config of a\n"
