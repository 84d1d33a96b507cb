# SPDX-License-Identifier: Apache-2.0
"""A regular login ends the window of a one-time password, and who was seen is written down."""

import time

import pytest

from harness.conf import MPM_LINES
from harness.onetime import MAC, OTHER, RIGHT, OneTime
from harness.waiting import wait_until


@pytest.fixture
def site(server):
    return OneTime(server).start()


def test_a_regular_login_ends_the_window_at_once(site):
    site.issue()
    site.issue(mac=OTHER)
    assert [site.status(), site.status(mac=OTHER)] == [200, 200]
    assert site.regular_status() == 200
    assert [site.status() for _ in range(6)] == [401] * 6
    assert site.reasons() == ["used-up"] * 6
    line = site.server.log.wait_for("PA4046")
    assert f"device={MAC}" in line and len(site.server.log.lines("PA4046")) == 1
    assert site.status(mac=OTHER) == 200


def test_a_regular_login_after_a_graceful_restart_ends_it_at_once(site):
    site.issue()
    assert site.status() == 200
    site.server.graceful()
    assert site.regular_status() == 200
    assert site.status() == 401
    assert f"device={MAC}" in site.server.log.wait_for("PA4046")


def test_a_regular_login_leaves_a_new_one_pending(site):
    site.issue()
    assert site.regular_status() == 200
    assert site.status() == 200
    # That login was before the window, whenever it is written.
    site.wait_for_seen((MAC, "now"))
    assert site.status() == 200


def test_a_login_that_another_server_has_seen_ends_it_too(site):
    """The table in memory knows nothing of it; the writing of logins does."""
    now = int(time.time())
    site.issue(first_use=now - 5, window_end=now + 900, uses=1)
    assert site.regular_status() == 200
    wait_until(lambda: site.record()["window_end"] <= time.time(), "the end of the window")
    assert site.status() == 401


def test_each_label_of_each_device_is_noted_with_the_end_of_the_certificate(site):
    site.issue()
    assert site.status() == 200
    assert site.regular_status() == 200 and site.regular_status(OTHER) == 200
    site.wait_for_seen((MAC, "one-time"), (MAC, "now"), (OTHER, "now"))
    ends = dict(site.database("SELECT mac, certificate_until FROM polyauth_seen WHERE label = 'now'"))
    for mac, name in ((MAC, "phone-a"), (OTHER, "phone-b")):
        end = site.server.pki.leaf(name).x509.not_valid_after
        assert time.gmtime(ends[mac])[:6] == end.timetuple()[:6]
    (at, since), = site.database(
        "SELECT at, since FROM polyauth_seen WHERE mac = ? AND label = 'now'", MAC)
    assert at == since and abs(at - time.time()) < 60


def test_a_device_is_noted_once_an_hour(make_server):
    """By each process; there is one. What is noted later is written later."""
    server = make_server(mpm="event")
    site = OneTime(server)
    text = server.config_file.read_text()
    assert MPM_LINES["event"] in text
    server.config_file.write_text(text.replace(
        MPM_LINES["event"], "StartServers 1\nServerLimit 1\nThreadsPerChild 64\nMaxRequestWorkers 64\nMinSpareThreads 16"))
    site.start()
    assert site.regular_status() == 200
    site.wait_for_seen((MAC, "now"))
    site.database("DELETE FROM polyauth_seen")
    assert {site.regular_status() for _ in range(5)} == {200}
    assert site.regular_status(OTHER) == 200
    site.wait_for_seen((OTHER, "now"))
    assert site.seen() == {(OTHER, "now")}


def test_what_waits_is_written_at_the_end_of_a_child(site):
    assert site.regular_status() == 200
    site.server.graceful()
    site.wait_for_seen((MAC, "now"))


def test_a_refused_login_is_not_noted(site):
    site.issue()
    assert site.status("wrong") == 401
    assert site.regular_status(OTHER) == 200
    site.wait_for_seen((OTHER, "now"))
    assert {mac for mac, _ in site.seen()} == {OTHER}


@pytest.mark.parametrize("mpm", ["prefork", "worker"])
def test_with_another_mpm(make_server, mpm):
    site = OneTime(make_server(mpm=mpm)).start()
    site.issue()
    assert [site.status(), site.regular_status(), site.status()] == [200, 200, 401]
    site.wait_for_seen((MAC, "one-time"), (MAC, "now"))
    assert RIGHT not in site.server.log.text()
