# SPDX-License-Identifier: Apache-2.0
"""conf/guides/systems.md: each layout and system gives a phone its own files only."""

import pytest

from harness.examples import FOREIGN, OWN, SHARED, UPLOAD, denied, phone
from harness.guides import Guide

A, B = OWN[1:13], FOREIGN[1:13]

# Takes the device from the body, the query and the User-Agent, in this order; says whom it serves.
PROGRAM = """\
#!/bin/sh
body=$(head -c "${CONTENT_LENGTH:-0}")
for text in "$body" "$QUERY_STRING" "mac=$HTTP_USER_AGENT"; do
  mac=$(printf '%s' "$text" | sed -n 's/.*mac=\\([0-9A-Fa-f]\\{12\\}\\).*/\\1/p')
  [ -z "$mac" ] || break
done
printf 'Content-Type: text/plain\\r\\n\\r\\nfor %s %s cookie=%s' "$mac" "$QUERY_STRING" "$HTTP_COOKIE"
"""


@pytest.fixture
def guide(server):
    with Guide("systems.md", server, "dav", "dav_fs", "cgi", "rewrite", "headers") as each:
        yield each


def test_layouts_and_systems(server, guide):
    layouts = guide.run("/exten").out
    assert layouts.count("granted own-file\n") == 6
    assert guide.run("--shared").out.endswith("granted shared-file\n")

    # FreePBX
    text = guide.configuration("/tftpboot").config_file.read_text()
    server.config_file.write_text(text.replace("</VirtualHost>", """\
RewriteEngine On
RewriteRule "-web.cfg$" /put.cgi [PT]
</VirtualHost>"""))
    for name in ("sip-basic.cfg", "put.cgi"):
        server.write(name, PROGRAM, mode=0o755)
    server.own("")
    server.start()
    a = phone(server)
    for target in (OWN, SHARED, "/sip-basic.cfg"):
        assert server.get(target, cert=a).status == 200, target
    assert server.put(UPLOAD, "log", cert=a).status == 201
    for target, method in ((FOREIGN, "GET"), (f"/{B}-app.log", "PUT"), ("/put.cgi", "PUT"),
                           (OWN, "PUT"), (f"/{A}-web.cfg", "PUT")):
        assert server.get(target, cert=a, method=method, body="x").status == 403, target
    assert denied(server) == ["mac-foreign", "mac-foreign", "mac-missing", "upload-refused",
                              "mac-missing"]
    server.stop()
    server.log.mark()

    # FusionPBX
    text = guide.configuration("/var/www/fusionpbx").config_file.read_text()
    # The program of the test stands for index.php.
    text = text.replace("index.php", "index.cgi").replace("Require method", (
        "Options +ExecCGI\nAddHandler cgi-script .cgi\nDirectoryIndex index.cgi\nRequire method"))
    server.config_file.write_text(text)
    for name in ("app/provision/index.cgi", "login.cgi"):
        server.write(name, PROGRAM, mode=0o755)
    server.start()
    for target in (f"/provision/{A}.cfg", f"/provision/{A}", f"/app/provision/?mac={A}",
                   f"/app/provision/index.cgi?mac={A}&file=x"):
        answer = server.get(target, cert=a, headers={"User-Agent": f"x mac={B}", "Cookie": f"mac={B}"})
        assert (answer.status, answer.text.split()[1]) == (200, A), target
        assert answer.text.endswith("cookie=")
    assert "file={mac}-web.cfg" in server.get(f"/provision/{A}-web.cfg", cert=a).text
    assert denied(server) == []
    for target, reason in ((f"/provision/{B}.cfg", "mac-foreign"),
                           (f"/app/provision/?mac={B}", "mac-foreign"),
                           (f"/app/provision/?mac={A}&mac={A}", "mac-missing"),
                           ("/app/provision/", "mac-missing"), ("/login.cgi", "mac-missing"),
                           (f"/login.cgi?mac={A}", "mac-missing")):
        assert server.get(target, cert=a, headers={"User-Agent": A}).status == 403, target
        assert denied(server) == [reason], target
    server.log.declare("AH01630")
    for body in (f"mac={B}", f"mac={A}"):
        answer = server.get(f"/app/provision/index.cgi?mac={A}", cert=a, method="POST", body=body)
        assert answer.status == 403 and "for" not in answer.text.split()
