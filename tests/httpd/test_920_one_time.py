# SPDX-License-Identifier: Apache-2.0
"""A one-time password opens the onboarding page of one device, for a while, and nothing else."""

import hmac
import stat
import time

import pytest

from harness.onetime import MAC, OTHER, RIGHT, WRONG, OneTime, code
from harness.waiting import wait_until


@pytest.fixture(scope="module")
def site(shared_server):
    return OneTime(shared_server).start()


def test_the_right_one_opens_the_page_for_a_boot_pass_and_is_logged_once(site):
    site.issue()
    first = site.get()
    assert first.status == 200 and "device.prov.password=" in first.text
    assert [site.status() for _ in range(10)] == [200] * 10
    record = site.record()
    assert record["tries"] == 0 and record["last_wrong"] is None and record["wrong_before"] is None
    assert record["window_end"] == record["first_use"] + 15 * 60
    lines = site.server.log.lines("PA4041")
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record["window_end"]))
    assert len(lines) == 1 and f"device={MAC} until={until}" in lines[0]


@pytest.mark.parametrize("spelling", [
    f"{RIGHT[:4]} {RIGHT[4:8]} {RIGHT[8:]}", "-".join([RIGHT[:4], RIGHT[4:8], RIGHT[8:]])])
def test_it_may_be_typed_in_groups_and_with_any_user_name(site, spelling):
    site.issue()
    assert site.status(spelling, user="Polycom") == 200


def test_wrong_ones_are_refused_and_the_fifth_makes_it_void(site):
    site.issue()
    assert [site.status(each) for each in WRONG[:5]] == [401] * 5
    assert site.record()["tries"] == 5
    assert site.status() == 401 and site.status(WRONG[6]) == 401
    assert site.reasons() == ["wrong"] * 5 + ["void"] * 2
    assert "left=4" in site.server.log.lines("PA4042")[0]
    assert "left=0" in site.server.log.lines("PA4042")[4]
    text = site.server.log.text()
    assert RIGHT not in text and WRONG[0] not in text


def test_the_same_wrong_one_eleven_times_costs_one_try(site):
    site.issue()
    assert [site.status(WRONG[0]) for _ in range(11)] == [401] * 11
    assert site.record()["tries"] == 1
    assert site.reasons() == ["wrong"] + ["wrong-again"] * 10
    assert site.status() == 200
    # The right one in between has changed nothing of that.
    assert site.status(WRONG[0]) == 401 and site.record()["tries"] == 1


def test_no_other_wrong_one_passes_for_the_last(site):
    """Whoever guesses knows the MAC, and may look for codes that share what it could make of them."""
    def guessed_tag(password):
        return hmac.digest(MAC.encode(), password.encode(), "sha256")[:2]
    first = guessed_tag(WRONG[0])
    alike = [each for each in map(code, range(1000, 700_000)) if guessed_tag(each) == first][:4]
    assert len(alike) == 4
    site.issue()
    assert [site.status(each) for each in (WRONG[0], *alike)] == [401] * 5
    assert site.reasons() == ["wrong"] * 5 and site.status() == 401


@pytest.mark.parametrize("password", [
    "", "old-regular-password", "1234567890123", RIGHT[:-1], RIGHT + "0",
    RIGHT[:-1] + str((int(RIGHT[-1]) + 1) % 10), f" {RIGHT}", f"{RIGHT[:4]}  {RIGHT[4:]}"])
def test_what_has_not_the_form_never_counts(site, password):
    site.issue()
    assert code(123456789012) != "1234567890123"
    assert site.status(password) == 401
    record = site.record()
    assert (record["tries"], record["last_wrong"], site.reasons()) == (0, None, [])


def test_it_is_the_certificates_and_no_other_devices(site):
    site.issue()
    site.issue(WRONG[1], OTHER)
    assert site.status(RIGHT, OTHER) == 401
    # Nor for the file of another.
    answer = site.server.get(f"/onboard/{MAC}-onboard.cfg", cert=site.server.pki.leaf("phone-b"),
                             auth=(MAC, RIGHT))
    assert answer.status == 403
    assert site.status() == 200 and site.status(WRONG[1], OTHER) == 200


def test_nothing_was_issued(site):
    site.database("DELETE FROM polyauth_onetime")
    assert site.status() == 401 and site.reasons() == ["none"]


def test_an_expired_one_is_refused(site):
    site.issue(lifetime=0)
    assert site.status() == 401 and site.reasons() == ["expired"]


def test_a_revoked_one_is_refused_also_in_its_window(site):
    site.issue()
    assert site.status() == 200
    site.database("DELETE FROM polyauth_onetime")
    assert site.status() == 401 and site.reasons() == ["none"]


def test_a_replaced_one_is_refused_also_in_its_window(site):
    site.issue()
    assert site.status() == 200
    site.issue(WRONG[2])
    assert site.status() == 401
    assert site.status(WRONG[2]) == 200


def test_after_the_window_it_is_used_up(site):
    site.issue()
    assert site.status() == 200
    now = int(time.time())
    site.change(first_use=now - 900, window_end=now)
    assert [site.status(), site.status()] == [401, 401]
    assert site.reasons() == ["used-up"] * 2


def test_a_clock_that_was_set_back_lengthens_nothing(site):
    now = int(time.time())
    site.issue(issued=now + 3600, expires=now + 7200)
    assert site.status() == 401
    site.issue(issued=now, first_use=now + 3600, window_end=now + 4500)
    assert site.status() == 401
    assert site.reasons() == ["issued-in-the-future"] * 2
    # Servers need not agree to the second.
    site.issue(issued=now + 30, expires=now + 7200)
    assert site.status() == 200


def test_wrong_ones_in_the_window_make_it_void_for_every_process(site):
    site.issue()
    assert site.status() == 200
    assert [site.status(each) for each in WRONG[:5]] == [401] * 5
    assert [site.status() for _ in range(6)] == [401] * 6


def test_the_label_says_one_time(site):
    site.issue()
    assert site.status() == 200
    site.wait_for_seen((MAC, "one-time"))


def test_the_file_is_for_the_server_alone(site):
    mode = site.path.stat().st_mode
    assert stat.S_IMODE(mode) == 0o600 and site.path.owner() == site.folder.owner()


def test_nothing_is_cut_at_a_nul(server):
    site = OneTime(server)
    text = server.config_file.read_text()
    server.config_file.write_text(text.replace("polyauth polyauth-onetime", "polyauth-onetime polyauth"))
    site.start()
    site.issue()
    server.log.declare("AH01617")
    for password in (f"{RIGHT}\0", f"{RIGHT}\0more"):
        assert site.status(password) == 401
    assert len(server.log.lines("PA4001: ")) == 2
    assert (site.record()["uses"], site.record()["tries"]) == (0, 0)


def test_lifetime_window_and_attempts_are_settings(server):
    site = OneTime(server, settings="PolyAuthOneTimeWindow 2s\nPolyAuthOneTimeAttempts 1").start()
    site.issue()
    assert site.status() == 200
    end = site.record()["window_end"]
    assert end == site.record()["first_use"] + 2
    wait_until(lambda: time.time() >= end, "the window to end")
    assert site.status() == 401 and site.reasons() == ["used-up"]
    site.issue()
    assert site.status(WRONG[0]) == 401 and site.status() == 401
    assert site.reasons()[-2:] == ["wrong", "void"]


def test_elsewhere_it_is_good_for_nothing(server, pki):
    server.log.declare("PA1043")
    site = OneTime(server)
    server.write(f"{MAC}.cfg", "the regular file")
    lines = server.config_file.read_text().replace(
        "<Location /onboard>",
        '<Location "/">\nPolyAuth On\nAuthType Basic\nAuthName x\nAuthBasicProvider polyauth-onetime\n'
        "Require valid-user\n</Location>\n<Location /onboard>", 1)
    server.config_file.write_text(lines)
    site.start()
    site.issue()
    assert server.get(f"/{MAC}.cfg", cert=pki.leaf("phone-a"), auth=(MAC, RIGHT)).status == 401
    assert site.record()["tries"] == 0
    assert site.status() == 200
    # Neither is its window.
    assert server.get(f"/{MAC}.cfg", cert=pki.leaf("phone-a"), auth=(MAC, RIGHT)).status == 401
