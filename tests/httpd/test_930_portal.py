# SPDX-License-Identifier: Apache-2.0
"""The portal issues one-time passwords to people with a login, shows theirs and revokes them."""

import base64
import re
from datetime import datetime, timezone

import pytest

from harness import portal
from harness.portal import ALICE, BOB, FORM, code, pending, post, problem

MAC = "0004f2aaaaaa"


@pytest.fixture(scope="module")
def site(shared_server):
    shared_server.write(shared_server.root / "phones.acl", "0004f2*\n!0004f2dddddd\n")
    portal.configure(shared_server, f'PolyAuthAclFile "{shared_server.root}/phones.acl"',
                     section=portal.SECTION + '<Location /portal-for-all>\n  PolyAuthPage portal\n'
                     '  AuthType Basic\n  AuthName "Staff"\n  AuthBasicProvider file\n'
                     '  AuthUserFile "{people}"\n  <RequireAny>\n    Require valid-user\n'
                     '    Require all granted\n  </RequireAny>\n</Location>\n',
                     people={**portal.PEOPLE, '<i>&"x': "q"})
    return shared_server.start()


def test_a_person_issues_a_password_and_sees_it_once(site):
    site.log.mark()
    answer = post(site, mac=MAC)
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    password = code(answer)
    assert re.fullmatch(r"\d{13}", password)
    assert re.search(r'id="code"><span>\d+</span> <span>\d+</span>', answer.text)
    line = site.log.wait_for("PA4032")
    assert f"device={MAC} until=" in line and 'user="alice"' in line
    again = portal.get(site)
    assert MAC in again.text and "not used yet" in again.text
    assert password not in site.log.text() and password not in site.access.text()
    assert not any(group in again.text for group in (password, password[:4] + " "))


def test_the_password_ends_a_day_later_and_the_page_says_so_in_utc(site):
    answer = post(site, mac=MAC)
    stamp, shown = re.search(r'before <time datetime="([^"]+)">([^<]+)</time>', answer.text).groups()
    end = datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    left = (end - datetime.now(timezone.utc)).total_seconds()
    assert 24 * 3600 - 120 < left <= 24 * 3600
    assert shown == f"{end.day} {end:%b %Y, %H:%M} UTC"


def test_each_password_is_another_and_replaces_the_one_before(site):
    first, second = code(post(site, mac=MAC)), code(post(site, mac=MAC))
    assert first != second
    assert [each["mac"] for each in pending(site)].count(MAC) == 1


@pytest.mark.parametrize("spelling", [
    "0004F2AAAAAA", "00:04:f2:aa:aa:aa", "00-04-F2-AA-AA-AA", "0004.f2aa.aaaa", "  0004f2aaaaaa\t "])
def test_a_mac_in_any_spelling_is_taken(site, spelling):
    # A browser sends no tabs from a text field; a blank is enough there.
    answer = post(site, mac=spelling.replace("\t", " "))
    assert answer.status == 200 and "Password for 0004f2aaaaaa" in answer.text


@pytest.mark.parametrize("mac, message", [
    ("", "Enter the MAC address of the phone."),
    ("   ", "Enter the MAC address of the phone."),
    ("0004f2aaaaa", "\u201c0004f2aaaaa\u201d is not a MAC address. Accepted are 0004f2aabbcc, 00:04:f2:aa:bb:cc,"),
    ("0004f2aaaaaag", "is not a MAC address"),
    ("00:04-f2:aa:aa:aa", "is not a MAC address"),
    ("0004f2aaaaaa 0004f2bbbbbb", "is not a MAC address"),
    ("\u0660\u0660\u0660\u0664f2aaaaaa", "is not a MAC address"),
    ("01005e000001", "is not the address of one phone"),
    ("ffffffffffff", "is not the address of one phone"),
    ("000000000000", "is not the address of one phone"),
    ("0000000000ff", "is not the address of one phone"),
    ("64167f000001", "The list of phones that this server serves does not have 64167f000001."),
    ("0004f2dddddd", "The list of phones bars 0004f2dddddd"),
])
def test_another_mac_is_refused_and_the_field_says_why(site, mac, message):
    before = pending(site)
    answer = post(site, mac=mac)
    assert answer.status in (400, 403)
    assert message in problem(answer)
    assert 'href="#mac"' in answer.text and 'role="alert"' in answer.text
    assert 'aria-describedby="mac-hint mac-error" aria-invalid="true"' in answer.text
    assert 'id="code"' not in answer.text
    assert pending(site) == before


def test_what_a_client_sends_never_becomes_markup(site):
    evil = '"><script>alert(1)</script>\'&'
    answer = post(site, mac=evil)
    assert answer.status == 400
    assert "<script" not in answer.text
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;" in answer.text
    user = ('<i>&"x', "q")
    page = post(site, auth=user, mac="0004f2eeeeee")
    assert page.status == 200 and "<i>" not in page.text
    assert page.text.count("&lt;i&gt;&amp;&quot;x") >= 2
    assert "user=\"<i>&'x\"" in site.log.wait_for("PA4032.*0004f2eeeeee")


def test_everybody_sees_and_revokes_only_what_is_theirs(site):
    post(site, mac="0004f2aaaa01")
    post(site, auth=BOB, mac="0004f2aaaa02")
    alices, bobs = portal.get(site).text, portal.get(site, auth=BOB).text
    assert "0004f2aaaa01" in alices and "0004f2aaaa02" not in alices
    assert "0004f2aaaa02" in bobs and "0004f2aaaa01" not in bobs
    answer = post(site, auth=BOB, action="revoke", mac="0004f2aaaa01")
    assert answer.status == 404
    assert problem(answer) == "There is no password of yours for 0004f2aaaa01 to revoke."
    assert "0004f2aaaa01" in portal.get(site).text
    answer = post(site, action="revoke", mac="0004f2aaaa01")
    assert answer.status == 200 and "opens nothing any more" in answer.text
    line = site.log.wait_for("PA4033")
    assert "device=0004f2aaaa01" in line and 'user="alice"' in line
    assert "0004f2aaaa01" not in portal.get(site).text


def test_who_takes_over_a_phone_takes_over_its_password(site):
    post(site, mac="0004f2aaaa03")
    post(site, auth=BOB, mac="0004f2aaaa03")
    assert "0004f2aaaa03" not in portal.get(site).text
    assert "0004f2aaaa03" in portal.get(site, auth=BOB).text


HEADERS = {
    "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}


@pytest.mark.parametrize("method, body", [
    ("GET", None), ("HEAD", None), ("POST", "x"), ("DELETE", None), ("BREW", None)])
def test_every_answer_has_the_same_header_fields(site, method, body):
    answer = site.get("/portal", method=method, body=body, auth=ALICE)
    for name, value in HEADERS.items():
        assert answer.headers.get_all(name) == [value], name
    policy = answer.headers["Content-Security-Policy"]
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; img-src data:; "
                        r"form-action 'self'; frame-ancestors 'none'; base-uri 'none'", policy)


def test_head_is_a_get_without_a_body(site):
    answer = portal.get(site, method="HEAD")
    assert answer.status == 200 and answer.body == b""
    assert int(answer.headers["Content-Length"]) > 1000


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "BREW", "post"])
def test_another_method_is_refused(site, method):
    before = pending(site)
    answer = post(site, mac=MAC, method=method, token="x")
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, POST"
    assert pending(site) == before


def test_a_get_changes_nothing(site):
    before = pending(site)
    token = portal.token(site)
    answer = site.get(f"/portal?action=issue&mac=0004f2aaaa09&token={token}", auth=ALICE)
    assert answer.status == 200 and 'id="code"' not in answer.text
    assert pending(site) == before


def test_without_a_login_there_is_no_portal(site):
    site.log.declare("AH01617", "AH01618")
    assert site.get("/portal").status == 401
    assert portal.get(site, auth=("alice", "wrong")).status == 401
    assert site.get("/portal", method="POST", body="action=issue", headers={"Content-Type": FORM}).status == 401
    # And where the administrator lets in others as well, they are not let in here.
    answer = site.get("/portal-for-all", headers={"Accept": "application/json"})
    assert answer.status == 403 and "logged in" in answer.text
    assert "reason=no-login" in site.log.wait_for("PA4031")
    page = site.get("/portal-for-all")
    assert page.status == 403 and "<form" not in page.text


def test_a_certificate_is_no_login(make_server, pki):
    server = make_server()
    portal.configure(server, ssl_verify="optional")
    server.start()
    assert server.get("/portal", cert=pki.leaf("phone-a")).status == 401


def test_a_portal_is_never_a_part_of_another_page(make_server):
    server = make_server(modules=("include",))
    server.write("with.shtml", 'before <!--#include virtual="/portal" --> after')
    portal.configure(server, vhost_lines="AddOutputFilter INCLUDES .shtml\n"
                     f'<Directory "{server.docroot}">\nOptions +Includes\n</Directory>\n'
                     "ErrorDocument 404 /portal\n")
    server.start()
    answer = server.get("/with.shtml", auth=ALICE)
    assert "<form" not in answer.text and "before" in answer.text
    (line,) = server.log.undeclared()
    assert 'unable to include "/portal"' in line  # by mod_include, without an id
    server.log.mark()
    answer = server.get("/nothing", auth=ALICE)
    assert answer.status in (403, 404) and "<form" not in answer.text


def test_the_password_of_a_phone_is_no_login(make_server):
    """Neither the common one, which every phone has, nor mixed with people's."""
    server = make_server()
    phones = server.write(server.root / "phones.passwords", "fleet:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n")
    portal.configure(server, f'PolyAuthPasswordFile "{phones}"', section=portal.SECTION.replace(
        "AuthBasicProvider file", "AuthBasicProvider polyauth file"))
    server.start()
    answer = portal.get(server, auth=("fleet", "admin"))
    assert answer.status == 403 and "<form" not in answer.text
    line = server.log.wait_for("PA4031")
    assert "reason=password-of-a-phone" in line and 'user="fleet"' in line
    assert portal.get(server, auth=ALICE).status == 200


def test_a_user_name_that_no_database_could_keep_is_refused(make_server):
    server = make_server()
    names = {"x" * 256: "a", "caf\xe9".encode("latin-1").decode("utf-8", "surrogateescape"): "b"}
    portal.configure(server)
    people = server.root / "conf/passwords"
    people.write_bytes(people.read_bytes() + b"".join(
        name.encode("utf-8", "surrogateescape") + b":{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n" for name in names))
    server.start()
    for name in names:
        login = base64.b64encode(name.encode("utf-8", "surrogateescape") + b":admin").decode()
        answer = server.get("/portal", headers={"Authorization": f"Basic {login}"})
        assert answer.status == 403
        assert "reason=user-name-unfit" in server.log.wait_for("PA4031")
        server.log.mark()


def test_without_tls_there_is_no_portal(make_server):
    """One section for all virtual hosts, of which one has no TLS."""
    server = make_server()
    people = portal.passwords(server, **portal.PEOPLE)
    portal.configure(server, section="", global_lines=portal.SECTION.format(settings="", people=people))
    server.start()
    assert portal.get(server).status == 200
    answer = portal.get(server, plain=True)
    assert answer.status == 403 and "<form" not in answer.text
    assert "reason=no-tls" in server.log.wait_for("PA4031")


def test_nothing_else_answers_where_a_page_is(make_server):
    server = make_server(modules=("proxy", "proxy_http", "dav", "dav_fs"))
    server.write("portal/index.html", "a file")
    server.own(server.root / "locks")
    portal.configure(server, section='DavLockDB "{root}/locks/lock"\n'.replace("{root}", str(server.root))
                     + portal.SECTION, settings="Dav On\nSetHandler server-status",
                     vhost_lines="ProxyPass /portal http://127.0.0.1:1/\n", modules=("status",))
    server.start()
    for target in ("/portal", "/portal/", "/portal/index.html"):
        answer = server.get(target, auth=ALICE)
        assert answer.status == 200 and "One-time password for a phone" in answer.text
    assert server.get("/portal/x", auth=ALICE, method="PUT", body="x").status == 405
    assert not (server.docroot / "portal/x").exists()
