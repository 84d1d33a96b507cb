# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser: wide and narrow, light and dark. The screenshots stay in
build/screenshots, to be looked at."""

from pathlib import Path

import pytest

from harness import status
from harness.browser import Browser
from harness.verdict import FOREIGN, OWN, fill

SCREENS = {"wide": (1280, False), "between": (700, False), "narrow": (360, False), "smallest": (320, False),
           "wide-dark": (1280, True), "narrow-dark": (360, True)}
PICTURES = Path(__file__).resolve().parents[2] / "build/screenshots"


@pytest.fixture(scope="module")
def site(shared_server):
    fill(shared_server, OWN[1:], FOREIGN[1:])
    acl = shared_server.write(shared_server.root / "phones.acl", "0004f2*\n")
    status.configure(shared_server, settings=[f'PolyAuthAclFile "{acl}"']).start()
    with shared_server.connect(shared_server.pki.leaf("phone-a")) as connection:
        for target in [OWN] * 12 + [FOREIGN] * 13 + ["/long-folder-" * 20 + "name.cfg", "/" + "x" * 250]:
            connection.request(target)
    shared_server.get(OWN)
    return shared_server


@pytest.fixture(scope="module")
def browser(site):
    browser = Browser(site)
    yield browser
    browser.close()


@pytest.mark.parametrize("name", SCREENS)
def test_the_page_is_readable_by_everybody(site, browser, name):
    width, dark = SCREENS[name]
    page = browser.page()
    try:
        page.screen(width, dark=dark, scripts=True)
        page.open(f"https://localhost:{site.tls_port}/status")
        assert page.text("h1") == "Status"
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(PICTURES / f"status-{name}.png")
        assert page.violations() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelectorAll('svg rect.denied').length") >= 3
        assert page.complaints == []
    finally:
        page.close()
