# SPDX-License-Identifier: Apache-2.0
"""Reads a server's logs from a mark on, and knows which complaints a test has declared."""

import re

from harness.waiting import wait_until

BAD_LEVELS = {"warn", "error", "crit", "alert", "emerg"}
# authz_core's own line for a denial that the module has logged already; mod_ssl's hint
# that SSLSessionCache is none, and that the machine's OpenSSL is older than the one it was
# built with; the event MPM's, when a child that ends meets a connection that is about to
# close.
EXPECTED = {"AH01630", "AH01873", "AH01882", "AH03092"}
# A child that died is never in order, though httpd calls it a notice.
CRASHES = {"AH00050", "AH00051", "AH00052", "AH00545"}

_LEVEL = re.compile(r"^\[[^\]]*\] \[\w*:(\w+)\]")
_THREAD = re.compile(r"\[pid \d+(:tid \d+)?\]")
_ID = re.compile(r"\b(?:AH\d{5}|PA\d{4})(?=:)")
_PAIR = re.compile(r'([\w-]+)=("(?:[^"\\]|\\.)*"|\S+)')


class LogFile:
    """A growing file, read in whole lines since the last mark()."""

    def __init__(self, path):
        self.path, self.offset = path, 0

    def text(self):
        try:
            with open(self.path, "rb") as file:
                file.seek(self.offset)
                data = file.read()
        except FileNotFoundError:
            return ""
        return data[:data.rfind(b"\n") + 1].decode("utf-8", "backslashreplace")

    def mark(self):
        """What follows looks at later lines only."""
        self.offset += len(self.text().encode("utf-8", "surrogateescape"))

    def lines(self, regex=""):
        return [line for line in self.text().split("\n") if line and re.search(regex, line)]

    def wait_for(self, regex):
        """The first line since the mark that matches."""
        return wait_until(lambda: self.lines(regex), lambda: f"{regex!r} in\n{self.text()}")[0]


class ErrorLog(LogFile):
    """The error log, and what httpd printed before it opened that log."""

    def __init__(self, path, startup_output):
        super().__init__(path)
        self.startup = LogFile(startup_output)
        self._declared, self._always = set(), set()

    def declare(self, *ids, always=False):
        """These ids may appear at warn and above: in this test, or as long as the server lives."""
        for each in ids:
            assert re.fullmatch(r"AH\d{5}|PA\d{4}", each), f"not a message id: {each}"
        (self._always if always else self._declared).update(ids)

    def undeclared(self):
        """The lines since the mark at warn and above whose id nobody declared."""
        allowed = EXPECTED | self._declared | self._always
        left, tolerated = [], set()
        for line in self.lines() + self.startup.lines():
            thread = _THREAD.search(line)
            # mod_ssl's details carry no id; they belong to the line before them.
            if "] SSL Library Error: " in line and thread and thread.group() in tolerated:
                continue
            if thread:
                tolerated.discard(thread.group())
            if _is_complaint(line):
                if not _ids(line) & allowed:
                    left.append(line)
                elif thread:
                    tolerated.add(thread.group())
        return left

    def end_test(self):
        """Forgets this test's lines and declarations; fails if a complaint was undeclared."""
        left = self.undeclared()
        self._declared.clear()
        self.mark()
        assert not left, "undeclared lines in the error log:\n" + "\n".join(left)

    def mark(self):
        super().mark()
        self.startup.mark()

    def denials(self):
        return self._decisions("PA5002", "denied")

    def would_denials(self):
        return self._decisions("PA5003", "would-deny")

    def grants(self):
        return self._decisions("PA5001", "granted")

    def _decisions(self, number, word):
        """One dict of the key=value pairs per line; quotes are off, escapes stay as logged."""
        found = []
        for line in self.lines(rf"\b{number}: {word}\b"):
            pairs = _PAIR.findall(line.split(f"{number}: {word}", 1)[1])
            found.append({key: value[1:-1] if value[0] == '"' else value for key, value in pairs})
        return found


def _ids(line):
    """Only the first id is the line's own; what follows may quote a client."""
    found = _ID.search(line)
    return {found.group()} if found else set()


def _is_complaint(line):
    level = _LEVEL.match(line)
    if _ids(line) & CRASHES:
        return True
    return not level or level.group(1) in BAD_LEVELS
