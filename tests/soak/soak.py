# SPDX-License-Identifier: Apache-2.0
"""The soak of scripts/soak, which has built what is soaked."""

import argparse
import datetime
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "httpd"))

from changes import Operator, pause_between_changes, writers
from clients import CLIENTS, Clients
from findings import Findings
from observe import Observer
from report import text
from soak_site import INTERVAL, Site

WARM_UP, QUIET = 0.2, 0.2  # parts of the time: before memory is judged, and without restarts and kills at the end


def say(what):
    print(f"soak: {time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def soak(site, seconds, memory):
    """Everything at once for so long; what was seen."""
    site.server.start()
    begin = time.monotonic()
    end = begin + seconds
    observer, operator, changing = Observer(site.server), Operator(site), writers(site)
    clients = Clients(site, end + 60)
    threads = [operator, *changing, observer]
    try:
        for thread in threads:
            thread.start()
        quiet = end - QUIET * seconds
        _watch(quiet, site, threads[:-1], operator)
        operator.finish()
        quiet = max(quiet, time.monotonic())
        say("no more restarts and kills: children grow old")
        _watch(end, site, changing, operator)
        observer.finish()
        for each in changing:
            each.finish()
        ledger, problems = clients.finish(120)
    finally:
        clients.kill()
    # Clients and lists are still: what is left open or mapped now is left for ever.
    found = Findings(begin + WARM_UP * seconds, quiet, end, ledger, operator, changing, observer, memory)
    found.problems += problems + [each.problem for each in (operator, *changing) if each.problem]
    found.rest(site)
    return found


def _watch(until, site, threads, operator):
    """Returns then, or as soon as there is no point in going on."""
    while time.monotonic() < until and site.server.running and not any(each.problem for each in threads):
        say(f"{until - time.monotonic():.0f} s to go, {len(operator.restarts)} restarts, {len(operator.kills)} kills")
        time.sleep(max(0, min(30, until - time.monotonic())))


def arguments():
    parser = argparse.ArgumentParser(prog="soak")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--minutes", type=int, default=15)
    parser.add_argument("--patience", type=int)
    return parser.parse_args()


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sanitizer = os.environ.get("POLYAUTH_ASAN") == "1"
    seconds = options.minutes * 60
    # Whatever hangs, it ends.
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("soak: error: it took far longer than it should; given up"))
    signal.alarm(int(seconds) + 420)
    kept = options.build / "soak"
    kept.mkdir(exist_ok=True)
    os.environ["POLYAUTH_MODULE"] = str(options.build / "mod_polyauth.so")
    say("making certificates and files")
    grace = INTERVAL + (options.patience or (6 if sanitizer else 3))
    victims = int(seconds / pause_between_changes(grace)) + 10
    with Site(options.build / "polyauthctl", CLIENTS, victims, grace) as site:
        try:
            found = soak(site, seconds, memory=not sanitizer)
        finally:
            site.keep_logs(kept)
    faults = found.faults()
    report = text(found, faults, f"{datetime.date.today()}, {options.minutes:g} minutes, "
                                 f"{'address and undefined-behaviour sanitizers' if sanitizer else 'plain'}")
    (kept / "report.txt").write_text(report)
    print(report, end="")
    print(f"\nThe error log, the configuration and this report: {kept}")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except AssertionError as error:
        sys.exit(f"soak: error: {error}")
