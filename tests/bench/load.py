# SPDX-License-Identifier: Apache-2.0
"""Requests a second and their times, by ab, in alternating runs."""

import os
import re
import statistics
import subprocess

from lab import FILE, MAC
from server import BenchError, Server

CONNECTIONS = 8


def processors():
    """One for the server and one for the phones, where there are two."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


class Generator:
    """Phones that ask as fast as they are answered, over kept-alive TLS 1.2 connections."""

    def __init__(self, lab, server, seconds, pin=None):
        self._server = server
        self._percentiles = server.folder / "percentiles.csv"
        pinned = ["taskset", "-c", str(pin)] if pin is not None else []
        self._command = [*pinned, "ab", "-q", "-k", "-c", str(CONNECTIONS), "-t", str(seconds), "-n", "100000000",
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


def _ratio(values, bases):
    """Median of the ratios of neighbours, and the least and the greatest of them."""
    ratios = sorted(value / base for value, base in zip(values, bases))
    return {"median": statistics.median(ratios), "least": ratios[0], "greatest": ratios[-1]}


def compare(lab, peers, rounds, seconds):
    """`peers` by name, the first is the base. All run at once, one is asked at a time, in turns:
    whatever else the machine does meets neighbours alike."""
    for_server, for_phones = processors()
    servers, runs = {}, {name: [] for name in peers}
    try:
        for name, peer in peers.items():
            servers[name] = Server(lab, peer, f"load-{name}", pin=for_server)
        generators = {name: Generator(lab, server, seconds, for_phones) for name, server in servers.items()}
        for _ in range(rounds):
            for name, generator in generators.items():
                runs[name].append(generator.run())
    finally:
        for server in servers.values():
            server.close()
    base = runs[next(iter(peers))]
    answer = {}
    for name, made in runs.items():
        if any(run["refused"] or run["failed"] for run in made):
            raise BenchError(f"{name}: some requests were refused or failed: {made}")
        answer[name] = {"runs": made, "rate": statistics.median(run["rate"] for run in made)}
        for key in ("rate", "p50_ms", "p99_ms", "cpu_us"):
            answer[name][f"{key}_ratio"] = _ratio([run[key] for run in made], [run[key] for run in base])
    return answer
