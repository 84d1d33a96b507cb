# SPDX-License-Identifier: Apache-2.0
"""Satisfy, .htaccess and Require: what may open a governed section, and what may not."""

import subprocess

import pytest

from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, furnish, written

A, B = OWN_MAC, FOREIGN_MAC
OWN, FOREIGN = f"/prov/{A}.cfg", f"/prov/{B}.cfg"
MODULES = ["access_compat", "auth_basic", "authn_file", "authz_user", "include", "rewrite"]
BASIC = "AuthType Basic\nAuthName phones\nAuthUserFile @USERS@\nRequire valid-user\n"
RIGHT, WRONG = ("phone", "open sesame"), ("phone", "sesame")


def stage(make_server, section, htaccess=None, outside="", declare=()):
    server = furnish(make_server(modules=MODULES), "prov")
    users = server.root / "users"
    subprocess.run(["htpasswd", "-bc", users, *RIGHT], check=True, capture_output=True)
    lines = f'{outside}<Directory "@DOC@/prov">\n{section}\n</Directory>'.replace(
        "@USERS@", str(users))
    if htaccess is not None:
        server.write("prov/.htaccess", htaccess.replace("@USERS@", str(users)))
    server.log.declare("AH01617", "AH01618", *declare, always=True)
    server.configure(vhost_lines=written(lines, server),
                     log_level="info polyauth:debug ssl:warn include:crit")
    return server.start()


def statuses(server, cert, auth=None):
    answers = [server.get(target, cert=cert, auth=auth) for target in (OWN, FOREIGN)]
    assert SECRET not in answers[1].text
    return tuple(answer.status for answer in answers)


def test_satisfy_any_does_not_open_foreign_files(make_server, pki):
    server = stage(make_server, "PolyAuth On\nSatisfy Any\nRequire all granted")
    assert statuses(server, pki.leaf("phone-a")) == (200, 403)
    assert [each["reason"] for each in server.log.denials()] == ["mac-foreign"]


def test_require_polyauth_device_does_not_stand_for_what_on_asks(make_server, pki):
    server = stage(make_server, "PolyAuth On\nSatisfy Any\nRequire polyauth-device")
    assert statuses(server, pki.leaf("phone-a")) == (200, 403)
    assert {each["reason"] for each in server.log.denials()} == {"mac-foreign"}


@pytest.mark.parametrize("order", ["Order allow,deny\nAllow from all", "Order deny,allow"])
def test_the_old_allow_and_deny_do_not_open_foreign_files(make_server, pki, order):
    server = stage(make_server, f"PolyAuth On\nSatisfy Any\n{order}\nRequire all granted")
    assert statuses(server, pki.leaf("phone-a")) == (200, 403)


def test_satisfy_any_with_a_password_opens_no_foreign_file(make_server, pki):
    server = stage(make_server, f"PolyAuth On\nSatisfy Any\n{BASIC}")
    assert statuses(server, pki.leaf("phone-a"), RIGHT) == (200, 403)
    assert statuses(server, pki.leaf("phone-a"), WRONG)[1] in (401, 403)


@pytest.mark.parametrize("htaccess", [
    "Satisfy Any\n", "Satisfy Any\nRequire all granted\n", "Require all granted\n",
    f"Satisfy Any\n{BASIC}", "AuthMerging Or\nRequire all granted\n"])
def test_htaccess_does_not_open_foreign_files(make_server, pki, htaccess):
    server = stage(make_server, "PolyAuth On\nAllowOverride AuthConfig Limit", htaccess)
    assert statuses(server, pki.leaf("phone-a"), RIGHT) == (200, 403)


def test_satisfy_any_does_not_spare_an_unknown_device(make_server, pki):
    server = stage(make_server, "PolyAuth On\nSatisfy Any\nRequire all granted")
    assert server.get(OWN, cert=pki.leaf("no-cn")).status == 403
    server.configure(ssl_verify="optional", vhost_lines=written(
        '<Directory "@DOC@/prov">\nPolyAuth On\nSatisfy Any\n</Directory>', server)).restart()
    assert server.get(OWN).status == 403
    assert [each["reason"] for each in server.log.denials()] == [
        "identity-missing", "no-certificate"]


@pytest.mark.parametrize("line", [
    "PolyAuth Off", "PolyAuthMatch none", "PolyAuthSharedFiles *", "PolyAuthUploads any",
    "PolyAuthIdentity poly", "PolyAuthAclFile none", "PolyAuthDenyStatus 404"])
def test_htaccess_holds_no_directive_of_the_gate(make_server, pki, line):
    server = stage(make_server, "PolyAuth On\nAllowOverride All", line + "\n", declare=["AH00529"])
    answer = server.get(FOREIGN, cert=pki.leaf("phone-a"))
    assert answer.status == 500 and SECRET not in answer.text
    assert server.log.lines(f"{line.split()[0]} not allowed here") or server.log.lines(line.split()[0])
    server.log.mark()


@pytest.mark.parametrize("line", ["PolyAuth On", "PolyAuthMatch none", "Require polyauth",
                                  "Require polyauth-device", "PolyAuthSharedFiles none"])
@pytest.mark.parametrize("section", ["Limit GET", "LimitExcept POST"])
def test_limit_holds_no_directive_of_the_gate(make_server, line, section):
    server = furnish(make_server(modules=MODULES), "prov")
    server.configure(vhost_lines=written(
        f'<Directory "@DOC@/prov">\n<{section}>\n{line}\n</{section.split()[0]}>\n</Directory>',
        server))
    failed = server.start_fails()
    assert "Limit" in failed.output, failed.output
    server.log.startup.mark()


# Require polyauth in the company of others; own, foreign: for phone a, then for a's phone that
# also knows the staff's password.
@pytest.mark.parametrize("rule, plain, with_password", [
    ("Require polyauth", (200, 403), (200, 403)),
    ("Require polyauth-device", (200, 200), (200, 200)),
    ("<RequireAll>\nRequire polyauth\nRequire all granted\n</RequireAll>", (200, 403), (200, 403)),
    ("<RequireAll>\nRequire polyauth\nRequire all denied\n</RequireAll>", (403, 403), (403, 403)),
    ("<RequireAll>\nRequire all granted\n<RequireNone>\nRequire polyauth\n</RequireNone>\n"
     "</RequireAll>", (403, 200), (403, 200)),
    ("<RequireAny>\nRequire polyauth\n@VALID@</RequireAny>", (200, 401), (200, 200)),
    ("<RequireAll>\nRequire polyauth\n@VALID@</RequireAll>", (401, 403), (200, 403)),
], ids=["alone", "device", "all", "all but denied", "none", "staff or phones", "both"])
def test_require_votes(make_server, pki, rule, plain, with_password):
    if "@VALID@" in rule:
        rule = BASIC.replace("Require valid-user\n", "") + rule.replace(
            "@VALID@", "Require valid-user\n")
    server = stage(make_server, rule)
    for auth, expected in ((None, plain), (RIGHT, with_password)):
        seen = [server.get(target, cert=pki.leaf("phone-a"), auth=auth) for target in (OWN, FOREIGN)]
        assert tuple(answer.status for answer in seen) == expected


def test_a_vote_is_no_decision(make_server, pki):
    server = stage(make_server, "Require polyauth")
    assert server.get(FOREIGN, cert=pki.leaf("phone-a")).status == 403
    line = server.log.wait_for("PA5004: .*reason=mac-foreign")
    assert "polyauth:info" in line and not server.log.denials()
    server.access.wait_for("status=403 mac=- decision=- reason=-")
    server.access.mark()
    assert server.get(OWN, cert=pki.leaf("phone-a")).status == 200
    server.access.wait_for(f"status=200 mac={A} decision=granted reason=own-file")


def test_what_was_admitted_is_followed_inside(make_server, pki):
    server = stage(make_server, "Require polyauth\nOptions +Includes +FollowSymLinks\n"
                                "AddOutputFilter INCLUDES .shtml\nAddType text/html .shtml\n"
                                "RewriteEngine On\nRewriteCond %{QUERY_STRING} ^(\\w+)_(\\w+)$\n"
                                "RewriteRule go$ %1%2.cfg? [L]\n"
                                'ErrorDocument 404 "/prov/%{unbase64:%{QUERY_STRING}}"')
    server.write(f"prov/{A}.shtml", f'[<!--#include virtual="{B}.cfg" -->'
                                    f'<!--#include file="{B}.cfg" -->'
                                    f'<!--#include virtual="{A}.cfg" -->]')
    server.write(f"prov/{A}.go", "")
    phone = pki.leaf("phone-a")
    page = server.get(f"/prov/{A}.shtml", cert=phone)
    assert page.status == 200 and "config of a" in page.text and SECRET not in page.text
    for target in (f"/prov/{A}.go?{B[:6]}_{B[6:]}", f"/prov/{A}-no?MDAwNGYyYmJiYmJiLmNmZw=="):
        answer = server.get(target, cert=phone)
        assert answer.status in (403, 404) and SECRET not in answer.text
    assert server.get(f"/prov/{A}.go?{A[:6]}_{A[6:]}", cert=phone).text == "config of a\n"


def test_staff_are_not_followed_inside(make_server, pki):
    server = stage(make_server, BASIC.replace("Require valid-user\n", "")
                   + "<RequireAny>\nRequire polyauth\nRequire valid-user\n</RequireAny>\n"
                     "Options +Includes\nAddOutputFilter INCLUDES .shtml\nAddType text/html .shtml")
    server.write("prov/all.shtml", f'<!--#include virtual="{B}.cfg" -->')
    assert SECRET in server.get("/prov/all.shtml", cert=pki.leaf("phone-a"), auth=RIGHT).text


def test_start_up_warns_where_others_can_answer(make_server):
    stage(make_server, "Require polyauth\nSatisfy Any", declare=["PA1013"])
    server = stage(make_server, "Require polyauth\nAllowOverride AuthConfig", declare=["PA1013"])
    assert "PA1013" in server.log.text() + server.log.startup.text()
