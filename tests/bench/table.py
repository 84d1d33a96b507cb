# SPDX-License-Identifier: Apache-2.0
"""Tables for people, on a terminal and in Markdown."""

import textwrap
from dataclasses import dataclass, field


@dataclass
class Table:
    title: str
    header: list
    rows: list = field(default_factory=list)
    note: str = ""

    def text(self):
        lines = [self.header, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.header))]
        # The first column says what, the others how much.
        shown = ["  ".join(cell.ljust(width) if at == 0 else cell.rjust(width)
                           for at, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines]
        return "\n".join([self.title, "", shown[0], "-" * len(shown[0]), *shown[1:], *self._note()])

    def markdown(self):
        def row(cells):
            return f"| {' | '.join(cell.replace('<', '&lt;') for cell in cells)} |"

        lines = [row(self.header), "|".join(["", "---", *["--:"] * (len(self.header) - 1), ""])]
        return "\n".join([f"## {self.title}", "", *lines, *map(row, self.rows), *self._note()])

    def _note(self):
        return ["", textwrap.fill(self.note, 100)] if self.note else []


def number(value):
    return "-" if value is None else f"{value:,.0f}"


def added(value):
    return "-" if value is None else f"{value:+,.0f}"


def times(ratio):
    """A median of ratios and the quartiles around it."""
    return f"{ratio['median']:.3f} ({ratio['lower']:.2f}-{ratio['upper']:.2f})"


def size(count):
    if count is None:
        return "-"
    count = max(count, 0)  # less than without is noise
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.2f} GB"


def seconds(value):
    if value is None:
        return "-"
    value = max(value, 0)  # less than without is noise
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def brief(nanoseconds):
    if nanoseconds < 10_000:
        return f"{nanoseconds:,.0f} ns"
    return f"{nanoseconds / 1e3:,.0f} us" if nanoseconds < 1e7 else f"{nanoseconds / 1e6:,.0f} ms"
