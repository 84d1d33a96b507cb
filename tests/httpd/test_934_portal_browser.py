# SPDX-License-Identifier: Apache-2.0
"""The portal in a real browser: by keyboard alone, wide and narrow, light and dark. The
screenshots stay in build/screenshots, to be looked at."""

import re
from pathlib import Path

import pytest

from harness import portal
from harness.browser import Browser
from harness.waiting import wait_until

MAC = "0004f2aaaaaa"
SCREENS = {"wide": (1280, False), "narrow": (360, False), "smallest": (320, False),
           "wide-dark": (1280, True), "narrow-dark": (360, True)}
PICTURES = Path(__file__).resolve().parents[2] / "build/screenshots"


@pytest.fixture(scope="module")
def site(shared_server):
    shared_server.write(shared_server.root / "phones.acl", "0004f2*\n")
    portal.configure(shared_server, f'PolyAuthAclFile "{shared_server.root}/phones.acl"')
    return shared_server.start()


@pytest.fixture(scope="module")
def browser(site):
    browser = Browser(site)
    yield browser
    browser.close()


@pytest.fixture
def page(site, browser):
    page = browser.page(*portal.ALICE)
    page.open(f"https://localhost:{site.tls_port}/portal")
    yield page
    page.close()


def test_a_password_is_issued_and_revoked_by_keyboard_alone(site, page):
    assert page.text("h1") == "One-time password for a phone"
    assert "alice" in page.text("header")
    assert page.tab_to("#mac") == 1
    page.type("00:04:F2:AA:AA:AA")
    page.press_and_load("Enter")
    password = re.sub(r"\D", "", page.text("#code"))
    assert len(password) == 13
    assert [each["mac"] for each in portal.pending(site)] == [MAC]
    assert password not in page.evaluate("location.href")
    page.tab_to(f'[aria-label="Revoke the password for {MAC}"]')
    page.press_and_load("Space")
    assert "opens nothing any more" in page.text('[role="status"]')
    assert portal.pending(site) == []
    assert page.complaints == []


def test_a_mistake_leads_back_to_the_field(page):
    page.tab_to("#mac")
    page.type("0004f2aaaaa")
    page.press_and_load("Enter")
    assert "is not a MAC address" in page.text("#problem")
    assert page.evaluate("document.title").startswith("Problem: ")
    # A browser puts the focus there when it paints, which may be after the load.
    wait_until(lambda: page.evaluate("document.activeElement.id") == "mac", lambda: "the focus")
    assert page.evaluate("document.querySelector('#mac').value") == "0004f2aaaaa"
    described = page.evaluate("document.querySelector('#mac').getAttribute('aria-describedby')"
                              ".split(' ').map(id => document.getElementById(id).innerText).join(' ')")
    assert "Twelve digits" in described and "is not a MAC address" in described
    # The status 400 of the answer is the one thing that the console mentions.
    assert all("status of 400" in each for each in page.complaints)


def test_the_policy_lets_nothing_run(page):
    """Injected markup would be dead: the policy stops scripts, styles, frames and pictures."""
    page.evaluate("""new Promise(done => {
      document.addEventListener('securitypolicyviolation', event => done(event.violatedDirective));
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
    }).then(directive => { document.title += ' ' + directive; })""")
    assert page.evaluate("document.title").endswith("script-src-elem")


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("state", ["empty", "issued", "mistake"])
def test_every_view_is_usable_by_everybody(site, page, name, state):
    width, dark = SCREENS[name]
    page.screen(width, dark=dark)
    if state != "empty":
        portal.post(site, mac="0004f2aaaa01")
        page.tab_to("#mac")
        page.type("0004f2aaaaaa" if state == "issued" else "0004f2aaaaag <b>&\"'")
        page.press_and_load("Enter")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(PICTURES / f"portal-{state}-{name}.png")
    assert page.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all("status of 400" in each for each in page.complaints)
    for mac in ("0004f2aaaa01", "0004f2aaaaaa"):
        portal.post(site, action="revoke", mac=mac)
