# SPDX-License-Identifier: Apache-2.0
"""What the status page knows from PolyAuthState: passwords in use, certificates that end soon."""

import os
import time

import pytest

from harness import status
from harness.onetime import MAC, OTHER, OneTime

DAY = 86400


@pytest.fixture
def site(server):
    site = OneTime(server, modules=status.MODULES)
    lines = site.server.config_file.read_text().replace("SSLVerifyClient require", "SSLVerifyClient optional")
    site.server.config_file.write_text(lines.replace("SSLEngine on\n", "SSLEngine on\n" + status.SECTION, 1))
    return site.start()


def note(site, mac, label, until, at):
    site.database("INSERT INTO polyauth_seen (mac, label, at, since, certificate_until) "
                  "VALUES (?, ?, ?, ?, ?)", mac, label, at, at, until)


def test_it_names_labels_and_certificates_that_end_soon(site):
    now = int(time.time())
    note(site, MAC, "old", now + 500 * DAY, now - 9 * DAY)
    note(site, MAC, "new<b>", now + 89 * DAY, now - DAY)
    note(site, OTHER, "old", now + 91 * DAY, now - DAY)
    logins = status.figures(site.server)["logins"]
    assert [each["device"] for each in logins["certificates_ending"]] == [MAC]
    assert [(each["label"], each["devices"]) for each in logins["password_labels"]] == [("new<b>", 1), ("old", 2)]
    text = status.page(site.server).text
    assert "new&lt;b&gt;" in text and "<b>old" not in text
    assert "Certificates that end within 90 days" in text and f"<div>{MAC}</div>" in text and OTHER not in text


def test_without_the_database_it_tells_the_rest(site):
    site.server.log.declare("PA4043", "PA4044", "PA4045")
    os.unlink(site.path)
    site.path.mkdir()
    text = status.page(site.server).text
    assert "They cannot be looked up at the moment." in text and "Over time" in text
    assert "PolyAuthState is away" in text.split("Requests</h2>")[0]
    assert status.figures(site.server)["logins"] is None
    assert "polyauth_requests_total" in site.server.get("/status?format=prometheus").text
    site.path.rmdir()
