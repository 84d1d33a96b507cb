# SPDX-License-Identifier: Apache-2.0
"""A compiled list is in force like a text: as one published image that all processes share, never
as the administrator's own file, whatever becomes of that."""

import os
import re
import threading
import time
from collections import Counter

import pytest

from harness.compiled_list import compile_list
from harness.live_acl import A, B, C, LiveAcl, own


@pytest.fixture
def live(server):
    return LiveAcl(server)


def images(server):
    """The mappings of published lists in each child, by file."""
    found = {}
    for pid in server.children():
        try:
            with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
                lines = [line.split(maxsplit=5) for line in file]
        except FileNotFoundError:
            continue
        found[pid] = Counter(line[5].strip() for line in lines if len(line) == 6
                             and re.search(r"/[0-9a-f]{16}-\d+-\d+( \(deleted\))?$", line[5].strip()))
    return found


def test_a_compiled_list_is_in_force_and_replaced(live):
    live.start(compile_list(A, "64167f*"))
    assert live.statuses(A, B) == [200, 403]
    live.put(compile_list("0004f2*", f"!{A}"))
    assert "devices=0 ranges=1 denials=1" in live.loaded(2)
    assert live.statuses(A, B) == [403, 200]
    assert live.reasons(A) == {"acl-denied"}
    assert live.complaints() == []


def test_text_and_compiled_follow_one_another_at_the_same_path(live):
    live.start(A)
    assert live.statuses(A, B) == [200, 403]
    live.put(compile_list(B))
    live.loaded(2)
    assert live.statuses(A, B) == [403, 200]
    live.put(A, B)
    live.loaded(3)
    assert live.statuses(A, B) == [200, 200]
    live.put(compile_list(A))
    live.loaded(4)
    live.server.graceful()
    assert live.statuses(A, B) == [200, 403]


def damaged():
    good = compile_list(A, B, C)
    flipped = bytearray(good)
    flipped[-1] ^= 1
    older, foreign = bytearray(good), bytearray(good)
    older[8:12] = (0).to_bytes(4, "little")
    foreign[12:16] = foreign[12:16][::-1]
    return {"corrupted": (bytes(flipped), "its checksum is wrong; compile it again"),
            "truncated": (good[:-8], "its header says"),
            "header": (good[:40], "it ends inside its header"),
            "older": (bytes(older), "by another version"),
            "foreign": (bytes(foreign), "of another byte order"),
            "nobody": (compile_list(f"!{B}"), "admits nobody")}


@pytest.mark.parametrize("kind", damaged())
def test_a_bad_compiled_list_never_replaces_the_one_in_force(live, kind):
    bad, problem = damaged()[kind]
    live.server.log.declare("PA2002")
    live.start(compile_list(A))
    live.put(bad)
    assert problem in live.server.log.wait_for(r"PA2002: .*phones\.acl\"?:1:1: ")
    assert live.statuses(A, B) == [200, 403]
    live.server.graceful()
    assert live.statuses(A, B) == [200, 403]
    live.put(compile_list(B))
    live.loaded(2)
    assert live.statuses(A, B) == [403, 200]


@pytest.mark.parametrize("change", ["truncated", "overwritten", "emptied"])
def test_a_list_that_is_changed_in_place_while_in_force_harms_nobody(live, change):
    live.server.log.declare("PA2002")
    image = compile_list(A, *(f"{n:012x}" for n in range(2, 4000)))
    live.start(image)
    children = live.server.children()
    stop, statuses, phones = ask_all_the_time(live, {A: 200, B: 403})
    with open(live.path, "r+b") as file:
        if change == "truncated":
            file.truncate(len(image) // 2)
        elif change == "emptied":
            file.truncate(0)
        else:
            file.write(b"\xff" * len(image))
    live.server.log.wait_for("PA2002: ")
    end(stop, phones)
    assert statuses[A] and statuses[B]
    assert set(statuses[A]) == {200} and set(statuses[B]) == {403}
    assert set(children) & set(live.server.children()), "no child has died of it"


def ask_all_the_time(live, wanted):
    stop, statuses = threading.Event(), {mac: [] for mac in wanted}

    def ask(mac):
        with live.server.connect(live.phone(mac)) as connection:
            while not stop.is_set():
                statuses[mac].append(connection.request(own(mac)).status)

    phones = [threading.Thread(target=ask, args=(mac,)) for mac in wanted for _ in range(2)]
    for mac in wanted:
        live.phone(mac)
    for phone in phones:
        phone.start()
    return stop, statuses, phones


def end(stop, phones):
    stop.set()
    for phone in phones:
        phone.join()


def test_a_replacement_under_load_refuses_nobody_listed_and_admits_nobody_else(live):
    live.start(compile_list(A, *(f"{n:012x}" for n in range(2, 3000))))
    stop, statuses, phones = ask_all_the_time(live, {A: 200, B: 403})
    for generation in range(2, 6):
        live.put(compile_list(A, *(f"{n:012x}" for n in range(generation, 3000 * generation, 3))))
        live.loaded(generation)
    end(stop, phones)
    assert set(statuses[A]) == {200} and set(statuses[B]) == {403}
    assert len(statuses[A]) > 100 and len(statuses[B]) > 100
    assert live.complaints() == []


def test_all_children_share_one_image_and_keep_no_older_one(make_server):
    live = LiveAcl(make_server(mpm="prefork")).start(compile_list(A, B))
    assert live.ask_every_child(B) == {200}
    first = set().union(*images(live.server).values())
    assert len(first) == 1, "one file for all"
    for generation, content in ((2, compile_list(A, B, C)), (3, f"{A}\n{B}\n".encode())):
        live.put(content)
        live.loaded(generation)
        assert live.ask_every_child(B) == {200}
        mapped = images(live.server)
        assert len(mapped) >= 2
        latest = set().union(*mapped.values())
        assert len(latest) == 1 and latest != first
        assert all(sum(each.values()) <= 1 for each in mapped.values())
        assert all(path.endswith(f"-{generation}") for path in latest)
        assert os.stat(next(iter(latest))).st_ino != os.stat(live.path).st_ino
        first = latest


def test_a_list_that_is_written_in_place_is_adopted_once_it_stands_still(live):
    live.start(compile_list(A))
    image = compile_list(A, B)
    with open(live.path, "wb", buffering=0) as file:
        for at in range(0, len(image), len(image) // 4):
            file.write(image[at:at + len(image) // 4])
            time.sleep(0.2)
    live.loaded(2)
    assert live.statuses(A, B) == [200, 200]
    assert live.complaints() == []


def resident(pid):
    """KiB of memory that the process has written to and shares with none; no file is among it."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_Dirty:"))


def test_memory_is_back_to_one_copy_after_each_change(live):
    image = compile_list(A, B)
    many = [f"0004f2{n:06x}".encode() + b"\n" for n in range(400_000)]
    live.start(image)
    assert live.ask_every_child(B) == {200}
    before = {pid: resident(pid) for pid in live.server.children()}
    for generation in (2, 3, 4):
        live.put(b"".join(many), f"{A}\n{B}\n# {generation}\n".encode())
        live.loaded(generation)
    assert live.ask_every_child(B) == {200}
    after = {pid: resident(pid) for pid in live.server.children()}
    both = before.keys() & after.keys()
    # The text alone is 5 MiB, and what it takes to read it some 20.
    assert both and all(after[pid] - before[pid] < 8 * 1024 for pid in both), (before, after)
