# SPDX-License-Identifier: Apache-2.0
"""The list of devices is changed while the server runs: what is good is adopted, what is not is
reported once, and the list in force stays."""

import os
import threading
import time

import pytest

from harness.live_acl import A, B, C, LiveAcl, own
from harness.waiting import wait_until


@pytest.fixture
def live(server):
    return LiveAcl(server)


@pytest.mark.parametrize("change", [LiveAcl.put, LiveAcl.rewrite], ids=["rename", "in-place"])
def test_a_device_is_added_and_removed(live, change):
    live.start(A)
    assert live.statuses(A, B) == [200, 403]
    change(live, A, B)
    assert "devices=2 ranges=0 denials=0" in live.loaded(2)
    assert live.statuses(A, B) == [200, 200]
    change(live, B)
    live.loaded(3)
    assert live.statuses(A, B) == [403, 200]
    assert live.reasons(A) == live.reasons(B) == {"acl-unlisted"}
    assert live.complaints() == []


def test_a_denial_wins_as_soon_as_it_is_written(live):
    live.start("0004f2*", "*")
    assert live.statuses(A, B) == [200, 200]
    live.put(f"!{A}", "0004f2*")
    live.loaded(2)
    assert live.statuses(A, B) == [403, 200]
    assert live.reasons(A) == {"acl-denied"}


def test_each_bad_change_is_reported_for_itself(live):
    live.server.log.declare("PA2002", "PA2003")
    live.start(A)
    live.put("one")
    live.server.log.wait_for('PA2002: .*"one"')
    live.put("!two")
    live.server.log.wait_for('PA2003: .*"!two"')
    live.put("three")
    live.server.log.wait_for('PA2002: .*"three"')
    assert len(live.complaints()) == 3
    assert live.status(A) == 200


def test_a_list_whose_permission_comes_back_is_in_force_again(live):
    live.server.log.declare("PA2002")
    live.start(A)
    live.path.write_text(f"{B}\n")
    live.path.chmod(0o600)
    live.server.log.wait_for("PA2002: .*Permission denied")
    assert live.statuses(A, B) == [200, 403]
    live.path.chmod(0o644)
    live.loaded(2)
    assert live.statuses(A, B) == [403, 200]


def test_a_symbolic_link_is_swapped(live):
    live.server.log.declare("PA2002")
    for name, entries in {"v1": [A, B], "v2": [A], "bad": ["garbage"]}.items():
        live.put(*entries, path=live.folder / name)

    def point_to(name):
        beside = live.folder / "link.new"
        beside.symlink_to(name)
        os.rename(beside, live.path)

    point_to("v1")
    live.configure().server.start()
    live.loaded(1)
    assert live.statuses(A, B) == [200, 200]
    point_to("v2")
    live.loaded(2)
    assert live.statuses(A, B) == [200, 403]
    point_to("bad")
    live.server.log.wait_for("PA2002: ")
    assert live.statuses(A, B) == [200, 403]
    point_to("v1")
    live.loaded(3)
    assert live.statuses(A, B) == [200, 200]


def test_the_same_bad_version_is_a_change_again_after_a_good_one(live):
    """A link that goes to the bad version, back, and to it again is two mistakes."""
    live.server.log.declare("PA2002")
    good, bad = live.folder / "good", live.folder / "bad"
    probe = live.folder / "probe.acl"
    live.put(A, path=good)
    live.put("garbage", path=bad)
    live.put(A, path=probe)
    live.path.symlink_to("good")
    live.configure(more=f'<Location "/probe">\nPolyAuth On\nPolyAuthAclFile "{probe}"\n</Location>')
    live.server.start()
    for round_number in (1, 2):
        live.path.unlink()
        live.path.symlink_to("bad")
        wait_until(lambda: len(live.complaints()) == round_number, "another complaint")
        live.path.unlink()
        live.path.symlink_to("good")
        live.put(A, path=probe)
        live.loaded(round_number + 1, path=probe)
    assert live.status(A) == 200


def test_nobody_listed_is_refused_while_the_list_is_rewritten_in_place(live):
    live.start(A, B)
    comment = b"# " + b"x" * 5000 + b"\n"
    stop, refused, asked = threading.Event(), [], []

    def ask():
        with live.server.connect(live.phone(A)) as connection:
            while not stop.is_set():
                status = connection.request(own(A)).status
                asked.append(status)
                if status != 200:
                    refused.append(status)

    phones = [threading.Thread(target=ask) for _ in range(4)]
    for phone in phones:
        phone.start()
    # Longer than a file must stand still, so that a half-written one would have been read.
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        with open(live.path, "wb", buffering=0) as file:
            file.write(comment)
            file.write(A.encode())
            file.write(b"\n" + comment)
    live.rewrite(A)
    live.loaded(2)
    stop.set()
    for phone in phones:
        phone.join()
    assert refused == [] and len(asked) > 100
    assert live.statuses(A, B) == [200, 403]
    assert live.complaints() == []


def test_nobody_listed_is_refused_while_the_list_is_replaced_again_and_again(live):
    live.start(A)
    stop, refused = threading.Event(), []

    def ask():
        while not stop.is_set():
            status = live.status(A)
            if status != 200:
                refused.append(status)

    phones = [threading.Thread(target=ask) for _ in range(3)]
    for phone in phones:
        phone.start()
    for generation in range(2, 6):
        live.put(A, f"{generation:012x}")
        live.loaded(generation)
    stop.set()
    for phone in phones:
        phone.join()
    assert refused == []


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_a_removed_device_is_cut_off_on_what_it_has_open(live, tls):
    live.start(A, B, session_cache=True)
    with live.server.connect(live.phone(B), tls=tls) as connection:
        assert connection.request(own(B)).status == 200
        live.put(A)
        live.loaded(2)
        answer = connection.request(own(B))
        assert answer.status == 403 and "config of" not in answer.text
        with connection.resume() as resumed:
            assert resumed.request(own(B)).status == 403
            assert resumed.resumed
    assert [each["reason"] for each in live.server.log.denials()] == ["acl-unlisted"] * 2


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_all_children_follow(make_server, mpm):
    live = LiveAcl(make_server(mpm=mpm)).start(A, B)
    assert live.ask_every_child(B) == {200}
    live.put(A)
    live.loaded(2)
    assert len(live.server.children()) >= 2
    # None is on the older list, whoever adopted the newer one.
    assert live.ask_every_child(B) == {403}
    assert live.ask_every_child(A) == {200}
    assert len(live.server.log.lines("PA2001: .*generation=2")) == 1


def test_sections_follow_their_own_lists(live):
    other = live.folder / "other.acl"
    live.put(B, path=other)
    for mac in (A, B):
        live.server.write(f"open/{mac}.cfg", "x")
        live.server.write(f"prov/other/{mac}.cfg", "x")
    live.start(A, more=f'<Directory "{live.server.docroot}/prov/other">\n'
                       f'PolyAuthAclFile "{other}"\n</Directory>\n'
                       f'<Location "/prov/other/none">\nPolyAuthAclFile none\n</Location>\n')
    live.server.write(f"prov/other/none/{B}.cfg", "x")
    live.server.write(f"prov/other/none/{C}.cfg", "x")
    assert [live.status(mac, f"/prov/other/{mac}.cfg") for mac in (A, B)] == [403, 200]
    assert [live.status(mac, f"/prov/other/none/{mac}.cfg") for mac in (B, C)] == [200, 200]
    live.put(A, path=other)
    live.loaded(2, path=other)
    assert [live.status(mac, f"/prov/other/{mac}.cfg") for mac in (A, B)] == [200, 403]
    assert live.statuses(A, B) == [200, 403]
