# SPDX-License-Identifier: Apache-2.0
"""A server that runs for a measurement: started, waited for, weighed, ended."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from lab import AS_USER

_MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ ")


class BenchError(Exception):
    """What cannot be measured, and why; for people."""


def free_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def wait_until(condition, what, seconds=60, every=0.02):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise BenchError(f"{what} did not happen within {seconds} s")
        time.sleep(every)
    return found


_running = set()


def end_all():
    """Whatever waits for one of them gets an error."""
    for server in list(_running):
        server.close()


class Server:
    """One peer in one configuration. `prefix` is a command to run it under."""

    def __init__(self, lab, peer, name, prefix=(), pin=None, patience=60):
        self.peer, self.name = peer, name
        self.folder = lab.new_folder(f"run-{peer.kind}-{name}")
        self.port = free_port()
        config = self.folder / "server.conf"
        config.write_text(peer.configuration(self.folder, self.port))
        # Beside the raw figures, for people.
        kept = lab.results / "configurations"
        kept.mkdir(exist_ok=True)
        (kept / f"{peer.kind}-{name}.conf").write_text(config.read_text())
        pinned = ["taskset", "-c", str(pin)] if pin is not None else []
        self._output = self.folder / "output"
        started = time.monotonic()
        with open(self._output, "wb") as output:
            self._process = subprocess.Popen(
                [*pinned, *AS_USER, *prefix, *peer.command(self.folder, config)], stdout=output,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=self.folder, start_new_session=True)
        self.pid = self._process.pid
        _running.add(self)
        try:
            wait_until(self._answers, f"{peer.kind} {name}: to listen", patience)
        except BaseException as error:
            self.close()
            if isinstance(error, BenchError):
                raise BenchError(f"{error}\n{self._said()}") from None
            raise
        self.start_seconds = time.monotonic() - started
        self.start_cpu = self.cpu_seconds()

    def _said(self):
        logs = [self._output, self.folder / "error.log", self.folder / "valgrind.log"]
        return "".join(log.read_text(errors="replace")[-2000:] for log in logs if log.exists())

    def _answers(self):
        if self._process.poll() is not None:
            raise BenchError(f"{self.peer.kind} {self.name} did not start")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def __enter__(self):
        return self

    def __exit__(self, _, error, *__):
        ended = self._process.poll()
        self.close()
        if isinstance(error, BenchError):
            how = "runs" if ended is None else f"has ended with {ended}"
            raise type(error)(f"{error}\n{self.peer.kind} {self.name}, which {how}:\n{self._said()}") from None

    def close(self):
        # A session of its own: none of its processes is anybody else's.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        _running.discard(self)

    def log_lines(self, pattern):
        log = self.folder / "error.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        return re.findall(pattern, text)

    def pids(self):
        """The server and all that descend from it."""
        children = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(stat.parent.name))
        found, new = [], [self.pid]
        while new:
            found += new
            new = [child for pid in new for child in children.get(pid, ())]
        return found

    def cpu_seconds(self):
        """Time on a processor of all threads of all processes that live now."""
        return sum(int(task.read_text().split()[0])
                   for pid in self.pids() for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9

    def memory(self):
        """Bytes of all processes. What they share counts once (proportional set size), and the lists
        that the module has published count whole, wherever they lie and however little was touched."""
        published = sum(path.stat().st_size for path in self.folder.glob("polyauth-*/*"))
        return published + sum(self._private(pid) for pid in self.pids())

    def _private(self, pid):
        total, ours = 0, False
        for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
            if _MAPPING.match(line):
                ours = f"{self.folder}/polyauth-" in line
            elif line.startswith("Pss:") and not ours:
                total += int(line.split()[1]) * 1024
        return total

    def maps_what_is_gone(self):
        """Whether a process still holds a list that another has replaced."""
        return any(f"{self.folder}/polyauth-" in line and line.endswith("(deleted)")
                   for pid in self.pids() for line in Path(f"/proc/{pid}/maps").read_text().splitlines())
