# SPDX-License-Identifier: Apache-2.0
"""Those who change things while phones boot: writers of lists, and who restarts the server or kills its children."""

import os
import random
import signal
import threading
import time

from harness.waiting import wait_until
from judge import Kill, Restart
from observe import client_ports, is_stopped
from soak_site import CHILDREN

RESTART_EVERY, KILL_EVERY = 30, 20
BAD_LIST = 6  # one change of the text in so many is a slip


def pause_between_changes(grace):
    """So that half of the time it is certain what is in force."""
    return 2 * grace


class Repeated(threading.Thread):
    """Does something again and again; what goes wrong is kept."""

    def __init__(self, name, every, first):
        super().__init__(name=name, daemon=True)
        self.every, self._first, self._over = every, first, threading.Event()
        self.problem = None

    def run(self):
        try:
            left = self._first
            while not self._over.wait(left):
                left = self.once() or self.every
        except BaseException as error:
            self.problem = f"{self.name}: {type(error).__name__}: {error}"

    def finish(self):
        self._over.set()
        self.join(180)


class Writer(Repeated):
    """Replaces one file every few seconds; `times` are those of the changes that ought to be adopted, by the clock on
    the wall, as the log has them."""

    def __init__(self, name, every, path, first, change):
        super().__init__(name, every, first)
        self.path, self.times, self.slips, self._change = path, [], 0, change

    def once(self):
        at = self._change(len(self.times) + self.slips + 1)
        if at is None:
            self.slips += 1
        else:
            self.times.append(at)


def writers(site):
    def text(number):
        if number % BAD_LIST == 0:
            site.put_bad_list()
            return None
        return site.put_list("text", not site.flips["text"].value)

    def writer(name, file, first, change):
        return Writer(name, pause_between_changes(site.grace), site.files.folder / file, first, change)

    return [writer("the text list", "text.acl", 1, text),
            writer("the compiled list", "compiled.acl", 3,
                   lambda _: site.put_list("compiled", not site.flips["compiled"].value)),
            writer("the CRLs", "crl.pem", 5, lambda number: site.put_revocations(number + 1)),
            writer("the password file", "passwords", 7, lambda _: site.put_passwords(not site.turning.value))]


class Operator(Repeated):
    """Restarts gracefully and kills children, one after the other: httpd's own code does not bear to be told to end
    while a child starts."""

    def __init__(self, site):
        super().__init__("restarts and kills", 1, 10)
        self._server, self._old = site.server, set()
        self._restart_at, self._kill_at = time.monotonic() + RESTART_EVERY, time.monotonic() + KILL_EVERY
        self.restarts, self.kills = [], []

    def once(self):
        now = time.monotonic()
        if now >= self._restart_at:
            self._restart()
            self._restart_at = now + random.uniform(0.8, 1.2) * RESTART_EVERY
        elif now >= self._kill_at:
            self._kill()
            self._kill_at = now + random.uniform(0.8, 1.2) * KILL_EVERY
        return None

    def _restart(self):
        self._server.log.mark()
        self._old |= set(self._server.children())
        begin = time.monotonic()
        self._server.graceful()
        self.restarts.append(Restart(begin, time.monotonic()))

    def _young(self):
        return [pid for pid in self._server.children() if pid not in self._old]

    def _kill(self):
        pid = random.choice(self._young())
        # What is stopped accepts nothing more, so its connections are known for certain.
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: is_stopped(pid), f"child {pid} to stop")
        self.kills.append(Kill(time.monotonic(), client_ports(pid, self._server.tls_port)))
        os.kill(pid, signal.SIGKILL)
        self._old.add(pid)
        wait_until(lambda: len(self._young()) >= CHILDREN, "a child in the place of the killed one", 60)
        self._server._settle(self._old)
