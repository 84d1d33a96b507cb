# SPDX-License-Identifier: Apache-2.0
"""Phones on all the threads of one child, while every file that it follows changes: each answer is
right, and the counters have all of them. With a module under the thread sanitizer this is what
finds a race."""

import subprocess
import threading
from collections import Counter
from contextlib import contextmanager

import pytest

from harness import status
from harness.passwords import MODULES, authorization, htpasswd, put, section
from harness.trust import PINNED, TrustFiles
from harness.verdict import OWN, A, B
from harness.waiting import wait_until

ONE_CHILD = ("StartServers 1\nServerLimit 1\nThreadsPerChild 24\nMaxRequestWorkers 24\n"
             "MinSpareThreads 1\nMaxSpareThreads 24")
ROUNDS = 3
STREAMS = 40


class Site(TrustFiles):
    def __init__(self, server):
        super().__init__(server, interval="1s")
        self.acl, self.passwords = server.root / "conf/acl", server.root / "conf/passwords"
        self.good, self.guest = self.pki.leaf("phone-a"), self.pki.leaf("phone-b")
        self.answers = Counter()
        server.write(f"prov/{B}.cfg", "b's\n")
        server.write(f"asked/{A}.cfg", "a's\n")
        # What mod_auth_basic says of a wrong password.
        server.log.declare("AH01617", "AH01618", always=True)

    def write(self, generation):
        """Each file, other than before; the guest is listed in the first and each second one."""
        put(self.server, "acl", A, *([B] if generation % 2 else []), f"{generation:012x}")
        self.trust(*(PINNED if generation % 2 else reversed(PINNED)))
        self.revoke(generation, number=generation)
        put(self.server, "passwords", htpasswd("phone", "right", "-s") + " label=always",
            htpasswd(f"user{generation}", "other", "-s"))

    def wait_until_in_force(self, generation):
        for path in (self.acl, self.ca, self.passwords):
            self.loaded(path, generation)

    def start(self):
        asked = section(self.server.docroot / "asked", "PolyAuth On",
                        f'PolyAuthPasswordFile "{self.passwords}"')
        state = self.server.own(self.server.root / "state")
        self.write(1)
        self.configure(
            status.SECTION + asked + self.section(revocation=True, more=f'PolyAuthAclFile "{self.acl}"'),
            global_lines=f'PolyAuthState "{state}/state.sqlite"\n', mpm_lines=ONE_CHILD,
            ssl_verify="optional", tls_lines="Protocols h2 http/1.1", log_level="notice")
        self.server.start()
        return self

    # What phones do, on a connection that is kept; each gives the statuses that it got.

    def own_and_foreign(self, connection):
        assert connection.request(f"/prov{OWN}").status == 200
        assert connection.request(f"/prov/{B}.cfg").status == 403
        return 200, 403

    def own_of_guest(self, connection):
        answer = connection.request(f"/prov/{B}.cfg").status
        assert answer in (200, 403)
        return (answer,)

    def password(self, connection):
        right, wrong = authorization("phone", "right"), authorization("phone", "wrong")
        assert connection.request(f"/asked{OWN}", headers=right).status == 200
        assert connection.request(f"/asked{OWN}", headers=wrong).status == 401
        return 200, 401

    def streams(self):
        """Many at a time on one connection of HTTP/2."""
        done = subprocess.run(
            ["nghttp", "-n", "-s", "-m", str(STREAMS), "--cert", self.good.cert, "--key", self.good.key,
             f"https://localhost:{self.server.tls_port}/prov{OWN}"],
            capture_output=True, text=True, timeout=120, check=True)
        answers = [line.split()[4] for line in done.stdout.splitlines() if line.endswith(OWN)]
        assert answers == ["200"] * STREAMS, done.stdout
        return [200] * STREAMS


@contextmanager
def many(*bodies):
    """Each body, over and over on a thread of its own, for as long as the block lasts."""
    done, failures = threading.Event(), []

    def repeat(body):
        try:
            while not done.is_set():
                body()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=repeat, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures, failures


@pytest.fixture
def site(make_server):
    return Site(make_server(modules=(*MODULES, *status.MODULES, "http2"), mpm="event")).start()


def test_every_answer_is_right_and_is_counted(site):
    lock = threading.Lock()

    def kept(connection, ask):
        def body():
            answers = ask(connection)
            with lock:
                site.answers.update(answers)
        return body

    def streams():
        answers = site.streams()
        with lock:
            site.answers.update(answers)

    connections = []

    def on(cert, http2=False):
        connections.append(site.server.connect(cert, http2=http2))
        return connections[-1]

    bodies = [kept(on(site.good), site.own_and_foreign), kept(on(site.good, True), site.own_and_foreign),
              kept(on(site.guest), site.own_of_guest), kept(on(site.good), site.password),
              kept(on(site.good), site.password), streams, lambda: status.figures(site.server)]
    (child,) = site.server.children()
    with many(*bodies):
        for generation in range(2, 2 + ROUNDS):
            site.write(generation)
            site.wait_until_in_force(generation)
    for connection in connections:
        connection.close()
    assert min(site.answers[each] for each in (200, 401, 403)) > 10, site.answers
    assert site.server.children() == [child]
    # What is answered with 401 was granted as far as the certificate goes.
    right = Counter(granted=site.answers[200] + site.answers[401], denied=site.answers[403])

    def counted():
        found = Counter()
        for (decision, _), total in status.totals(site.server).items():
            found[decision] += total
        return found

    # A grant is counted when it is logged, which may be after it has arrived.
    wait_until(lambda: counted() == right, lambda: f"{counted()} to be {right}")
