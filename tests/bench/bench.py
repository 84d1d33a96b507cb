# SPDX-License-Identifier: Apache-2.0
"""The measurements of scripts/bench, which has built what is measured."""

import argparse
import datetime
import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import report
from cases import CASES
from changes import measure_changes
from instructions import HANDSHAKES, measure
from lab import Lab
from lists import LONGEST_HELD, LONGEST_TEXT, compilation, ours, revocations, theirs
from load import compare
from micro import run_micro
from profile_detail import Profiles, print_detail
from server import BenchError, end_all
from versions import versions

PARTS = ["instructions", "load", "lists", "changes", "micro"]


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    parts: list
    devices: int  # in the long list of the case `all`
    few: int
    many: int
    load: dict  # the cases of each peer, its base first
    rounds: int
    requests: int  # of one run
    lengths: list  # of lists
    counted: list  # those of them with the instructions of a request
    their_lengths: list
    revoked: list  # in CRLs
    changes: tuple  # devices, rounds, seconds


QUICK = Plan(["instructions", "load", "lists", "changes"], 100_000, 100, 500,
             {"httpd": ["none", "all", "snippet"], "nginx": ["nginx", "nginx-own"],
              "HAProxy": ["haproxy", "haproxy-own"]}, 7, 1500,
             [1000, 10_000, 100_000, 1_000_000], [1000, 1_000_000], [], [], (100_000, 2, 4))
FULL = Plan(PARTS, 10_000_000, 200, 1200,
            {"httpd": ["none", "off", "on", "acl", "trust", "all", "snippet", "expr"],
             "nginx": ["nginx", "nginx-own", "nginx-all"],
             "HAProxy": ["haproxy", "haproxy-own", "haproxy-all"]}, 12, 2500,
            [10**power for power in range(3, 8)], [10**power for power in range(3, 8)],
            [10**power for power in range(3, 8)], [1000, 200_000], (1_000_000, 5, 6))


def say(text):
    print(f"bench: {text} ...", file=sys.stderr, flush=True)


def count_instructions(lab, plan, names, with_hooks):
    """Two at a time: a count is the same however busy the machine is."""
    profiles = lab.results / "profiles"
    profiles.mkdir(exist_ok=True)

    def one(name):
        case = CASES[name]
        anew = name == "first"
        peer = case.peer(lab, plan.devices, True)
        found = {"whole": measure(lab, peer, name, plan.few, plan.many, profiles, anew)}
        requests = plan.many // HANDSHAKES - plan.few // HANDSHAKES if anew else plan.many - plan.few
        profile = Profiles(profiles, name, requests)
        if peer.kind == "httpd":
            found["phases"] = profile.phases()
        if with_hooks and case.ours:
            found["hooks"] = profile.hooks()
        return name, found

    # Lists are made once, not by two at a time.
    for name in names:
        CASES[name].peer(lab, plan.devices, True)
    with ThreadPoolExecutor(2) as pool:
        try:
            return dict(pool.map(one, names))
        except BaseException:
            end_all()
            pool.shutdown(cancel_futures=True)
            raise


def measure_load(lab, plan):
    def peers(names):
        return {name: CASES[name].peer(lab, plan.devices, False) for name in names}

    return {kind: compare(lab, peers(names), plan.rounds, plan.requests) for kind, names in plan.load.items()}


def measure_lists(lab, plan):
    """Row by row: the long ones take their time."""
    for count in plan.lengths:
        for compiled in (False, True) if count <= LONGEST_TEXT else (True,):
            say(f"a {'compiled list' if compiled else 'text'} of {count:,} devices")
            yield {"devices": count, "kind": "compiled" if compiled else "text",
                   **ours(lab, count, compiled, plan.few, plan.many, count in plan.counted)}
    for kind in ("AuthGroupFile", "HAProxy", "nginx"):
        for count in plan.their_lengths:
            if count > LONGEST_HELD[kind]:
                continue
            say(f"{kind} with {count:,} devices")
            row = {"devices": count, "kind": kind}
            try:
                row |= theirs(lab, kind, count, plan.few, plan.many)
            except BenchError as error:
                # A peer that cannot hold such a list is a result.
                row["problem"] = str(error)
            yield row


def measure_all(lab, plan, options):
    raw = {"date": datetime.date.today().isoformat(), "versions": versions(options.build), "devices": plan.devices,
           "command": options.command, "few": plan.few, "many": plan.many, "load_rounds": plan.rounds,
           "load_requests": plan.requests}
    started = time.monotonic()

    def save():
        # What has been measured is not lost with what fails later.
        raw["minutes"] = (time.monotonic() - started) / 60
        figures_of(lab).write_text(json.dumps(raw, indent=1) + "\n")

    for part in options.part or plan.parts:
        say(part)
        if part == "instructions":
            names = [name for name in CASES if name != "first"]
            raw[part] = count_instructions(lab, plan, names, with_hooks=not options.quick)
        elif part == "load":
            raw[part] = measure_load(lab, plan)
        elif part == "lists":
            raw["compilations"] = [{"devices": count, **compilation(lab, count)} for count in plan.lengths]
            raw["revocations"] = [revocations(lab, count, plan.few, plan.many) for count in plan.revoked]
            raw[part] = []
            for row in measure_lists(lab, plan):
                raw[part].append(row)
                save()
        elif part == "changes":
            raw[part] = measure_changes(lab, *plan.changes)
        else:
            raw[part] = run_micro(options.build)
        save()
    return raw


def figures_of(lab):
    return lab.results / "figures.json"


def detail(lab, plan, options):
    """The cases that were named, function by function."""
    raw = {"devices": plan.devices, "few": plan.few, "many": plan.many,
           "instructions": count_instructions(lab, plan, options.cases, with_hooks=True)}
    print(report.instructions(raw).text())
    folder, requests = lab.results / "profiles", plan.many - plan.few
    base = Profiles(folder, "none", requests) if "none" in options.cases else None
    for name in options.cases:
        if CASES[name].ours and name not in ("off", "first"):
            print_detail(report.title_of(name, raw), Profiles(folder, name, requests), base)
    print(f"\nThe profiles, for callgrind_annotate: {folder}")


def arguments():
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--few", type=int)
    parser.add_argument("--many", type=int)
    parser.add_argument("--devices", type=int)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    options = parser.parse_args()
    options.build = options.build.resolve()
    for name in options.cases:
        if name not in CASES:
            parser.error(f"no such case: {name}")
    options.command = " ".join(["scripts/bench", *(["--quick"] if options.quick else []),
                                *(f"--part {part}" for part in options.part or ())])
    return options


def main():
    # Servers are ended by the blocks that started them, whatever ends these.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    base = QUICK if options.quick or options.cases else FULL
    plan = replace(base, few=options.few or base.few, many=options.many or base.many,
                   devices=options.devices or base.devices)
    results = options.build / "bench"
    results.mkdir(exist_ok=True)
    try:
        with Lab(options.build, results) as lab:
            if options.cases:
                return detail(lab, plan, options)
            raw = measure_all(lab, plan, options)
    except KeyboardInterrupt:
        sys.exit(130)
    except (BenchError, subprocess.SubprocessError, OSError) as error:
        sys.exit(f"bench: error: {error}{getattr(error, 'stderr', None) or ''}")
    if options.markdown:
        report.write_markdown(options.markdown, raw)
    print(report.text(raw))
    print(f"\nMeasured in {raw['minutes']:.1f} minutes.\nThe raw figures: {figures_of(lab)}\n"
          f"The configurations: {results / 'configurations'}")
    return None


if __name__ == "__main__":
    main()
