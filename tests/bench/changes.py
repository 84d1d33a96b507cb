# SPDX-License-Identifier: Apache-2.0
"""What requests notice of a list that changes all the time."""

import statistics
import threading

from lists import ADOPTED, replace
from load import Generator, processors
from peers import Apache, polyauth
from server import Server


class Replacer(threading.Thread):
    """Replaces a list by rename, by two that differ in all but the phone, as soon as the one before
    is in force: with PolyAuthReloadInterval 1s that is more than once in two seconds."""

    def __init__(self, server, path, lists):
        super().__init__()
        self._server, self._path, self._lists = server, path, lists
        self._end = threading.Event()
        self.count = 0

    def _adopted(self):
        return len(self._server.log_lines(ADOPTED))

    def run(self):
        while not self._end.is_set():
            before = self._adopted()
            replace(self._path, self._lists[before % 2])
            self.count += 1
            while self._adopted() == before and not self._end.wait(0.05):
                pass

    def finish(self):
        self._end.set()
        self.join()
        return self.count


def measure_changes(lab, devices, rounds, seconds):
    """Runs without and with changes, in turns, of one server."""
    path = lab.lists / "changing"
    lists = [lab.compiled(devices), lab.compiled(devices, seed=2)]
    for_server, for_phones = processors()
    peer = Apache(lab, polyauth(lab, path), alone=False, interval="1s")
    replace(path, lists[0])
    quiet, changing, replaced = [], [], 0
    with Server(lab, peer, "changes", pin=for_server, patience=120) as server:
        at_start = len(server.log_lines(ADOPTED))
        generator = Generator(lab, server, for_phones, seconds=seconds)
        for _ in range(rounds):
            quiet.append(generator.run())
            generator.start()
            replacer = Replacer(server, path, lists)
            replacer.start()
            try:
                changing.append(generator.result())
            finally:
                replaced += replacer.finish()
        adopted = len(server.log_lines(ADOPTED)) - at_start
        refusals = server.log_lines(r"PA5002: .*")
    middle = {name: {key: statistics.median(run[key] for run in runs)
                     for key in ("rate", "p50_ms", "p99_ms", "longest_ms")}
              for name, runs in (("quiet", quiet), ("changing", changing))}
    return {"devices": devices, "runs": {"quiet": quiet, "changing": changing}, **middle, "replaced": replaced,
            "adopted": adopted,
            "refused": len(refusals) + sum(run["refused"] + run["failed"] for run in quiet + changing)}
