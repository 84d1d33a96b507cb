# SPDX-License-Identifier: Apache-2.0
"""The report of a soak, for people."""

import re
from collections import Counter, defaultdict
from statistics import median

from findings import CHILD, MIB, PARENT, WHOLE
from log_book import EXPLAINED


def text(found, faults, title):
    parts = [f"Soak of {title}: {'CLEAN' if not faults else f'{len(faults)} FAULTS'}",
             _section("Requests", _requests(found)), _section("Requests without an answer", _lost(found)),
             _section("Trouble made", _trouble(found)),
             _section("Memory and descriptors, first and last third", _growth(found)),
             _section("The error log, line by line", _log(found))]
    if faults:
        parts.append(_section("Faults", faults))
    return "\n\n".join(parts) + "\n"


def _section(title, lines):
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _requests(found):
    kinds = defaultdict(Counter)
    for (kind, status), count in found.ledger.answers.items():
        kinds[kind][status] += count
    for kind, statuses in sorted(kinds.items()):
        yield (f"{sum(statuses.values()):>8,}  {kind}: "
               + ", ".join(f"{status} {count:,}" for status, count in sorted(statuses.items())))
    yield f"{sum(found.ledger.answers.values()):>8,}  in all; wrong decisions: {found.ledger.wrong_count}"
    yield f"{found.ledger.either:>8,}  of them while a change was on its way, when a device may be served or refused"
    for kind, count in sorted(found.ledger.connections.items()):
        yield f"{count:>8,}  connections: {kind}"


def _lost(found):
    causes = found.causes
    yield f"lost: {causes['lost', 'killed']} of killed children, {causes['lost', None]} others"
    yield ("kept connections that were closed before the next answer, asked again on another: "
           f"{causes['sent again', 'killed']} of killed children, {causes['sent again', 'restart']} of a graceful restart, "
           f"{causes['sent again', 'idle']} idle for too long, {causes['sent again', None]} others")


def _trouble(found):
    operator = found.operator
    held = [len(kill.ports) for kill in operator.kills]
    took = [restart.until - restart.at for restart in operator.restarts] or [0]
    yield (f"{len(operator.restarts)} graceful restarts; until the old children listened no more: "
           f"{median(took):.1f} s, at most {max(took):.1f} s")
    yield f"{len(operator.kills)} children killed, which had {sum(held)} connections"
    for writer in found.writers:
        times, missed = found.adoptions[writer.name]
        slips = f", and {writer.slips} slips" if writer.slips else ""
        yield (f"{writer.name}: {len(writer.times)} changes, one in {writer.every} s{slips}; in force after "
               + (f"{median(times):.1f} s, at most {max(times):.1f} s" if times else "never")
               + f"; too late: {len(missed)}")


def _growth(found):
    for name, unit, each in found.grown():
        yield f"{name}: {_value(each.first, unit)} to {_value(each.last, unit)}{', GROWS' if each.grows else ''}"
    if not found.memory:
        yield "Memory is not judged under the address sanitizer: it keeps what it knows of a module that was unloaded."
    yield (f"children without a client at the end, descriptors: {', '.join(map(str, found.resting))}; before the first "
           f"client at most {found.observer.idle}")
    yield "By the middle values of the first and last third after the warm-up. Children live from one restart or kill to"
    yield "the next, so those of equal age are compared; of the quiet end, each with itself, after its first third."
    yield (f"Growth is more than {_noise(PARENT)} of the parent's memory, {_noise(CHILD)} of a child's, {_noise(WHOLE)} of "
           "all together; of the rest, any.")


def _noise(limit):
    return f"{limit[0]} % and {limit[1] / MIB:g} MiB"


def _value(value, unit):
    return f"{value:g}" if unit == 1 else f"{value / unit:.1f} MiB"


def _log(found):
    for pattern, why in EXPLAINED:
        if count := found.patterns[pattern]:
            yield f"{count:>8,}  {_name(pattern)}: {why}"
    yield f"{len(found.unexplained):>8,}  unexplained"


def _name(pattern):
    """The id, with the reason of a refusal; or the words."""
    found = re.match(r"(PA5002: denied reason=[\w-]+|[AP][HA]\d+|.*)", pattern)
    return found.group().replace(": denied", "").replace("\\", "")
