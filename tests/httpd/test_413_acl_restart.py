# SPDX-License-Identifier: Apache-2.0
"""A restart changes which lists are named: a bad one closes its section and nothing else, and a
list that was left alone for a while is too old to be used."""

import pytest

from harness.live_acl import A, B, LiveAcl


@pytest.fixture
def live(server):
    return LiveAcl(server)


def second_section(live, path):
    return (f'<Directory "{live.server.docroot}/second">\nPolyAuth On\n'
            f'PolyAuthAclFile "{path}"\n</Directory>\n')


@pytest.mark.parametrize("restart", ["graceful", "restart"])
def test_a_new_bad_list_closes_its_section_until_it_is_repaired(live, restart):
    server, second = live.server, live.folder / "second.acl"
    for mac in (A, B):
        server.write(f"second/{mac}.cfg", "x")
    live.put(A)
    live.configure().server.start()
    live.put(A, "0004f2bbbbb", "nonsense", path=second)
    live.configure(more=second_section(live, second))
    server.log.declare("PA1001", "PA2004")
    getattr(server, restart)()
    lines = server.log.lines("PA1001: ")
    assert len(lines) == 2 and all("[polyauth:crit]" in line for line in lines)
    assert f'PolyAuthAclFile {second}:2:1: "0004f2bbbbb" is no entry; accepted are' in lines[0]
    assert f'PolyAuthAclFile {second}:3:1: "nonsense" is no entry' in lines[1]
    (line,) = server.log.lines("PA2004: ")
    assert "[polyauth:crit]" in line and "no version of it is in force, every device is refused" in line
    assert live.statuses(A, B) == [200, 403]
    assert [live.status(mac, f"/second/{mac}.cfg") for mac in (A, B)] == [403, 403]
    assert live.reasons(A) == {"acl-unavailable"}
    # Another restart makes it no better.
    getattr(server, restart)()
    assert live.status(A, f"/second/{A}.cfg") == 403
    live.put(A, path=second)
    live.loaded(1, path=second)
    assert [live.status(mac, f"/second/{mac}.cfg") for mac in (A, B)] == [200, 403]
    assert live.statuses(A, B) == [200, 403]


@pytest.mark.parametrize("kind, text", [
    ("missing", "No such file or directory"), ("folder", "is not a regular file"),
    ("unreadable", "Permission denied"),
])
def test_a_new_list_that_cannot_be_read_closes_its_section(live, kind, text):
    server, second = live.server, live.folder / "second.acl"
    server.write(f"second/{A}.cfg", "x")
    live.start(A)
    if kind == "folder":
        second.mkdir()
    if kind == "unreadable":
        live.put(A, path=second)
        second.chmod(0o600)
    live.configure(more=second_section(live, second))
    server.log.declare("PA1002", "PA2004")
    server.graceful()
    assert live.status(A, f"/second/{A}.cfg") == 403
    assert live.status(A) == 200
    (line,) = server.log.lines("PA1002: ")
    assert "[polyauth:crit]" in line and text in line and str(second) in line
    assert server.log.lines("PA2004: .*no version of it is in force, every device is refused")
    if second.is_dir():
        second.rmdir()
    live.put(A, path=second)
    live.loaded(1, path=second)
    assert live.status(A, f"/second/{A}.cfg") == 200


def without_the_list(live, other):
    """A configuration that names another list, or none at all."""
    if not other:
        return live.server.configure()
    live.put(A, B, path=live.folder / "other.acl")
    return live.configure(live.folder / "other.acl").server


@pytest.mark.parametrize("other", [False, True], ids=["no-list", "another-list"])
def test_a_list_that_nobody_followed_is_read_anew(live, other):
    live.start(A, B)
    without_the_list(live, other)
    live.server.graceful()
    live.put(A)
    live.configure().server.graceful()
    # Not for a moment the generation in which the removed one was in.
    assert live.statuses(A, B) == [200, 403]
    live.loaded(2)


@pytest.mark.parametrize("other", [False, True], ids=["no-list", "another-list"])
def test_a_list_that_nobody_followed_is_too_old_when_its_file_is_bad(live, other):
    live.start(A, B)
    without_the_list(live, other)
    live.server.graceful()
    live.put("garbage")
    live.server.log.declare("PA1001", "PA2004")
    live.configure()
    # At the first restart and at every later one.
    for restart in (live.server.graceful, live.server.graceful, live.server.restart):
        restart()
        assert live.statuses(A, B) == [403, 403]
    assert live.reasons(A) == {"acl-unavailable"}
    live.put(A)
    live.loaded(2)
    assert live.statuses(A, B) == [200, 403]


@pytest.mark.parametrize("restart", ["graceful", "restart"])
def test_the_first_list_may_come_with_a_restart(live, restart):
    live.server.configure().start()
    live.put(A)
    live.configure()
    getattr(live.server, restart)()
    assert live.statuses(A, B) == [200, 403]
    live.put(B)
    live.loaded(2)
    assert live.statuses(A, B) == [403, 200]


def test_a_server_without_its_list_in_the_configuration_asks_for_none(live):
    live.start(A)
    live.configure(path="none")
    live.server.graceful()
    assert live.statuses(A, B) == [200, 200]
