# SPDX-License-Identifier: Apache-2.0
"""Prints what a request costs: the difference of two callgrind profiles per case."""

import re
import subprocess
import sys
from pathlib import Path

TITLES = {
    "none": "no check",
    "off": "module loaded, PolyAuth Off",
    "on": "PolyAuth On",
    "acl": "PolyAuth On, ACL of 1000 devices",
    "all": "On, ACL, trust file and CRLs",
    "first": "the same, first request of a connection",
    "snippet": "the phone maker's <If> -strcmatch",
    "expr": "Require expr -strcmatch",
}
GOAL = 1500
GOAL_FIRST = 30_000
FIRST_SHARE = 20  # of which so many fewer requests are made


class Profile:
    """One run of the server under callgrind."""

    def __init__(self, path):
        self._path = path

    def total(self):
        text = self._path.read_text(errors="replace")
        return int(re.search(r"^(?:summary|totals): (\d+)", text, re.M).group(1))

    def functions(self, inclusive):
        """Instructions by (function, object)."""
        text = subprocess.run(
            ["callgrind_annotate", f"--inclusive={'yes' if inclusive else 'no'}",
             "--threshold=100", "--auto=no", self._path],
            capture_output=True, text=True, check=True).stdout
        counts = {}
        for line in text.splitlines():
            if found := re.match(r"\s*([\d,]+) \([^)]*\)\s+(\S.*?)(?: \[([^\]]*)\])?$", line):
                # The file before the function's name tells inlined parts apart; we do not.
                name = re.sub(r"^[^: ]*:(?!:)", "", found.group(2))
                key = name, Path(found.group(3) or "?").name
                counts[key] = counts.get(key, 0) + int(found.group(1).replace(",", ""))
        return counts


class Case:
    """What one request costs under one configuration."""

    def __init__(self, folder, name, few, many):
        self._low, self._high = (Profile(folder / f"{name}.{count}") for count in (few, many))
        self._requests = (many - few) / (FIRST_SHARE if name == "first" else 1)
        self.cost = (self._high.total() - self._low.total()) / self._requests

    def functions(self, inclusive=False):
        low, high = self._low.functions(inclusive), self._high.functions(inclusive)
        return {key: (high[key] - low.get(key, 0)) / self._requests for key in high}

    def hooks(self):
        """What httpd's calls into the module cost, with all that these call."""
        return sum(value for (name, library), value in self.functions(inclusive=True).items()
                   if library == "mod_polyauth.so" and re.fullmatch(r"polyauth_\w+", name))


def print_rows(title, rows, least, most=40):
    print(f"\n{title}")
    for (name, library), value in sorted(rows.items(), key=lambda row: -row[1])[:most]:
        if value >= least:
            print(f"{value:>10,.0f}  {name[:110]} [{library}]")


def main():
    folder, few, many, *names = sys.argv[1:]
    cases = {name: Case(Path(folder), name, int(few), int(many)) for name in names}
    base = cases.get("none")
    print(f"{'instructions per keep-alive request':<42}{'whole':>10}{'added':>10}{'in hooks':>10}")
    for name, case in cases.items():
        added = f"{case.cost - base.cost:+10,.0f}" if base and name != "none" else ""
        print(f"{TITLES[name]:<42}{case.cost:>10,.0f}{added:>10}{case.hooks():>10,.0f}")
    print(f"goal: the whole check adds at most {GOAL:,}, the first of a connection {GOAL_FIRST:,}; 'in hooks' is the\n"
          "module with all that it calls, 'added' also what a longer answer (Cache-Control: private)\n"
          "costs httpd, and what handshakes cost")
    for name in ("on", "all"):
        if not (base and name in cases):
            continue
        inclusive = {key: value for key, value in cases[name].functions(True).items()
                     if key[1] == "mod_polyauth.so"}
        print_rows(f"{TITLES[name]}: the module's functions, inclusive", inclusive, 10)
        own, without = cases[name].functions(), base.functions()
        print_rows(f"{TITLES[name]}: where the added instructions are spent (self)",
                   {key: own.get(key, 0) - without.get(key, 0) for key in own | without}, 10)


if __name__ == "__main__":
    main()
