# SPDX-License-Identifier: Apache-2.0
"""The list in force is one per server, not per process: it outlives every child and every restart
but a stop, and nothing older ever takes its place."""

import os
import signal

import pytest

from harness.live_acl import A, B, C, LiveAcl, wait_for_reader
from harness.waiting import wait_until


@pytest.fixture
def live(server):
    return LiveAcl(server)


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_a_removed_device_stays_out_whatever_becomes_of_the_file_and_the_processes(make_server, mpm):
    live = LiveAcl(make_server(mpm=mpm)).start(A, B)
    server = live.server
    assert live.statuses(A, B) == [200, 200]
    live.put(A, C)
    live.loaded(2)
    server.log.declare("PA2002")
    live.put("this is no list")
    server.log.wait_for("PA2002: ")

    def as_before():
        return (live.statuses(A, B, C) == [200, 403, 200]
                and live.ask_every_child(B) == {403} and live.ask_every_child(A) == {200})

    assert as_before()
    server.kill_children()
    assert as_before()
    server.graceful()
    assert as_before()
    server.kill_children()
    server.graceful()
    assert as_before()
    server.restart()
    assert as_before()
    server.kill_children()
    assert as_before()
    assert live.reasons(B) == {"acl-unlisted"}
    # Once for the change, whatever was restarted since.
    assert len(live.complaints()) == 1
    live.put(A, B)
    live.loaded(3)
    assert live.statuses(A, B, C) == [200, 200, 403]


@pytest.mark.parametrize("bad", ["deleted", "denial"])
def test_the_list_in_force_survives_a_restart_without_its_file(live, bad):
    live.start(A)
    live.server.log.declare("PA2002", "PA2003")
    if bad == "deleted":
        live.path.unlink()
    else:
        live.put("*", "!0004f2")
    live.server.graceful()
    live.server.restart()
    live.server.log.wait_for("PA2002: " if bad == "deleted" else "PA2003: ")
    assert live.statuses(A, B) == [200, 403]


def test_a_good_change_is_in_force_at_once_after_a_graceful_restart(live):
    live.start(A, B)
    children = live.server.children()
    # Nobody but the parent can see the change.
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    try:
        live.put(A)
        wait_until(lambda: _age(live.path) > 1.1, "the file to settle")
        os.kill(live.server.pid, signal.SIGUSR1)
        line = live.loaded(2)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGCONT)
    assert f"[pid {live.server.pid}:" in line
    wait_until(lambda: not set(children) & set(live.server.children()), "the old children to end")
    assert live.statuses(A, B) == [200, 403]


def _age(path):
    clock = path.with_name("clock")
    clock.write_text("")
    return clock.stat().st_mtime - path.stat().st_ctime


def test_children_are_killed_while_they_load_a_list(live):
    """One of them dies with the lock of the list; another takes over, and none goes back."""
    live.start(A, B)
    filler = "\n".join(f"{0x020000000000 + number:012x}" for number in range(100_000))
    for generation in range(2, 5):
        live.put(filler, A, f"{generation:012x}")
        wait_for_reader(live.path)
        live.server.kill_children()
        assert not live.server.log.lines(f"PA2001: .*generation={generation}$"), "killed too late"
        live.loaded(generation)
        assert live.statuses(A, B) == [200, 403]
    assert live.ask_every_child(A) == {200}
    assert live.complaints() == []


def _image_folders(server):
    return list((server.root / "run").glob("polyauth-*"))


def test_the_images_are_the_servers_own(live):
    live.start(A)
    (folder,) = _image_folders(live.server)
    (image,) = folder.iterdir()
    for path, mode in [(folder, 0o700), (image, 0o600)]:
        assert path.stat().st_mode & 0o777 == mode
        assert path.owner() == "www-data"
    live.put(A, B)
    live.loaded(2)
    wait_until(lambda: image not in folder.iterdir(), "the older image to go")
    (folder / "left-by-another-server").write_text("x")
    live.server.stop()
    live.server.start()
    live.loaded(1)
    assert [image.name.rpartition("-")[2] for image in folder.iterdir()] == ["1"]
    assert live.statuses(A, B) == [200, 200]


def removed(folder):
    for image in folder.iterdir():
        image.unlink()
    folder.rmdir()


def emptied(folder):
    for image in folder.iterdir():
        image.unlink()


def replaced(data):
    def change(folder):
        for image in list(folder.iterdir()):
            # A new file: whoever has the older one mapped keeps it.
            beside = folder / "beside"
            beside.write_bytes(data(image.read_bytes()))
            beside.chmod(0o644)
            os.rename(beside, image)
    return change


def closed(folder):
    folder.chmod(0)


def linked(folder):
    for image in list(folder.iterdir()):
        os.rename(image, folder / "elsewhere")
        image.symlink_to("elsewhere")


@pytest.mark.parametrize("damage", [
    removed, emptied, closed, linked, replaced(lambda image: image[:len(image) // 2]),
    replaced(lambda image: b""), replaced(lambda image: image[:7]),
    replaced(lambda image: bytes(len(image))), replaced(lambda image: b"x" * len(image)),
], ids=["removed", "emptied", "closed", "linked", "half", "empty", "7-bytes", "zeros", "garbage"])
def test_without_the_published_list_everybody_is_refused(live, damage):
    live.start(A)
    (folder,) = _image_folders(live.server)
    assert live.ask_every_child(A) == {200}
    live.server.log.declare("PA2005")  # if a child looks before the restart
    damage(folder)
    # Whoever has it mapped goes on with it; who must map it now admits nobody.
    assert live.ask_every_child(A) == {200}
    live.server.kill_children()
    assert live.statuses(A, B) == [403, 403]
    assert live.ask_every_child(A) == {403}
    assert live.reasons(A) == {"acl-unavailable"}
    assert live.server.running
    # A restart publishes it again, since the file is good.
    live.server.graceful()
    assert live.statuses(A, B) == [200, 403]
