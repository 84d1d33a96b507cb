# SPDX-License-Identifier: Apache-2.0
"""No page elsewhere, and no form of somebody else, makes a person's browser issue or revoke."""

import re

import pytest

from harness import portal
from harness.portal import ALICE, BOB, pending, post, problem, token

MAC = "0004f2aaaaaa"


@pytest.fixture(scope="module")
def site(shared_server):
    portal.configure(shared_server)
    return shared_server.start()


@pytest.fixture(autouse=True)
def nothing_is_issued(site):
    yield
    assert pending(site) == []


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost"},
    {"Origin": "https://localhost:1"}, {"Origin": "https://localhost.evil.example"}, {"Origin": ""},
    {"Origin": None, "Referer": "https://evil.example/https://localhost/portal"},
    {"Origin": None, "Referer": ""},
    {"Origin": None},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
], ids=str)
def test_a_form_from_elsewhere_is_refused_even_with_a_good_token(site, headers):
    answer = post(site, mac=MAC, headers=headers)
    assert answer.status == 403
    assert "does not come from this page" in problem(answer)
    line = site.log.wait_for("PA4031")
    assert "reason=other-origin" in line and 'user="alice"' in line


@pytest.mark.parametrize("value", [None, "", "x", "1.2", "9999999999." + "0" * 64], ids=repr)
def test_a_form_without_a_good_token_is_refused(site, value):
    answer = post(site, mac=MAC, token=value)
    assert answer.status == 403
    assert "open for too long, or belongs to somebody else" in problem(answer)
    assert "reason=form-token" in site.log.wait_for("PA4031")
    # What was typed is not lost.
    assert f'value="{MAC}"' in answer.text


def test_the_token_of_another_person_is_refused(site):
    assert post(site, mac=MAC, token=token(site, BOB)).status == 403


def test_a_changed_token_is_refused(site):
    good = token(site)
    seconds, mark = good.split(".")
    for bad in (f"{int(seconds) + 1}.{mark}", f"{seconds}.{mark[::-1]}", good + "0", good[:-1], good.upper()):
        assert post(site, mac=MAC, token=bad).status == (403 if bad != good else 200)


@pytest.mark.parametrize("content_type", [
    "text/plain", "multipart/form-data; boundary=x", "", None, "application/jsonp", "application/xml",
    "text/json", "application/x-www-form-urlencoded2"])
def test_what_a_form_elsewhere_could_send_without_asking_is_no_json(site, content_type):
    for body in ('{"mac": "0004f2aaaaaa"}', f"action=issue&mac={MAC}"):
        answer = post(site, body=body, content_type=content_type)
        assert answer.status == 415
        assert answer.headers["Content-Type"] == "application/json"


def test_nobody_elsewhere_may_ask_to_send_json(site):
    answer = site.get("/portal", method="OPTIONS", auth=ALICE, headers={
        "Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type"})
    assert answer.status == 405
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("body", [
    "", "mac=0004f2aaaaaa", "action=issue", "action=delete&mac=0004f2aaaaaa",
    "action=issue&action=issue&mac=0004f2aaaaaa", "action=issue&mac=0004f2aaaaaa&mac=0004f2bbbbbb",
    "action=issue&mac=%zz", "action=issue&mac=%00", "action=issue&mac=0004f2aaaaaa%0a", "action=issue&mac=%ff",
    b"\0\0\0", "&&&", "===="])
def test_a_body_that_is_not_our_form_is_refused(site, body):
    answer = post(site, body=body)
    assert answer.status in (400, 403)
    assert problem(answer)


def test_a_long_body_is_not_read(site):
    good = f"action=issue&mac={MAC}&token={token(site)}&more="
    assert post(site, body=good + "x" * (4097 - len(good))).status == 413
    assert post(site, body=good + "x" * 100_000).status == 413
    # Neither in pieces.
    piece = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    answer = post(site, body=piece + piece + b"0\r\n\r\n",
                  headers={"Transfer-Encoding": "chunked", "Content-Length": None})
    assert answer.status == 413
    assert "4096 bytes are accepted" in problem(answer)


def test_a_form_outlives_a_graceful_restart(site):
    old = token(site)
    site.graceful()
    assert post(site, mac=MAC, token=old).status == 200
    site.restart()
    assert post(site, action="revoke", mac=MAC, token=old).status == 200


def test_a_token_of_another_server_is_refused(site, make_server):
    other = make_server()
    portal.configure(other)
    other.start()
    assert post(site, mac=MAC, token=token(other)).status == 403


def test_the_referer_will_do_where_a_browser_sends_no_origin(site):
    answer = post(site, mac=MAC, headers={"Origin": None, "Referer": "https://localhost/portal"})
    assert answer.status == 200
    assert post(site, action="revoke", mac=MAC, origin="https://LOCALHOST:443").status == 200


def test_a_login_by_a_link_elsewhere_shows_but_changes_nothing(site):
    answer = portal.get(site, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})
    assert answer.status == 200 and re.search("name=\"token\"", answer.text)
    assert answer.headers["X-Frame-Options"] == "DENY"
