# SPDX-License-Identifier: Apache-2.0
"""Requests a second and their times, by ab, in alternating runs."""

import os
import re
import statistics
import subprocess

from lab import FILE
from server import BenchError, Server

CONNECTIONS = 8


def processors():
    """One for the server and one for the phones, where there are two."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


class Generator:
    """Phones that ask as fast as they are answered, over kept-alive TLS 1.2 connections."""

    def __init__(self, lab, server, pin=None, requests=None, seconds=None):
        self._server = server
        self._percentiles = server.folder / "percentiles.csv"
        pinned = ["taskset", "-c", str(pin)] if pin is not None else []
        # Of both, ab takes the one that comes first.
        length = ["-t", str(seconds), "-n", "100000000"] if seconds else ["-n", str(requests)]
        self._command = [*pinned, "ab", "-q", "-k", "-c", str(CONNECTIONS), *length,
                         "-f", "TLS1.2", "-E", lab.pki / "phone-a.pem", "-e", self._percentiles,
                         f"https://127.0.0.1:{server.port}/{FILE}"]

    def start(self):
        self._cpu = self._server.cpu_seconds()
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self

    def result(self):
        said = self._process.communicate(timeout=120)[0]
        if self._process.returncode != 0:
            raise BenchError(f"ab failed: {said}")
        cpu = self._server.cpu_seconds() - self._cpu
        complete = int(re.search(r"Complete requests:\s+(\d+)", said)[1])
        refused = re.search(r"Non-2xx responses:\s+(\d+)", said)
        times = {name: float(value) for name, value in
                 (line.split(",") for line in self._percentiles.read_text().splitlines()[1:])}
        return {
            "requests": complete,
            "rate": float(re.search(r"Requests per second:\s+([\d.]+)", said)[1]),
            "p50_ms": times["50"], "p99_ms": times["99"],
            "longest_ms": times["100"] if "100" in times else None,
            "cpu_us": cpu / complete * 1e6,
            "refused": int(refused[1]) if refused else 0,
            "failed": int(re.search(r"Failed requests:\s+(\d+)", said)[1]),
        }

    def run(self):
        return self.start().result()


def _ratio(pairs, key):
    """Median and quartiles of the ratios of runs to the two of the base around them."""
    ratios = [2 * run[key] / (before[key] + after[key]) for before, run, after in pairs]
    lower, median, upper = statistics.quantiles(ratios, n=4, method="inclusive")
    return {"median": median, "lower": lower, "upper": upper}


def compare(lab, peers, rounds, requests):
    """`peers` by name, the first is the base. All run at once and one is asked at a time, each between
    two runs of the base: whatever else the machine does meets neighbours alike."""
    for_server, for_phones = processors()
    base, *others = peers
    servers, pairs = {}, {name: [] for name in others}
    try:
        for name, peer in peers.items():
            servers[name] = Server(lab, peer, f"load-{name}", pin=for_server)
        ask = {name: Generator(lab, server, for_phones, requests=requests) for name, server in servers.items()}
        bases = [ask[base].run()]
        for _ in range(rounds):
            for name in others:
                run = ask[name].run()
                bases.append(ask[base].run())
                pairs[name].append((bases[-2], run, bases[-1]))
    finally:
        for server in servers.values():
            server.close()
    answer = {base: {"runs": bases}}
    for name in others:
        answer[name] = {"runs": [run for _, run, _ in pairs[name]],
                        **{f"{key}_ratio": _ratio(pairs[name], key) for key in ("rate", "p50_ms", "p99_ms", "cpu_us")}}
    for name, found in answer.items():
        if any(run["refused"] or run["failed"] for run in found["runs"]):
            raise BenchError(f"{name}: some requests were refused or failed: {found['runs']}")
        for key in ("rate", "cpu_us"):
            found[key] = statistics.median(run[key] for run in found["runs"])
    return answer
