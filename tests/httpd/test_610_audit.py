# SPDX-License-Identifier: Apache-2.0
"""PolyAuth Audit decides and logs as On would, and refuses nothing."""

import re

import pytest

from harness.verdict import (A, B, CGI, CGI_LINES, FOREIGN, OWN, SECRET, environment, fill, governed)


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server(modules=["cgi", "include"])
    made.log.declare("PA1005", always=True)
    fill(made, OWN[1:], FOREIGN[1:], "sip.ld", "basic.cfg", f"on{FOREIGN}", f"on/audit{FOREIGN}",
         "closed/x.cfg", "index/index.html", "x;y.cfg", f"listed{OWN}")
    made.write("app.cgi", CGI, mode=0o755)
    made.write("page.shtml", f'<!--#include virtual="{FOREIGN}" -->')
    listed = made.write(made.root / "phones.acl", f"{B}\n")
    doc = made.docroot
    made.configure(ssl_verify="optional", global_lines="".join([
        governed(doc, CGI_LINES, "Options +Includes", "AddOutputFilter INCLUDES .shtml", mode="Audit"),
        f'<Directory "{doc}/on">\nPolyAuth On\n</Directory>\n',
        f'<Directory "{doc}/on/audit">\nPolyAuth Audit\n</Directory>\n',
        f'<Directory "{doc}/listed">\nPolyAuthAclFile "{listed}"\nPolyAuthDenyStatus 404\n</Directory>\n',
        f'<Directory "{doc}/closed">\nRequire all denied\n</Directory>\n'])).start()
    made.startup_text = made.log.text() + made.log.startup.text()
    return made


def test_each_start_warns_of_it(server):
    warnings = [line for line in server.startup_text.splitlines() if "PA1005" in line]
    assert len(warnings) >= 2 and all("AH02039" in line for line in warnings)
    assert all(re.search(r"polyauth:warn", line) for line in warnings)
    assert f"{server.config_file}:" in warnings[0]
    assert "PA1005" in server.configtest().output


# (who, target, method, status, reason)
SERVED = [
    ("phone-a", FOREIGN, "GET", 200, "mac-foreign"), ("phone-a", "/basic.cfg", "GET", 200, "mac-missing"),
    ("phone-a", "/basic.cfg", "HEAD", 200, "mac-missing"), ("phone-a", FOREIGN, "OPTIONS", 200, "mac-foreign"),
    ("phone-a", "/x;y.cfg", "GET", 200, "path-unsafe"), ("phone-a", f"{OWN}?{B}", "GET", 200, "mac-foreign"),
    ("phone-a", f"{OWN}?%0a", "GET", 200, "path-unsafe"), ("phone-a", "/app.cgi", "GET", 200, "mac-missing"),
    ("phone-a", "/app.cgi", "POST", 200, "method-refused"), ("phone-a", OWN, "DELETE", 405, "method-refused"),
    ("phone-a", OWN, "PUT", 405, "upload-refused"), ("phone-a", "/sip.ld", "PUT", 405, "shared-read-only"),
    ("phone-a", FOREIGN, "PUT", 405, "mac-foreign"), ("phone-a", "/nothing", "GET", 404, "mac-missing"),
    ("phone-a", f"/listed{OWN}", "GET", 200, "acl-unlisted"), ("phone-a", "/index/", "GET", 200, "mac-missing"),
    ("phone-a", "/index", "GET", 301, "mac-missing"), ("phone-a", "/page.shtml", "GET", 200, "mac-missing"),
    ("wildcard-cn", OWN, "GET", 200, "identity-malformed"), ("two-cns-ab", OWN, "GET", 200, "identity-multiple"),
    ("no-cn", "/sip.ld", "GET", 200, "identity-missing"), (None, OWN, "GET", 200, "no-certificate"),
    (None, "/app.cgi", "POST", 200, "no-certificate"), ("plain", OWN, "GET", 200, "no-tls"),
    ("phone-a", f"/on/audit{FOREIGN}", "GET", 200, "mac-foreign"),
]


@pytest.mark.parametrize("who, target, method, status, reason", SERVED)
def test_everything_is_served_and_what_would_be_refused_is_logged_once(
        server, pki, who, target, method, status, reason):
    options = {"plain": True} if who == "plain" else {"cert": who and pki.leaf(who)}
    answer = server.get(target, method=method, **options)
    assert answer.status == status, answer
    assert (SECRET in answer.text or "handler" in answer.text) == (
        status == 200 and method in ("GET", "POST")), answer
    fields = server.access.wait_for(f'"{method} ')
    assert f"decision=would-deny reason={reason} " in fields
    line, = server.log.lines(r"\[polyauth:notice\]")
    text = line[line.index("PA5003: "):]
    assert text.startswith(f"PA5003: would-deny reason={reason} ") and f"method={method} path=" in text
    assert not server.log.lines("PA500[12]: ")
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("target, status, reason", [
    (OWN, 200, "own-file"), ("/sip.ld", 200, "shared-file"), (f"/{A}-nothing", 404, "own-file")])
def test_what_would_be_granted_is_a_grant(server, pki, target, status, reason):
    assert server.get(target, cert=pki.leaf("phone-a")).status == status
    server.log.wait_for(f"PA5001: granted reason={reason} ")
    assert f"mac={A} decision=granted reason={reason} " in server.access.wait_for(re.escape(target))
    assert not server.log.lines("PA500[23]")


def test_a_handler_is_told_of_the_verdict(server, pki):
    told = environment(server.get("/app.cgi", cert=pki.leaf("phone-a")))
    assert (told["POLYAUTH_MAC"], told["POLYAUTH_DECISION"], told["POLYAUTH_REASON"]) == (
        A, "would-deny", "mac-missing")
    assert "POLYAUTH_MAC" not in environment(server.get("/app.cgi"))


def test_other_rules_refuse_as_ever(server, pki):
    assert server.get("/closed/x.cfg", cert=pki.leaf("phone-a")).status == 403


def test_each_request_of_a_connection_has_its_line(server, pki):
    with server.connect(pki.leaf("phone-a")) as connection:
        for _ in range(3):
            assert connection.request(FOREIGN).status == 200
            assert connection.request("/basic.cfg").status == 200
    assert [line["reason"] for line in server.log.would_denials()] == ["mac-foreign", "mac-missing"] * 3


def test_a_section_that_is_on_refuses_beside_it(server, pki):
    assert server.get(f"/on{FOREIGN}", cert=pki.leaf("phone-a")).status == 403
    assert [line["reason"] for line in server.log.denials()] == ["mac-foreign"]
    assert not server.log.would_denials()
