# SPDX-License-Identifier: Apache-2.0
"""What is left of a decision: the log line, the environment, and an answer that tells nothing."""

import re

import pytest

from harness.verdict import (A, B, CGI, CGI_LINES, FOREIGN, OWN, SECRET, environment, expect, fill,
                             governed)

FORGED = "f0f0f0f0f0f0"
NAMES = ("POLYAUTH_MAC", "POLYAUTH_DECISION", "POLYAUTH_REASON")
# A client's header, the configuration, and each module that may write the environment.
FORGERY = (
    *(f'SetEnv {name} "{FORGED}"' for name in NAMES),
    *(f'SetEnvIf X-Mac "(.+)" {name}=$1' for name in NAMES),
    *(f'SetEnvIfExpr "true" {name}={FORGED}' for name in NAMES), "RewriteEngine On",
    "RewriteRule .* - [" + ",".join(f"E={name}:%{{HTTP:X-Mac}}" for name in NAMES) + "]",
    *(f'RequestHeader set {name.replace("_", "-")} "{FORGED}"' for name in NAMES))
CLAIMS = {"X-Mac": FORGED, **dict.fromkeys(NAMES, FORGED), "Polyauth-Mac": FORGED}


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server(modules=["cgi", "headers", "setenvif", "rewrite", "include", "auth_basic",
                                       "authz_user", "authn_file", "expires"])
    fill(made, OWN[1:], FOREIGN[1:], "sip.ld", f"hidden/{A}.cfg", f"hidden/{B}.cfg", f"cached/{A}.cfg",
         "free/x.cfg", f"vote/{A}.cfg", f"vote/{B}.cfg", f"{A}/index.html", "errors/refused.html")
    for name in (f"{A}.cgi", f"forged/{A}.cgi", "free/x.cgi", f"onward/{A}.cgi", f"{A}/app.cgi"):
        made.write(name, CGI, mode=0o755)
    made.write(f"{A}.shtml", f'<!--#include virtual="{FOREIGN}" --><!--#include file="{A}.cfg" -->')
    sections = [
        governed(made.docroot, CGI_LINES, "Options +Includes", "AddOutputFilter INCLUDES .shtml",
                 "DirectoryIndex none.html index.html"),
        f'<Directory "{made.docroot}/forged">', *FORGERY,
        'RequestHeader set X-Device "%{POLYAUTH_MAC}e"', "</Directory>",
        f'<Directory "{made.docroot}/onward">', *(f'SetEnv {name} "{FORGED}"' for name in NAMES),
        f'RequestHeader set X-Device "%{{POLYAUTH_MAC}}e"', "</Directory>",
        f'<Directory "{made.docroot}/free">\nPolyAuth Off', *FORGERY[:9], "</Directory>",
        f'<Directory "{made.docroot}/hidden">\nPolyAuthDenyStatus 404\n</Directory>',
        f'<Directory "{made.docroot}/cached">\nExpiresActive On\nExpiresDefault "access plus 1 day"\n'
        'Header set X-Kept yes\n</Directory>',
        f'<Directory "{made.docroot}/vote">\nPolyAuth Off\nRequire polyauth\n</Directory>',
        f'<Directory "{made.docroot}/errors">\nErrorDocument 403 /errors/refused.html\n</Directory>\n']
    # mod_include complains of what it may not include, without an id.
    made.configure(global_lines="\n".join(sections), ssl_verify="optional",
                   log_level="info polyauth:debug ssl:warn include:crit")
    return made.start()


@pytest.fixture(scope="module")
def phone_a(pki):
    return pki.leaf("phone-a")


def line_of(server, number):
    line, = server.log.lines(rf"\b{number}: ")
    return line[line.index(number):]


@pytest.mark.parametrize("target, who, method, text", [
    (FOREIGN, "phone-a", "GET", f'reason=mac-foreign device={A} method=GET path="{FOREIGN}" foreign={B}'),
    (f"{OWN}?x={B}", "phone-a", "HEAD", f'reason=mac-foreign device={A} method=HEAD path="{OWN}" foreign={B}'),
    ("/nothing", "phone-a", "OPTIONS", f'reason=mac-missing device={A} method=OPTIONS path="/nothing"'),
    (OWN, "phone-a", "DELETE", f'reason=method-refused device={A} method=DELETE path="{OWN}"'),
    (OWN, "wildcard-cn", "GET", f'reason=identity-malformed method=GET path="{OWN}"'),
    (OWN, None, "GET", f'reason=no-certificate method=GET path="{OWN}"'),
])
def test_a_refusal_is_one_line_with_its_keys_in_order(server, pki, target, who, method, text):
    assert server.get(target, cert=who and pki.leaf(who), method=method).status == 403
    assert line_of(server, "PA5002") == f"PA5002: denied {text}"
    assert re.search(r"\[polyauth:notice\] .*PA5002", server.log.text())


@pytest.mark.parametrize("target, reason", [(OWN, "own-file"), ("/sip.ld", "shared-file"),
                                            (f"/{A}-nothing", "own-file"), (f"/{A}/", "own-file")])
def test_a_grant_is_one_line_at_info(server, phone_a, target, reason):
    server.get(target, cert=phone_a)
    line = server.log.wait_for("PA5001: ")
    assert "[polyauth:info]" in line and len(server.log.lines("PA5001: ")) == 1
    assert re.search(rf'PA5001: granted reason={reason} device={A} method=GET path="[^"]*"$', line)


@pytest.mark.parametrize("target", [
    f"/{B}%22%20reason=own-file%20x=%22", f"/{B}%0aPA5002:%20denied%20reason=own-file", f"/{B}%0d%0a%1b[2J",
    f"/{B}%5c%22", f"/{B}%25n%25s%25n", f"/{B}%7f%01%c2%85", f"/{B}%e2%80%a8x", f"/{B}%ff%fe",
    f"/{B}{'/long' * 600}", f"/{B}{('/' + '%22' * 200) * 4}"], ids=lambda target: target[:40])
def test_a_clients_text_cannot_forge_or_flood_the_log(server, phone_a, target):
    assert server.get(target, cert=phone_a).status == 403
    line = line_of(server, "PA5002")
    assert len(line) < 2400 and not re.search(r"[\x00-\x1f\x7f]", line)
    assert re.fullmatch(rf'PA5002: denied reason=(mac-foreign|path-unsafe) device={A} method=GET '
                        rf'path="(?:[^"\\]|\\.)*"(?: foreign={B})?', line), line
    assert len(server.log.lines("PA5002")) == 1


def test_a_method_is_capped_too(server, phone_a):
    assert server.get(OWN, cert=phone_a, method="M" * 4000).status == 403
    assert len(line_of(server, "PA5002")) < 2000


def test_no_secret_of_the_client_is_logged(server, phone_a):
    headers = {"Authorization": "Bearer hunter2", "Cookie": "hunter2", "X-Key": "hunter2"}
    for target in (OWN, FOREIGN, "/nothing"):
        server.get(f"{target}?password=hunter2", cert=phone_a, headers=headers)
        server.get(target, cert=phone_a, auth=("user", "hunter2"))
    server.log.wait_for("PA5001")
    assert "hunter2" not in server.log.text() and "aHVudGVyM" not in server.log.text()


def test_what_is_included_or_looked_up_adds_no_line_of_its_own(server, phone_a):
    answer = server.get(f"/{A}.shtml", cert=phone_a)
    assert answer.status == 200 and OWN[1:] in answer.text and FOREIGN[1:] not in answer.text
    server.log.wait_for("PA5001: granted reason=own-file")
    assert len(server.log.lines("PA5001")) == 1
    assert not server.log.lines(r"\[polyauth:notice\]")
    assert server.log.lines(r"\[polyauth:debug\].*PA5002.*mac-foreign")


def test_an_error_page_adds_no_line_of_its_own(server, phone_a):
    assert server.get("/errors/nothing", cert=phone_a).status == 403
    assert len(server.log.lines(r"\[polyauth:notice\]")) == 1


@pytest.mark.parametrize("target, who, fields", [
    (OWN, "phone-a", f"status=200 mac={A} decision=granted reason=own-file "),
    ("/sip.ld", "phone-a", f"status=200 mac={A} decision=granted reason=shared-file "),
    (FOREIGN, "phone-a", f"status=403 mac={A} decision=denied reason=mac-foreign "),
    (f"/hidden{FOREIGN}", "phone-a", f"status=404 mac={A} decision=denied reason=mac-foreign "),
    (OWN, "wildcard-cn", "status=403 mac=- decision=denied reason=identity-malformed "),
    (OWN, None, "status=403 mac=- decision=denied reason=no-certificate "),
    ("/free/x.cfg", "phone-a", "status=200 mac=- decision=- reason=- "),
    (f"/vote{OWN}", "phone-a", f"status=200 mac={A} decision=granted reason=own-file "),
    (f"/vote{FOREIGN}", "phone-a", "status=403 mac=- decision=- reason=- "),
])
def test_the_access_log_can_tell(server, pki, target, who, fields):
    server.get(target, cert=who and pki.leaf(who), headers=CLAIMS)
    assert fields in server.access.wait_for(re.escape(f'"GET {target} '))


@pytest.mark.parametrize("folder", ["", "/forged", "/onward"])
def test_a_handler_is_told_the_truth_whoever_writes_the_environment(server, phone_a, folder):
    told = environment(expect(server, 200, "own-file", f"{folder}/{A}.cgi", cert=phone_a, headers=CLAIMS))
    assert [told.get(name) for name in NAMES] == [A, "granted", "own-file"]
    if folder:
        # What mod_headers passes on to a backend, after the others have had their say.
        assert told["HTTP_X_DEVICE"] == A


def test_outside_governed_sections_nobody_is_told_anything(server, phone_a):
    for cert in (phone_a, None):
        told = environment(server.get("/free/x.cgi", cert=cert, headers=CLAIMS))
        assert not [name for name in told if name.startswith("POLYAUTH_")]
    assert not server.log.lines("PA5")


@pytest.mark.parametrize("target, method, headers, status", [
    (OWN, "GET", {}, 200), (OWN, "HEAD", {}, 200), (OWN, "GET", {"Range": "bytes=0-1"}, 206),
    (OWN, "GET", {"If-None-Match": "*"}, 304), (f"/{A}-nothing", "GET", {}, 404), (f"/{A}", "GET", {}, 301),
    (FOREIGN, "GET", {}, 403), ("/sip.ld", "GET", {}, 200), (OWN, "DELETE", {}, 403), (OWN, "OPTIONS", {}, 200),
    (f"/{A}.cgi", "GET", {}, 200), (f"/hidden{FOREIGN}", "GET", {}, 404), (f"/cached{OWN}", "GET", {}, 200),
    (f"/vote{OWN}", "GET", {}, 200), (f"/{A}-app.log", "PUT", {}, 405), (f"/{A}.shtml", "GET", {}, 200)])
def test_a_governed_answer_is_for_its_device_alone(server, phone_a, target, method, headers, status):
    answer = server.get(target, cert=phone_a, method=method, headers=headers)
    assert answer.status == status
    control = ", ".join(answer.headers.get_all("Cache-Control", []))
    assert "private" in re.split(r"[,\s]+", control) and "public" not in control
    assert ("max-age" in control) == target.startswith("/cached")


def test_an_answer_outside_is_left_alone(server, phone_a):
    assert server.get("/free/x.cfg", cert=phone_a).headers["Cache-Control"] is None


def test_a_refusal_tells_the_client_nothing(server, pki, phone_a):
    bodies = set()
    for who, target in [(None, OWN), ("wildcard-cn", OWN), ("phone-b", OWN), ("phone-a", FOREIGN),
                        ("phone-a", f"/{B}-nothing"), ("phone-a", "/nothing"), ("phone-a", f"{OWN};x")]:
        answer = server.get(target, cert=who and pki.leaf(who))
        assert answer.status == 403
        seen = f"{answer.text}\n{answer.headers}".lower()
        for word in ("polyauth", "mac-", "identity", "certificate", "reason", "device", A, B, SECRET):
            assert word not in seen, (word, seen)
        bodies.add(answer.text)
    assert len(bodies) == 1


def test_what_is_hidden_looks_like_what_does_not_exist(server, phone_a):
    missing = expect(server, 404, "own-file", f"/hidden/{A}-nothing.cfg", cert=phone_a)
    for target, reason in ((f"/hidden{FOREIGN}", "mac-foreign"), (f"/hidden/{B}-nothing.cfg", "mac-foreign"),
                           ("/hidden/nothing", "mac-missing"), (f"/hidden{OWN};x", "path-unsafe")):
        hidden = expect(server, 404, reason, target, cert=phone_a)
        assert hidden.text == missing.text
        assert sorted(hidden.headers.keys()) == sorted(missing.headers.keys())
        assert hidden.headers["Cache-Control"] == missing.headers["Cache-Control"]


def test_a_vote_is_no_decision_and_says_so(server, phone_a):
    assert server.get(f"/vote{FOREIGN}", cert=phone_a).status == 403
    line, = server.log.lines(r"\[polyauth:info\].*PA5004: ")
    assert line.endswith(f'reason=mac-foreign device={A} method=GET path="/vote{FOREIGN}" foreign={B}')
    assert not server.log.lines("PA500[123]")
