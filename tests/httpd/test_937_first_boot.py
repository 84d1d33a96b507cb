# SPDX-License-Identifier: Apache-2.0
"""Phones from the box: a technician in a browser, a phone with its certificate, the whole way to
the regular password, and nobody else along it."""

import json
import re

import pytest

from harness import first_boot
from harness.browser import Browser
from harness.examples import denied, include
from harness.first_boot import MAC, PERSON, Phone
from harness.onetime import WRONG

OTHER = "0004f2bbbbbb"


@pytest.fixture
def site(server):
    return first_boot.site(server, include("13-onboarding.conf")).start()


@pytest.fixture
def phone(site, pki):
    return Phone(site, pki.leaf("phone-a"))


@pytest.fixture
def other(site, pki):
    return Phone(site, pki.leaf("phone-b"), OTHER)


def issue(site, mac=MAC):
    answer = first_boot.portal(site, method="POST", auth=PERSON, body=json.dumps({"mac": mac}),
                               headers={"Content-Type": "application/json"})
    assert answer.status == 201, answer
    return json.loads(answer.text)["password"]


def by_browser(site, mac):
    """The technician's minute: log in, type the MAC as it is on the label, read the password."""
    browser = Browser(site)
    try:
        page = browser.page(*PERSON)
        page.open(f"https://localhost:{site.plain_port}/")
        page.tab_to("#mac")
        page.type(":".join(re.findall("..", mac.upper())))
        page.press_and_load("Enter")
        assert page.complaints == []
        return page.text("#code")
    finally:
        browser.close()


def test_from_the_box_to_the_regular_password(site, phone, other):
    site.log.declare("AH01617", "AH01618")
    # Without a password there is nothing, anywhere.
    assert phone.get(f"{MAC}.cfg", None).status == 401

    password = by_browser(site, MAC)
    assert re.fullmatch(r"[\d ]{13,}", password)
    # Typed with the blanks, or without.
    login = ("anything", re.sub(r"\s+", " ", password).strip())

    # Another phone with this password is refused, and spoils nothing.
    assert other.get(f"{OTHER}.cfg", login).status == 401

    seen = phone.boot(*login)
    assert {name: answer.status for name, answer in seen.items()} == {
        f"{MAC}-boot.log": 405, f"{MAC}.cfg": 200, "3111-44500-001.sip.ld": 404,
        f"{MAC}-onboard.cfg": 200, f"{MAC}-phone.cfg": 404, f"{MAC}-web.cfg": 404,
        "000000000000-license.cfg": 404, f"{MAC}-license.cfg": 404,
        f"GET {MAC}-directory.xml": 404, f"HEAD {MAC}-app.log": 404, f"PUT {MAC}-app.log": 405}
    assert f'CONFIG_FILES="{MAC}-onboard.cfg"' in seen[f"{MAC}.cfg"].text
    (first,) = site.log.lines("PA4041")
    assert f"device={MAC}" in first

    # The one-time password opens nothing at the main location.
    assert site.get(f"/{MAC}.cfg", cert=phone.certificate, auth=login).status == 401
    # A restart of the phone within the window.
    assert phone.get(f"{MAC}-onboard.cfg", login).status == 200

    regular = phone.adopt(seen[f"{MAC}-onboard.cfg"])
    answer = phone.get(f"{MAC}.cfg", regular)
    assert answer.status == 200 and f"name='{MAC}.cfg'" in answer.text
    site.log.wait_for("PA4046")

    # From then on the one-time password is dead, everywhere and at once.
    phone.prefix = "/onboard/"
    assert phone.get(f"{MAC}-onboard.cfg", login).status == 401
    assert phone.get(f"{MAC}-onboard.cfg", regular).status == 200

    # And the second phone gets nothing by what was told to the first.
    other.prefix = "/"
    assert other.get(f"{OTHER}.cfg", regular).status == 401
    assert other.get(f"{MAC}.cfg", regular).status == 403
    assert "user-not-device" in denied(site)
    text = site.log.text() + site.access.text()
    for secret in (regular[1], *login[1:], login[1].replace(" ", "")):
        assert secret not in text


def pending(site):
    answer = first_boot.portal(site, auth=PERSON, headers={"Accept": "application/json"})
    return json.loads(answer.text)["pending"]


def test_the_portal_says_that_a_password_is_in_use(site, phone):
    login = ("x", issue(site))
    assert phone.get(f"{MAC}.cfg", login).status == 200
    (row,) = pending(site)
    assert row["mac"] == MAC and row["state"] == "in-use"
    assert "in use" in first_boot.portal(site, auth=PERSON).text


def test_the_portal_does_not_list_what_guesses_have_made_void(site, phone):
    site.log.declare("AH01617", "AH01618")
    issue(site)
    for wrong in WRONG[:5]:
        assert len(pending(site)) == 1
        assert phone.get(f"{MAC}.cfg", ("x", wrong)).status == 401
    assert pending(site) == []
    assert phone.get(f"{MAC}.cfg", ("x", WRONG[5])).status == 401
    assert "reason=void" in site.log.lines("PA4042")[-1]


def test_a_revoked_password_is_dead_at_once(site, phone):
    site.log.declare("AH01617", "AH01618")
    login = ("x", issue(site))
    assert phone.get(f"{MAC}.cfg", login).status == 200
    answer = first_boot.portal(site, method="POST", auth=PERSON, body=json.dumps({"mac": MAC, "revoke": True}),
                               headers={"Content-Type": "application/json"})
    assert answer.status == 204
    assert phone.get(f"{MAC}.cfg", login).status == 401


def test_a_second_password_ends_the_first(site, phone):
    site.log.declare("AH01617", "AH01618")
    first, second = issue(site), issue(site)
    assert phone.get(f"{MAC}.cfg", ("x", first)).status == 401
    assert phone.get(f"{MAC}.cfg", ("x", second)).status == 200


def test_a_phone_that_still_sends_its_old_password_uses_up_nothing(site, phone):
    site.log.declare("AH01617", "AH01618")
    password = issue(site)
    for old in ("456", "PlcmSpIp", "1234567890123", password[:-1] + str((int(password[-1]) + 1) % 10)):
        assert {answer.status for answer in phone.boot("PlcmSpIp", old).values()} == {401}
    assert phone.get(f"{MAC}.cfg", ("x", password)).status == 200


def test_an_unlisted_phone_gets_neither_password_nor_files(site, pki):
    answer = first_boot.portal(site, method="POST", auth=PERSON, body='{"mac": "0004f2cccccc"}',
                               headers={"Content-Type": "application/json"})
    assert answer.status == 403
    stranger = Phone(site, pki.issue(cn="0004F2CCCCCC"), "0004f2cccccc")
    assert stranger.get("0004f2cccccc.cfg", ("x", issue(site))).status == 403
    assert denied(site) == ["acl-unlisted"]


def test_the_portal_is_not_where_phones_are(site, phone):
    """People need no certificate, phones see no portal."""
    assert first_boot.portal(site, auth=PERSON).status == 200
    answer = site.get("/", cert=phone.certificate, auth=PERSON)
    assert "<form" not in answer.text and answer.status in (401, 403)
    site.log.declare("AH01617", "AH01618")
    assert first_boot.portal(site).status == 401
    assert first_boot.portal(site, auth=(MAC, "x")).status == 401
