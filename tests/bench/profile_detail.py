# SPDX-License-Identifier: Apache-2.0
"""Where the instructions of a request are spent: the difference of two callgrind profiles, by function."""

import re
import subprocess
from pathlib import Path


class Profiles:
    """What one request costs in one case, by (function, object)."""

    def __init__(self, folder, name, requests):
        self._low, self._high, self._requests = folder / f"{name}.few", folder / f"{name}.many", requests

    def functions(self, inclusive=False):
        low, high = _functions(self._low, inclusive), _functions(self._high, inclusive)
        return {key: (high[key] - low.get(key, 0)) / self._requests for key in high}

    def phases(self):
        """All that httpd does between the request's headers and its handler: mapping, access, users, fixups."""
        return self.functions(inclusive=True)["ap_process_request_internal", "apache2"]

    def hooks(self):
        """What httpd's calls into the module cost, with all that these call."""
        return sum(value for (name, library), value in self.functions(inclusive=True).items()
                   if library == "mod_polyauth.so" and re.fullmatch(r"polyauth_\w+", name))


def _functions(path, inclusive):
    text = subprocess.run(
        ["callgrind_annotate", f"--inclusive={'yes' if inclusive else 'no'}", "--threshold=100", "--auto=no", path],
        capture_output=True, text=True, check=True).stdout
    counts = {}
    text = text.partition("PROGRAM TOTALS")[2]
    for line in text.splitlines():
        if found := re.match(r"\s*([\d,]+) \([^)]*\)\s+(\S.*?)(?: \[([^\]]*)\])?$", line):
            # The file before the function's name tells inlined parts apart; we do not.
            name = re.sub(r"^[^: ]*:(?!:)", "", found.group(2))
            key = name, Path(found.group(3) or "?").name
            counts[key] = counts.get(key, 0) + int(found.group(1).replace(",", ""))
    return counts


def print_detail(title, profiles, without):
    """The module's functions, and where the instructions that it adds are spent."""
    inclusive = {key: value for key, value in profiles.functions(inclusive=True).items()
                 if key[1] == "mod_polyauth.so"}
    _print_rows(f"{title}: the module's functions, inclusive", inclusive)
    if without:
        own, base = profiles.functions(), without.functions()
        _print_rows(f"{title}: where the added instructions are spent (self)",
                    {key: own.get(key, 0) - base.get(key, 0) for key in own | base})


def _print_rows(title, rows, least=10, most=40):
    print(f"\n{title}")
    for (name, library), value in sorted(rows.items(), key=lambda row: -row[1])[:most]:
        if value >= least:
            print(f"{value:>10,.0f}  {name[:110]} [{library}]")
