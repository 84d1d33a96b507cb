# SPDX-License-Identifier: Apache-2.0
"""What a request costs, in instructions: the same on an idle machine and on a busy one."""

import re
import shutil
import subprocess

from client import ClosedError, Phone
from lab import AS_USER
from server import BenchError, Server, wait_until

WARM_UP = 20  # the first requests of a connection find nothing in any cache
ATTEMPTS = 5
HANDSHAKES = 20  # cost some thousand times what a check does: so many fewer are asked for


def measure(*what, **how):
    """As _measure(). httpd's event, with the one worker that callgrind meets, may close a connection that
    is open when another one comes: then all is counted anew."""
    for _ in range(ATTEMPTS - 1):
        try:
            return _measure(*what, **how)
        except ClosedError:
            pass
    return _measure(*what, **how)


def _measure(lab, peer, name, few, many, kept=None, anew=False):
    """Instructions of one request: the difference of two counts. What the server does at its start
    is not recorded at all; what it does once cancels. The profiles stay in `kept`."""
    if anew:
        few, many = few // HANDSHAKES, many // HANDSHAKES
    # The names are relative to the folder of the server.
    prefix = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--keep-debuginfo=yes",
              "--callgrind-out-file=profile", "--log-file=valgrind.log"]
    with Server(lab, peer, name, prefix, patience=300) as server:
        phone = Phone(lab, server.port)
        ask = phone.ask_anew if anew else phone.ask
        ask(1 if anew else WARM_UP)
        _control(server, "-i", "on")
        totals = []
        for number, count in enumerate((1, few, many)):
            ask(count)
            _control(server, "-d")
            profile = server.folder / f"profile.{number + 1}"
            totals.append(_total(profile))
        phone.close()
        if kept:
            shutil.copyfile(server.folder / "profile.2", kept / f"{name}.few")
            shutil.copyfile(server.folder / "profile.3", kept / f"{name}.many")
    return (totals[2] - totals[1]) / (many - few)


def _control(server, *what):
    command = [*AS_USER, "callgrind_control", *what, str(server.pid)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0 or "OK" not in done.stdout:
        raise BenchError(f"callgrind_control {what[0]} failed (it needs ptrace): {done.stdout}{done.stderr}")


def _total(profile):
    def found():
        return profile.exists() and re.search(r"^totals: (\d+)", profile.read_text(errors="replace"), re.M)

    return int(wait_until(found, f"{profile.name}: to be written", 60)[1])
