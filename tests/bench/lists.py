# SPDX-License-Identifier: Apache-2.0
"""Lists of devices by their length: what they cost to make, to load, to hold and to ask."""

import os
import subprocess
import time

from client import Phone
from instructions import measure
from peers import GRANTED, Apache, group_file, haproxy_check, nginx_check, polyauth
from server import BenchError, Server, wait_until

LONGEST_TEXT = 1_000_000  # beyond, an administrator would compile
LONGEST_HELD = {"nginx": 10_000_000, "HAProxy": 10_000_000, "AuthGroupFile": 1_000_000}
LONGEST_COUNTED = {"nginx": 1_000_000, "HAProxy": 1_000_000, "AuthGroupFile": 100_000}
ADOPTED = r"PA2001: loaded "


def compilation(lab, count):
    """CPU and memory of `polyauthctl acl compile`."""
    source, out = lab.list_of(count), lab.lists / "measured"
    process = subprocess.Popen([lab.tool, "acl", "compile", source, "-o", out], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BenchError(f"acl compile of {count} devices failed")
    return {"cpu_s": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024,
            "bytes": out.stat().st_size}


def touch(lab, server):
    """Every process has looked into its list."""
    for _ in range(16):
        phone = Phone(lab, server.port)
        phone.ask(2)
        phone.close()


def replace(path, by):
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    os.link(by, beside)
    os.replace(beside, path)


def followed(lab, section, without, name, path, by):
    """A server that follows a file: its start, and what it takes to replace the file."""
    with Server(lab, Apache(lab, without, alone=False, interval="1s"), "follows-none") as server:
        touch(lab, server)
        empty_memory, empty_cpu = server.memory(), server.start_cpu
    with Server(lab, Apache(lab, section, alone=False, interval="1s"), f"follows-{name}", patience=120) as server:
        row = {"start_cpu_s": server.start_cpu - empty_cpu}
        touch(lab, server)
        row["memory"] = server.memory() - empty_memory
        files = len(server.log_lines(ADOPTED))
        before, started = server.cpu_seconds(), time.monotonic()
        replace(path, by)
        wait_until(lambda: len(server.log_lines(ADOPTED)) > files, f"the adoption of {name}", 60)
        row["in_force_after_s"] = time.monotonic() - started
        row["adoption_cpu_s"] = server.cpu_seconds() - before
        wait_until(lambda: touch(lab, server) or not server.maps_what_is_gone(), "letting go of the old list", 30)
        row["memory_after"] = server.memory() - empty_memory
    return row


def revocations(lab, count, few, many):
    """CRLs that name so many certificates, which replace empty ones."""
    in_force, long = lab.lists / "crls-in-force", lab.crls_of(count)
    replace(in_force, lab.crls)
    section = polyauth(lab, trust=True, crls=in_force)
    row = {"revoked": count, "bytes": long.stat().st_size}
    row |= followed(lab, section, polyauth(lab, trust=True), f"crls-{count}", in_force, long)
    row["instructions"] = measure(lab, Apache(lab, section), f"crls-{count}", few, many)
    return row


def ours(lab, count, compiled, few, many, counted):
    """The module with one list, and with another of the same length that replaces it."""
    make = lab.compiled if compiled else lab.list_of
    form = "compiled" if compiled else "text"
    first, second = make(count), make(count, seed=2)
    in_force = lab.lists / "in-force"
    replace(in_force, first)
    row = {"bytes": first.stat().st_size}
    row |= followed(lab, polyauth(lab, in_force), GRANTED, f"{form}-{count}", in_force, second)
    if counted:
        row["instructions"] = measure(lab, Apache(lab, polyauth(lab, first)), f"list-{form}-{count}", few, many)
    return row


def theirs(lab, kind, count, few, many):
    """A peer with its list: a reload costs it what a start does."""
    form = {"nginx": "nginx", "HAProxy": "haproxy", "AuthGroupFile": "group"}[kind]
    make = {"nginx": lambda path: nginx_check(lab, path), "HAProxy": lambda path: haproxy_check(lab, path),
            "AuthGroupFile": lambda path: Apache(lab, group_file(path), False)}[kind]
    without = {"nginx": nginx_check(lab), "HAProxy": haproxy_check(lab),
               "AuthGroupFile": Apache(lab, GRANTED, False)}[kind]
    path = lab.list_of(count, form)
    name = f"list-{kind}"
    row = {"bytes": path.stat().st_size}
    with Server(lab, without, f"{name}-none") as server:
        touch(lab, server)
        empty_memory, empty_cpu = server.memory(), server.start_cpu
    with Server(lab, make(path), f"{name}-{count}", patience=180) as server:
        row["start_cpu_s"] = server.start_cpu - empty_cpu
        touch(lab, server)
        row["memory"] = server.memory() - empty_memory
    if count <= LONGEST_COUNTED[kind]:
        # A file that is read at each request is the same at each.
        if kind == "AuthGroupFile":
            few, many = 2, 6
        row["instructions"] = measure(lab, make(path), f"{name}-{count}", few, many)
    return row
