# SPDX-License-Identifier: Apache-2.0
"""All that was seen in a run, and which of it are faults."""

import re
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from harness import process
from harness.waiting import wait_until
from judge import KEEP_ALIVE, adoption_times, cause, growth
from log_book import read
from observe import descriptors

MIB = 1 << 20
# Percent and bytes together that may be noise. A child's heap depends on which threads were busy. Not judged under
# the address sanitizer, which keeps what it knows of a module after that was unloaded: megabytes at each restart.
PARENT, CHILD, WHOLE = (2, MIB), (5, 2 * MIB), (5, 4 * MIB)
OPENED_LATER = 8  # descriptors that a child opens when it needs them first: of the state, of HTTP/2
AGE = 6  # seconds of a child's life after which it is weighed
_ADOPTED = re.compile(r'\[(.*?)\] .* PA2001: loaded "(.*?)" ')


class Findings:
    """`warm` is when the lists are all adopted and memory is judged, `quiet` when restarts and kills are over."""

    def __init__(self, warm, quiet, end, ledger, operator, writers, observer, memory):
        self.warm, self.quiet, self.end = warm, quiet, end
        self.ledger, self.operator, self.writers, self.observer = ledger, operator, writers, observer
        self.memory = memory  # whether it is judged
        self.problems = []
        self.causes = Counter()
        self.lost = []
        for each in ledger.ended:
            why = cause(each, operator.kills, operator.restarts)
            self.causes["lost" if each.answered is None else "sent again", why] += 1
            if why is None:
                self.lost.append(each)

    def rest(self, site):
        """With no client left, and after the end of the server."""
        server = site.server
        if not server.running:
            self.problems.append("the server has ended by itself")
        for what, done in (("every connection is closed", lambda: not process.has_connections({server.tls_port})),
                           ("no process maps a replaced list", lambda: not _maps_what_is_gone(server))):
            try:
                wait_until(done, what, 4 * KEEP_ALIVE)
            except AssertionError as problem:
                self.problems.append(str(problem))
        self.resting = [len(descriptors(pid)) for pid in server.children()]
        if self.resting and max(self.resting) > self.observer.idle + OPENED_LATER:
            self.problems.append(f"growth: children that rest have {self.resting} descriptors, not {self.observer.idle}")
        stopped = time.time()
        try:
            server.stop()
        except AssertionError as problem:
            self.problems.append(str(problem))
        lines = []
        for log in (server.log.startup.path, server.log.path):
            lines += log.read_text(errors="backslashreplace").splitlines() if log.exists() else []
        self.patterns, self.unexplained = read(lines)
        adopted = [found.groups() for found in map(_ADOPTED.match, lines) if found]
        self.adoptions = {}
        for writer in self.writers:
            times = [_seconds(at) for at, path in adopted if path == str(writer.path)]
            self.adoptions[writer.name] = adoption_times(writer.times, times, stopped, site.grace)
        self.reports = [each.read_text(errors="replace") for each in sorted((server.root / "sanitizer").iterdir())]

    # Memory and descriptors, as rows of a name, how to write the values, and the growth.

    def grown(self):
        parent = self.observer.parent_between(self.warm, self.end)
        same_age = self.observer.children_of_age(self.warm, self.quiet, AGE)
        # By then the last of them has served for a while.
        old = self.observer.old_children(self.quiet + (self.end - self.quiet) / 3, self.end)
        rows = [("all processes, PSS, until the quiet end", MIB,
                 growth(self.observer.whole_between(self.warm, self.quiet), *WHOLE)),
                ("parent, RSS", MIB, growth([each.rss for each in parent], *PARENT)),
                ("parent, descriptors", 1, growth([each.descriptors for each in parent], 0, 0)),
                ("parent, published files mapped", 1, growth([each.maps for each in parent], 0, 0)),
                (f"children {AGE} s old, RSS", MIB, growth([each.rss for each in same_age], *CHILD)),
                (f"children {AGE} s old, open files", 1, growth([each.files for each in same_age], 0, 0)),
                (f"children {AGE} s old, published files mapped", 1, growth([each.maps for each in same_age], 0, 0))]
        for number, samples in enumerate(old or [[]], 1):
            rows += [(f"child {number} of the quiet end, RSS", MIB, growth([each.rss for each in samples], *CHILD)),
                     (f"child {number} of the quiet end, open files", 1,
                      growth([each.files for each in samples], 0, 0))]
        return rows

    def _when(self, ended):
        """For who looks for the reason."""
        told = {"restart": [each.at for each in self.operator.restarts], "kill": [each.at for each in self.operator.kills]}
        return f"opened {ended.failed - ended.opened:.2f} s before" + "".join(
            f", {ended.failed - max(times):.2f} s after the last {what}" for what, all_times in told.items()
            if (times := [at for at in all_times if at <= ended.failed]))

    def faults(self):
        """One line for each."""
        found = list(self.problems)
        found += [f"wrong decision: {each}" for each in self.ledger.wrong[:20]]
        if self.ledger.wrong_count > 20:
            found.append(f"{self.ledger.wrong_count} wrong decisions in all")
        found += [f"lost request: {each.what} ({self._when(each)})" for each in self.lost[:20]]
        if len(self.lost) > 20:
            found.append(f"{len(self.lost)} lost requests in all")
        for name, (_, missed) in self.adoptions.items():
            if missed:
                found.append(f"{name}: {len(missed)} changes were not in force in time")
        found += [f"growth: {name}" for name, unit, each in self.grown()
                  if each.grows and (self.memory or unit != MIB)]
        found += [f"unexplained in the error log: {line}" for line in self.unexplained[:20]]
        if len(self.unexplained) > 20:
            found.append(f"{len(self.unexplained)} unexplained lines in all")
        found += [f"sanitizer report: {report}" for report in self.reports]
        # A soak in which a kind of trouble did not come shows nothing.
        changes = {f"change of {each.name}": each.times for each in self.writers}
        for what, count in {"graceful restart": self.operator.restarts, "killed child": self.operator.kills,
                            "answer": self.ledger.answers, **changes}.items():
            if not count:
                found.append(f"there was no {what}")
        return found


def _seconds(text):
    return datetime.strptime(text, "%a %b %d %H:%M:%S.%f %Y").timestamp()


def _maps_what_is_gone(server):
    for pid in [server.pid, *server.children()]:
        try:
            maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        except FileNotFoundError:
            continue
        if any("/run/polyauth-" in line and line.endswith("(deleted)") for line in maps):
            return True
    return False
