# SPDX-License-Identifier: Apache-2.0
"""The portal for scripts: the same in JSON, with Basic and without a token."""

import json
import re
from datetime import datetime, timedelta, timezone

import pytest

from harness import portal
from harness.portal import ALICE, BOB, pending, post_json

MAC = "0004f2aaaaaa"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture(scope="module")
def site(shared_server):
    shared_server.write(shared_server.root / "phones.acl", "0004f2*\n")
    portal.configure(shared_server, f'PolyAuthAclFile "{shared_server.root}/phones.acl"')
    return shared_server.start()


def test_issue_list_and_revoke(site):
    answer = post_json(site, {"mac": "00:04:F2:AA:AA:AA"})
    assert answer.status == 201 and answer.headers["Content-Type"] == "application/json"
    issued = json.loads(answer.text)
    assert list(issued) == ["mac", "password", "expires"]
    assert issued["mac"] == MAC
    assert re.fullmatch(r"\d{13}", issued["password"])
    assert re.fullmatch(TIME, issued["expires"])
    end = datetime.fromisoformat(issued["expires"].replace("Z", "+00:00"))
    assert timedelta(hours=23) < end - datetime.now(timezone.utc) <= timedelta(hours=24)

    (row,) = pending(site)
    assert list(row) == ["mac", "issued", "expires", "state"]
    assert row["mac"] == MAC and row["state"] == "pending" and row["expires"] == issued["expires"]
    assert re.fullmatch(TIME, row["issued"])
    assert pending(site, BOB) == []

    theirs = post_json(site, {"mac": MAC, "revoke": True}, auth=BOB)
    assert theirs.status == 404 and "no password of yours" in json.loads(theirs.text)["error"]
    answer = post_json(site, {"mac": MAC, "revoke": True})
    assert answer.status == 204 and answer.body == b""
    assert post_json(site, {"mac": MAC, "revoke": True}).status == 404
    assert pending(site) == []


def test_the_lifetime_is_a_setting(server):
    portal.configure(server, "PolyAuthOneTimeLifetime 90min").start()
    issued = json.loads(post_json(server, {"mac": MAC}).text)
    left = datetime.fromisoformat(issued["expires"].replace("Z", "+00:00")) - datetime.now(timezone.utc)
    assert timedelta(minutes=85) < left <= timedelta(minutes=90)


def test_revoke_false_issues(site):
    assert post_json(site, {"mac": MAC, "revoke": False}).status == 201
    assert post_json(site, {"revoke": True, "mac": MAC}).status == 204


@pytest.mark.parametrize("accept", [
    "application/json", "Application/JSON", "application/json, text/plain, */*"])
def test_an_empty_list_is_one(site, accept):
    answer = portal.get(site, headers={"Accept": accept})
    assert answer.status == 200 and json.loads(answer.text) == {"pending": []}
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/json;q=0.9", "*/*", None])
def test_a_browser_gets_the_page(site, accept):
    answer = portal.get(site, headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("content, message", [
    ("", "not such a JSON object"), ("{", "not such a JSON object"), ("[]", "not such a JSON object"),
    ('"0004f2aaaaaa"', "not such a JSON object"), ("null", "not such a JSON object"),
    ('{"mac": "0004f2aaaaaa"} x', "not such a JSON object"),
    ('{"mac": "0004f2aaaaaa",}', "not such a JSON object"),
    ('{"mac": "0004f2aaaaaa", "mac": "0004f2bbbbbb"}', "not such a JSON object"),
    ('{"mac": ["0004f2aaaaaa"]}', "not such a JSON object"),
    ('{"mac": {"a": 1}}', "not such a JSON object"),
    ("[" * 4000, "not such a JSON object"), ('{"mac":' * 500, "not such a JSON object"),
    (b'{"mac": "\xff"}', "not such a JSON object"),
    ("{}", "mac is missing"), ('{"revoke": true}', "mac is missing"),
    ('{"mac": 4}', "not known"), ('{"mac": null}', "not known"),
    ('{"mac": "0004f2aaaaaa", "revoke": "true"}', "not known"),
    ('{"mac": "0004f2aaaaaa", "revoke": 1}', "not known"),
    ('{"mac": "0004f2aaaaaa", "Revoke": true}', "not known"),
    ('{"mac": "0004f2aaaaaa", "password": "1"}', "not known"),
    ('{"mac": ""}', "Enter the MAC"), ('{"mac": "0004f2aaaaa"}', "is not a MAC address"),
    ('{"mac": "0004f2aaaaaa\\u0000"}', "is not a MAC address"),
    ('{"mac": "ffffffffffff"}', "not the address of one phone"),
], ids=lambda each: repr(each)[:40])
def test_a_bad_body_is_explained(site, content, message):
    answer = post_json(site, content)
    assert answer.status == 400 and answer.headers["Content-Type"] == "application/json"
    assert message in json.loads(answer.text)["error"]
    assert pending(site) == []


def test_a_phone_that_is_not_listed_is_refused(site):
    answer = post_json(site, {"mac": "64167f000001"})
    assert answer.status == 403 and "does not have 64167f000001" in json.loads(answer.text)["error"]


def test_a_long_body_is_refused(site):
    answer = post_json(site, '{"mac": "0004f2aaaaaa"' + " " * 4096 + "}")
    assert answer.status == 413 and "4096 bytes" in json.loads(answer.text)["error"]


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Referer": "https://evil.example/"}], ids=str)
def test_a_script_of_another_page_is_refused(site, headers):
    answer = post_json(site, {"mac": MAC}, headers=headers)
    assert answer.status == 403 and "does not come from this page" in json.loads(answer.text)["error"]
    assert "reason=other-origin" in site.log.wait_for("PA4031")
    assert pending(site) == []


def test_a_content_type_may_have_parameters(site):
    answer = post_json(site, {"mac": MAC}, headers={"Content-Type": "Application/JSON ; charset=utf-8"})
    assert answer.status == 201
    assert post_json(site, {"mac": MAC, "revoke": True}).status == 204


def test_another_method_is_told_what_is_accepted(site):
    answer = site.get("/portal", method="DELETE", auth=ALICE, headers={"Accept": "application/json"})
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, POST"
    assert json.loads(answer.text) == {"error": "Accepted are GET, HEAD and POST."}


def test_over_http2_it_is_the_same(make_server):
    server = make_server(modules=("http2",))
    portal.configure(server, tls_lines="Protocols h2 http/1.1")
    server.start()
    if server.mpm == "prefork":
        server.log.declare("AH10034")
    answer = server.get("/portal", method="POST", auth=ALICE, http2=server.mpm != "prefork",
                        body=json.dumps({"mac": MAC}), headers={"Content-Type": "application/json"})
    assert answer.status == 201, answer
