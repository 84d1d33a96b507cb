# SPDX-License-Identifier: Apache-2.0
"""Processes of clients, each with a few phones and attackers in threads of its own."""

import ctypes
import multiprocessing
import random
import signal
import threading
import time
import traceback

from attackers import FORGED, Attackers
from ledger import Ledger, Tls
from phones import Phones

PROCESSES, PHONES, ATTACKERS = 3, 4, 2
CLIENTS = PROCESSES * (PHONES + ATTACKERS)
_FORK = multiprocessing.get_context("fork")
_PR_SET_PDEATHSIG = 1


class Clients:
    """All processes; finish() returns their ledgers as one."""

    def __init__(self, site, deadline):
        self._over, self._workers = _FORK.Event(), []
        # What is made when it is first asked for is made before the processes part.
        for name in FORGED:
            site.pki.leaf(name)
        for number in range(PROCESSES):
            ours, theirs = _FORK.Pipe(duplex=False)
            worker = _FORK.Process(target=_work, args=(site, number, self._over, deadline, theirs), daemon=True)
            worker.start()
            theirs.close()
            self._workers.append((worker, ours))

    def finish(self, patience):
        """A ledger and what went wrong in the processes themselves."""
        self._over.set()
        total, problems = Ledger(), []
        for worker, pipe in self._workers:
            try:
                ledger, problem = pipe.recv() if pipe.poll(patience) else (None, "a process of clients does not end")
            except EOFError:
                ledger, problem = None, "a process of clients died"
            if problem:
                problems.append(problem)
            if ledger:
                total.add(ledger)
        return total, problems

    def kill(self):
        for worker, _ in self._workers:
            worker.kill()
            worker.join()


def _work(site, number, over, deadline, pipe):
    # Ctrl-C is the main process's; should that die, so do we.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    random.seed()
    ledgers, problems = [], []

    def pause(longest):
        over.wait(random.uniform(0, longest))

    def client(kind, mac):
        ledger = Ledger()
        ledgers.append(ledger)
        plays = kind(site, Tls(site.server, ledger), ledger, mac, pause)
        try:
            while not over.is_set() and time.monotonic() < deadline:
                plays.play()
                pause(0.4)
        except BaseException:
            problems.append(traceback.format_exc())

    kinds = [Phones] * PHONES + [Attackers] * ATTACKERS
    threads = [threading.Thread(target=client, args=(kind, site.listed[number * len(kinds) + at]))
               for at, kind in enumerate(kinds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = Ledger()
    for ledger in ledgers:
        total.add(ledger)
    pipe.send((total, "\n".join(problems)))


