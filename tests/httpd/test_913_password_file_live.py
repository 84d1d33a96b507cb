# SPDX-License-Identifier: Apache-2.0
"""PolyAuthPasswordFile under a running server: changes, mistakes, windows that begin and end."""

import os
import re
from datetime import datetime, timedelta, timezone

import pytest

from harness.passwords import MODULES, A, htpasswd, put, section
from harness.waiting import wait_for_moment, wait_until

OWN = f"/{A}.cfg"


class Site:
    def __init__(self, server):
        self.server, self.phone = server, server.pki.leaf("phone-a")
        self.path = server.root / "conf/passwords"
        server.write(OWN[1:], "a's\n")
        server.log.declare("AH01618", always=True)
        server.configure(global_lines="PolyAuthReloadInterval 2s\n" + section(
            server.docroot, "PolyAuth On", f'PolyAuthPasswordFile "{self.path}"'))

    def put(self, *lines):
        put(self.server, "passwords", *lines)

    def start(self, *lines):
        self.put(*lines)
        self.server.start()
        self.loaded(1)
        return self

    def loaded(self, generation):
        return self.server.log.wait_for(
            rf'PA2001: loaded "{re.escape(str(self.path))}" users=\d+ passwords=\d+ '
            rf"generation={generation}$")

    def status(self, user, password):
        return self.server.get(OWN, cert=self.phone, auth=(user, password)).status

    def statuses(self, *pairs):
        return [self.status(*pair) for pair in pairs]


@pytest.fixture
def site(make_server):
    return Site(make_server(modules=MODULES))


OLD, NEW = ("phone", "old"), ("phone", "new")


def test_the_fleet_moves_over_without_a_gap(site):
    old, new = htpasswd(*OLD) + " label=old", htpasswd(*NEW) + " label=new"
    site.start(old)
    assert site.statuses(OLD, NEW) == [200, 401]
    site.put(old, new)
    site.loaded(2)
    assert site.statuses(OLD, NEW) == [200, 200]
    site.put(new)
    site.loaded(3)
    # Not a moment longer, though both were verified a moment ago.
    assert site.statuses(OLD, NEW) == [401, 200]


def test_a_changed_password_of_the_same_user_is_forgotten_everywhere(site):
    site.start(htpasswd(*OLD))
    with site.server.connect(site.phone) as one, site.server.connect(site.phone) as two:
        assert [each.get(OWN, auth=OLD).status for each in (one, two)] == [200, 200]
        site.put(htpasswd(*NEW))
        site.loaded(2)
        assert [each.get(OWN, auth=OLD).status for each in (one, two)] == [401, 401]
        assert [each.get(OWN, auth=NEW).status for each in (one, two)] == [200, 200]


def test_windows_begin_and_end_by_the_clock(site):
    turn = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=4)
    at = turn.strftime("%Y-%m-%dT%H:%M:%SZ")
    site.start(htpasswd(*OLD) + f" until={at}", htpasswd(*NEW) + f" from={at}")
    first = site.statuses(OLD, NEW)
    # Before the turn, or the machine was too slow to tell.
    if datetime.now(timezone.utc) < turn:
        assert first == [200, 401]
    wait_for_moment(turn)
    assert site.statuses(OLD, NEW) == [401, 200]


HASH = re.compile(r"\$2y\$04\$\S+")
BAD = {
    "an unknown key": ("phone:$apr1$x$y lable=a", r":2:\d+: "),
    "a repeated key": (htpasswd(*OLD) + " label=a label=b", r":2:\d+: "),
    "an empty hash": ("phone:", r":2:\d+: "),
    "no colon": ("phone", r":2:\d+: "),
    "a date that is none": (htpasswd(*OLD) + " until=2026-02-30", r":2:\d+: "),
    "a password in clear": ("phone:old", r":2:\d+: "),
    "a control character": (htpasswd(*OLD) + "\x01", r":2:\d+: "),
}


@pytest.mark.parametrize("line, place", BAD.values(), ids=BAD)
def test_a_bad_line_stops_a_start(site, line, place):
    site.put(htpasswd(*NEW), line)
    done = site.server.configtest()
    assert done.returncode != 0
    assert re.search(f"PA1001: PolyAuthPasswordFile {re.escape(str(site.path))}{place}", done.output), \
        done.output
    assert not HASH.search(done.output)
    assert "phone:" not in done.output


def test_a_bad_change_leaves_what_is_in_force(site):
    site.start(htpasswd(*OLD))
    site.server.log.declare("PA2002", "PA2003")
    for number, (line, place) in enumerate(BAD.values(), 1):
        site.put(htpasswd(*NEW), line)
        wait_until(lambda: len(site.server.log.lines("PA200[23]: ")) == number,
                   lambda: f"complaint {number} in\n{site.server.log.text()}")
        assert re.search(place, site.server.log.lines("PA200[23]: ")[-1])
        assert site.statuses(OLD, NEW) == [200, 401]
    assert not HASH.search(site.server.log.text())
    site.put(htpasswd(*NEW))
    site.loaded(2)
    assert site.statuses(OLD, NEW) == [401, 200]


def test_a_bad_end_of_a_password_is_said_aloud(site):
    site.start(htpasswd(*OLD))
    site.server.log.declare("PA2003")
    site.put(htpasswd(*OLD) + " until=yesterday", htpasswd(*NEW))
    line = site.server.log.wait_for(r":crit\].*PA2003: ")
    assert "an end of a password is NOT in force; keeping generation=1" in line
    assert site.statuses(OLD, NEW) == [200, 401]


def emptied(path):
    os.truncate(path, 0)


def removed(path):
    path.unlink()


def closed(path):
    path.chmod(0o600)


@pytest.mark.parametrize("spoil", [emptied, removed, closed])
def test_a_lost_file_leaves_what_is_in_force(site, spoil):
    if spoil is closed and os.geteuid() != 0:
        pytest.fail("only root can close a file to the server's user")
    site.start(htpasswd(*OLD))
    site.server.log.declare("PA2002", "PA2003")
    spoil(site.path)
    site.server.log.wait_for("PA200[23]: ")
    assert site.status(*OLD) == 200
    site.server.graceful()
    assert site.status(*OLD) == 200


def test_a_half_written_file_is_not_adopted(site):
    site.start(htpasswd(*OLD))
    with open(site.path, "w") as file:
        file.write(htpasswd(*NEW) + "\n")
        file.flush()
        # Whoever adopted it now would let the new one in and the other one not.
        assert site.statuses(OLD, NEW) == [200, 401]
        file.write(htpasswd("other", "new") + "\n")
    assert "users=2 passwords=2" in site.loaded(2)
    assert site.statuses(OLD, NEW, ("other", "new")) == [401, 200, 200]


def test_a_file_that_the_servers_user_cannot_read_stops_the_start(site):
    site.put(htpasswd(*OLD))
    site.path.chmod(0o600)
    done = site.server.configtest()
    assert done.returncode != 0
    assert f"PA1002: PolyAuthPasswordFile {site.path}: cannot be read by the server's user" in done.output


def test_without_any_version_in_force_nobody_gets_in(site):
    server = site.server
    server.log.declare("PA1001", "PA1002", "PA2004", "PA4002")
    site.put("nonsense")
    server.configure(global_lines=section(server.docroot, "PolyAuth On", provider="file")).start()
    server.configure(global_lines=section(
        server.docroot, "PolyAuth On", f'PolyAuthPasswordFile "{site.path}"'))
    server.graceful()
    assert server.log.lines(r":crit\].*PA1001: PolyAuthPasswordFile")
    assert server.log.lines("PA2004: .*none of its passwords opens")
    assert site.status(*OLD) == 500
    assert server.log.lines("PA4002: ")
