# SPDX-License-Identifier: Apache-2.0
"""What /proc tells of the server's processes over time."""

import os
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from harness import process

EVERY = 3  # seconds


class Sample(NamedTuple):
    at: float
    rss: int  # bytes, as pss
    pss: int
    descriptors: int
    files: int  # those of them that are files, but none that is being served
    maps: int  # of published files


def sample(pid):
    """None if it has ended."""
    try:
        rollup = dict(line.split()[:2] for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
        maps = Path(f"/proc/{pid}/maps").read_text().count("/run/polyauth-")
        held = descriptors(pid).values()
    except (OSError, KeyError):
        return None
    if "Rss:" not in rollup:
        return None
    return Sample(time.monotonic(), int(rollup["Rss:"]) * 1024, int(rollup["Pss:"]) * 1024, len(held),
                  sum(target.startswith("/") and "/docroot/" not in target for target in held), maps)


def descriptors(pid):
    """{name: what it is}"""
    found = {}
    for entry in os.scandir(f"/proc/{pid}/fd"):
        try:
            found[entry.name] = os.readlink(entry.path)
        except FileNotFoundError:
            pass
    return found


def client_ports(pid, port):
    """The clients' ports of the connections to `port` that the process holds."""
    held = {target[8:-1] for target in descriptors(pid).values() if target.startswith("socket:[")}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return frozenset(int(row[2].split(":")[1], 16) for row in rows
                     if int(row[1].split(":")[1], 16) == port and row[9] in held)


def is_stopped(pid):
    """Each thread of it, by SIGSTOP."""
    states = [Path(each, "stat").read_text().rpartition(")")[2].split()[0] for each in Path(f"/proc/{pid}/task").iterdir()]
    return all(state == "T" for state in states)


class Observer(threading.Thread):
    """Samples the parent and its children until it is told to end."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self._server, self._over = server, threading.Event()
        self.parent, self.children = [], defaultdict(list)
        self.whole = []  # when, and the PSS of all processes together
        # Before the first client comes.
        self.idle = max(len(descriptors(pid)) for pid in server.children())

    def run(self):
        while not self._over.wait(EVERY):
            seen = {pid: each for pid in [self._server.pid, *process.children(self._server.pid)]
                    if (each := sample(pid)) is not None}
            for pid, each in seen.items():
                (self.parent if pid == self._server.pid else self.children[pid]).append(each)
            self.whole.append((time.monotonic(), sum(each.pss for each in seen.values())))

    def finish(self):
        self._over.set()
        self.join()

    def parent_between(self, begin, end):
        return [each for each in self.parent if begin <= each.at < end]

    def whole_between(self, begin, end):
        return [pss for at, pss in self.whole if begin <= at < end]

    def children_of_age(self, begin, end, age):
        """One sample of each child that was seen for the first time after `begin`, taken at that age, in their order."""
        found = []
        for samples in self.children.values():
            born = samples[0].at
            if begin <= born < end:
                found += [each for each in samples if age <= each.at - born < age + 2 * EVERY][:1]
        return sorted(found)

    def old_children(self, begin, end):
        """The samples of those that lived from `begin` to the end, child by child."""
        return [[each for each in samples if begin <= each.at < end] for samples in self.children.values()
                if samples[0].at < begin and samples[-1].at > end - 3 * EVERY]
