# SPDX-License-Identifier: Apache-2.0
"""A restart finds the list in force also where more has changed than the configuration of it: the
server's user, the rights on the folder of the published lists, the module."""

import re
import subprocess

import pytest

from harness.live_acl import A, B, LiveAcl


@pytest.fixture
def live(server):
    return LiveAcl(server)


def spoil(live):
    """From now on the list is nowhere but where it was published."""
    live.server.log.declare("PA2002")
    live.put("this is no list")
    live.server.log.wait_for("PA2002: ")


def replace_in_configuration(server, old, new):
    text = server.config_file.read_text()
    assert old in text
    server.config_file.write_text(text.replace(old, new))


@pytest.mark.parametrize("restart", ["graceful", "restart"])
def test_another_user_of_the_server_finds_what_is_in_force(live, restart):
    server = live.start(A).server
    spoil(live)
    replace_in_configuration(server, "User www-data", "User nobody")
    getattr(server, restart)()
    assert live.statuses(A, B) == [200, 403]
    assert live.ask_every_child(A) == {200}
    live.put(A, B)
    live.loaded(2)
    assert live.statuses(A, B) == [200, 200]


def test_on_a_file_system_that_became_read_only(live):
    server = live.server
    run = server.root / "run"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", run], check=True)
    try:
        live.put(A)
        live.configure()
        # httpd itself ends if it cannot write its own.
        replace_in_configuration(server, f'PidFile "{run}/', f'PidFile "{server.root}/')
        server.start()
        subprocess.run(["mount", "-o", "remount,ro", run], check=True)
        server.graceful()
        assert live.statuses(A, B) == [200, 403]
    finally:
        server.stop()
        subprocess.run(["umount", run], check=True)


def test_after_another_version_of_the_module(live):
    """It begins anew from the files, and what is in force then stays like any other."""
    server = live.start(A).server
    server.graceful()
    # As if the memory that is shared had been made by a version that lays it out otherwise.
    with open(f"/proc/{server.pid}/maps", encoding="ascii") as maps:
        shared = [(int(begin, 16), int(end, 16)) for begin, end in
                  re.findall(r"^(\w+)-(\w+) rw-s .*/dev/zero", maps.read(), re.MULTILINE)]
    board, _ = max(shared, key=lambda each: each[1] - each[0])
    with open(f"/proc/{server.pid}/mem", "r+b", buffering=0) as memory:
        memory.seek(board)
        memory.write(bytes(8))
    server.graceful()
    assert len(server.log.lines("PA2001: .*generation=1$")) == 2
    spoil(live)
    server.graceful()
    assert live.statuses(A, B) == [200, 403]
