# SPDX-License-Identifier: Apache-2.0
"""An administrator rotates passwords with polyauthctl, and the server does what the tool says."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from harness.passwords import MODULES, A, B, section
from harness.waiting import wait_until

OWN = {"phone-a": f"/{A}.cfg", "phone-b": f"/{B}.cfg"}


@pytest.fixture(scope="module")
def tool():
    """polyauthctl, which is built beside the module."""
    path = Path(os.environ["POLYAUTH_MODULE"]).parent / "polyauthctl"
    assert path.is_file(), f"{path} is not built"

    def run(*arguments, typed=""):
        done = subprocess.run([path, "password", *arguments], input=typed, text=True,
                              capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def status(make_server):
    server = make_server(modules=MODULES)
    server.log.declare("AH01617", "AH01618", always=True)
    for path in OWN.values():
        server.write(path[1:], "its own\n")

    def ask(user, password, phone="phone-a"):
        return server.get(OWN[phone], cert=server.pki.leaf(phone), auth=(user, password)).status

    ask.server, ask.path = server, server.root / "conf/file"
    ask.path.parent.mkdir(exist_ok=True)
    ask.path.parent.chmod(0o755)
    return ask


def start(status, directive, *global_lines):
    server = status.server
    server.configure(global_lines="\n".join((
        "PolyAuthReloadInterval 2s", *global_lines, section(
            server.docroot, "PolyAuth On", f'{directive} "{status.path}"')))).start()


def test_two_passwords_are_right_while_the_fleet_moves_over(status, tool):
    tool("add", status.path, "phone", "--label", "2025", typed="the old one")
    status.path.chmod(0o644)
    start(status, "PolyAuthPasswordFile")
    assert [status("phone", each) for each in ("the old one", "the new one")] == [200, 401]
    tool("add", status.path, "phone", "--label", "2026", typed="the new one")
    status.server.log.wait_for("PA2001: .*passwords=2 generation=2")
    assert [status("phone", each) for each in ("the old one", "the new one")] == [200, 200]
    tool("retire", status.path, "--label", "2025")
    status.server.log.wait_for("PA2001: .*generation=3")
    assert [status("phone", each) for each in ("the old one", "the new one")] == [401, 200]
    assert "2025" in tool("list", status.path)


def test_the_report_names_the_phone_that_missed_the_rotation(status, tool):
    tool("add", status.path, "phone", "--label", "2025", typed="the old one")
    tool("add", status.path, "phone", "--label", "2026", typed="the new one")
    status.path.chmod(0o644)
    state = status.server.own(status.server.root / "state") / "state.sqlite"
    start(status, "PolyAuthPasswordFile", f'PolyAuthState "{state}"')
    acl = status.server.root / "conf/phones.acl"
    acl.write_text(f"{A}\n{B}\n0004f2cccccc\n")

    def report():
        told = json.loads(tool("usage", "--state", state, "--acl", acl, "--json"))
        return ({each["label"]: [device["mac"] for device in each["devices"]]
                 for each in told["labels"]}, told["not_seen"])

    # A login is written down within seconds.
    assert status("phone", "the old one") == status("phone", "the old one", "phone-b") == 200
    wait_until(lambda: report()[0] == {"2025": [A, B]}, lambda: f"both: {report()}")
    # Times are in seconds: the last of two in the same one is nobody's to tell.
    noted = int(time.time())
    wait_until(lambda: time.time() >= noted + 1, "the next second")
    assert status("phone", "the new one") == 200
    wait_until(lambda: report() == ({"2025": [B], "2026": [A]}, ["0004f2cccccc"]),
               lambda: f"the report to name {B}: {report()}")
    assert status("phone", "the new one", "phone-b") == 200
    wait_until(lambda: report()[0] == {"2026": [A, B]}, lambda: f"nobody behind: {report()}")


def test_what_derive_prints_opens(status, tool):
    tool("add", "--secrets", status.path, "2025")
    start(status, "PolyAuthDeviceSecretFile")
    words = tool("derive", "--secrets", status.path, "00:04:F2:AA:AA:AA").split()
    old = next(each for each in words if len(each) == 20)
    assert A in words and status(A, old) == 200 and status(A, old, "phone-b") == 401
    assert [each["device"] for each in status.server.log.denials()] == [B]
    tool("add", "--secrets", status.path, "2026", "--from", "2026-01-01")
    status.server.graceful()
    new = next(each for each in tool("derive", "--secrets", status.path, A).split()
               if len(each) == 20)
    assert new != old and status(A, old) == status(A, new) == 200
    tool("retire", status.path, "--id", "2025")
    status.server.graceful()
    assert [status(A, each) for each in (old, new)] == [401, 200]
