# SPDX-License-Identifier: Apache-2.0
"""Logins wait for a database that is away, as many as the manual says; the log tells of the rest."""

import re

from harness.onetime import SqliteFile
from harness.passwords import MODULES, A, authorization, htpasswd, put, section
from harness.waiting import wait_until

MOST = 4096
MORE = 40
# One process, for each has a queue of its own.
ONE_CHILD = ("StartServers 1\nServerLimit 2\nThreadsPerChild 16\nMaxRequestWorkers 16\n"
             "MinSpareThreads 1\nMaxSpareThreads 16")


def request(user):
    (field,) = authorization(user, "secret").items()
    return f"GET /{A}.cfg HTTP/1.1\r\nHost: localhost\r\n{': '.join(field)}\r\n\r\n".encode()


def test_more_logins_than_may_wait_are_told_of_and_the_others_are_noted(make_server):
    server = make_server(modules=(*MODULES, "watchdog"), mpm="event")
    hashed = htpasswd("x", "secret", "-s").split(":", 1)[1]
    users = [f"user{number}" for number in range(MOST + MORE)]
    passwords = put(server, "passwords", *(f"{user}:{hashed} label={user}" for user in users))
    state = server.own(server.root / "state") / "state.sqlite"
    server.write(f"{A}.cfg", "a's\n")
    server.configure(global_lines=f'PolyAuthState "{state}"\n' + section(
        server.docroot, "PolyAuth On", f'PolyAuthPasswordFile "{passwords}"'),
        mpm_lines=ONE_CHILD, log_level="notice")
    server.log.declare("PA4043", "PA4045")
    server.start()
    state.chmod(0o640)  # then it is not used

    def log_in(*users):
        """Several requests at a time, for there are thousands."""
        for few in (users[at:at + 64] for at in range(0, len(users), 64)):
            phone.send(b"".join(request(user) for user in few))
            assert [phone.read().status for _ in few] == [200] * len(few)

    with server.connect(server.pki.leaf("phone-a")) as phone:
        log_in(*users[:MOST])
        server.log.wait_for("PA4043")
        assert not server.log.lines("PA4045")
        log_in(*users[MOST:])
        said = server.log.wait_for("PA4045")
    # It is said once a minute, perhaps before the last of them.
    assert 1 <= int(re.search(r"PA4045: (\d+) logins of devices were not noted", said)[1]) <= MORE
    state.chmod(0o600)
    # What waits is written when a child ends.
    server.graceful()
    rows = SqliteFile(state)
    wait_until(lambda: rows("SELECT count(*) FROM polyauth_seen") == [(MOST,)],
               lambda: f"{MOST} logins, not {rows('SELECT count(*) FROM polyauth_seen')}")
