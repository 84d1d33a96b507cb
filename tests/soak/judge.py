# SPDX-License-Identifier: Apache-2.0
"""What is a fault and what is not: plain functions of what was seen."""

from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

SERVED, REFUSED, EITHER = "served", "refused", "either"
SECRET = b"the secret of"
# Seconds that the server waits for the next request of a connection, or for the rest of one: more than a
# client on a busy machine takes.
KEEP_ALIVE = 20


def wrong(expected, status, body, served=(200,), refused=(403,), content=None):
    """Why this is not what was expected, or None. A refusal tells no secret, and what is served is the right file."""
    granted = status in served and (content is None or body == content)
    denied = status in refused and SECRET not in body
    if {SERVED: granted, REFUSED: denied, EITHER: granted or denied}[expected]:
        return None
    return f"expected to be {expected}, answered {status} with {body[:100]!r}"


def expected_of(value, changed, asked, grace):
    """Of a device that is admitted (value) or not since `changed`: for `grace` seconds it may be either."""
    if asked - changed < grace:
        return EITHER
    return SERVED if value else REFUSED


class Kill(NamedTuple):
    """A child that was killed, when it had been stopped, and the clients' ports of the connections that it had."""

    at: float
    ports: frozenset


class Restart(NamedTuple):
    """A graceful one: when the parent was told, and when the last of the old children had heard of it."""

    at: float
    until: float


@dataclass(frozen=True)
class Ended:
    """A connection that ended before its answer. `answered` is when it last had one, or was opened if the server has
    said that it did not look at the request; None if it never had."""

    port: int
    opened: float
    answered: float
    failed: float
    what: str


def cause(ended, kills, restarts):
    """Who ended it: "killed", or for a connection that had been answered before "restart" or "idle", where any
    client asks again on another one; else None, and that is a lost request."""
    if any(ended.port in kill.ports and ended.opened <= kill.at <= ended.failed for kill in kills):
        return "killed"
    if ended.answered is None:
        return None
    # An old child closes a connection after any answer, and does not say so in it.
    if any(ended.opened <= restart.until and restart.at <= ended.failed for restart in restarts):
        return "restart"
    if ended.failed - ended.answered >= KEEP_ALIVE - 1:
        return "idle"
    return None


def adoption_times(changes, adoptions, end, grace):
    """Seconds from each change of a file to the first adoption that follows it, and what was not adopted in time
    though nothing replaced it within that time. Both are times in order."""
    took, missed = [], []
    for number, at in enumerate(changes):
        until = changes[number + 1] if number + 1 < len(changes) else end
        found = next((each for each in adoptions if at <= each < until), None)
        if found is not None:
            took.append(found - at)
        if (found or until) - at > grace:
            missed.append(at)
    return took, missed


class Growth(NamedTuple):
    """The middle value of the first and of the last part of a series, and whether that is growth."""

    first: float
    last: float
    grows: bool


def growth(values, percent, plus):
    """Compares the first third with the last one; `percent` and `plus` are what may be noise. A series that is too
    short proves nothing, and counts as growth."""
    third = len(values) // 3
    if not third:
        return Growth(0, 0, True)
    first, last = median(values[:third]), median(values[-third:])
    return Growth(first, last, last > first * (1 + percent / 100) + plus)
