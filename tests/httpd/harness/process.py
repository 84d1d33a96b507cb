# SPDX-License-Identifier: Apache-2.0
"""What /proc tells about httpd's processes, and how one is started so that it cannot outlive us."""

import ctypes
import os
import signal
import socket
import subprocess
from functools import lru_cache
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_LISTEN = "0A"  # as /proc/net/tcp writes the state


def spawn(command, environment, output):
    """Starts command; it gets SIGTERM should the test run die without a chance to stop it."""
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        start_new_session=True,
        preexec_fn=lambda: _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0))


def reserve_port():
    """A bound socket, to be kept: its port goes to nobody else, yet httpd can listen on it.

    Linux lets a second socket listen where the first is bound but does not
    listen, if both have SO_REUSEADDR; httpd sets it on its listeners.
    """
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return holder


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(each) for each in file.read().split()]
    except FileNotFoundError:
        return []


def is_alive(pid):
    """Neither gone nor a zombie: httpd takes its time to collect those."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def threads(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except FileNotFoundError:
        return 0


def is_listening(pid, ports):
    """Whether the process still holds a listening socket on one of these loopback ports."""
    wanted = {f"socket:[{inode}]" for state, inode in _sockets(ports) if state == _LISTEN}
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            try:
                if os.readlink(entry.path) in wanted:
                    return True
            except OSError:
                continue
    except OSError:
        return False
    return False


def has_connections(ports):
    """Whether a process still holds a connection that it accepted on one of these ports."""
    return any(state != _LISTEN and inode != "0" for state, inode in _sockets(ports))


def _sockets(ports):
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in list(file)[1:]]
    return [(row[3], row[9]) for row in rows if int(row[1].split(":")[1], 16) in ports]


def sanitizer_environment(folder):
    """What httpd needs to load a module built with sanitizers; reports go to folder."""
    if os.environ.get("POLYAUTH_ASAN") == "1":
        return {
            "LD_PRELOAD": _runtime("libasan.so"),
            # More of the caller's own may follow.
            "ASAN_OPTIONS": f"detect_leaks=0:log_path={folder}/asan:{os.environ.get('ASAN_OPTIONS', '')}",
            "UBSAN_OPTIONS": f"print_stacktrace=1:log_path={folder}/ubsan",
        }
    if os.environ.get("POLYAUTH_TSAN") == "1":
        suppressions = Path(__file__).parents[2] / "support/tsan.supp"
        return {
            "LD_PRELOAD": _runtime("libtsan.so"),
            "TSAN_OPTIONS": f"log_path={folder}/tsan:suppressions={suppressions}:exitcode=0"
                            ":die_after_fork=0:report_signal_unsafe=0:report_thread_leaks=0",
        }
    return {}


def concerns_us(report):
    """Whether a sanitizer's report is about the module. httpd and its libraries are built without
    the thread sanitizer, which does not see all that they synchronize by."""
    return not report.name.startswith("tsan.") or "mod_polyauth" in report.read_text(errors="replace")


@lru_cache(maxsize=None)
def _runtime(library):
    path = subprocess.run(["g++", f"-print-file-name={library}"], capture_output=True, text=True,
                          check=True).stdout.strip()
    assert os.path.isabs(path), f"a module under sanitizers, but g++ knows no {library}"
    return os.path.realpath(path)
