# SPDX-License-Identifier: Apache-2.0
import os
import random

import pytest
from acl_image import compile_list
from conftest import ENVIRONMENT, NO, YES


def test_a_valid_list_is_counted_and_its_oddities_are_named(tool):
    tool.write("phones.acl", "0004f2aabbcc\n"
                             "64167f*   # the laboratory\n"
                             "!0004f2aabb99\n"
                             "\n"
                             "00:04:F2:AA:BB:CC\n"
                             "64167faabbcc\n"
                             "!0004f2aabb99\n"
                             "0004f2aabb99\n"
                             "64167f1*\n")
    answer = tool("check", "acl", "phones.acl")
    assert answer.code == YES
    assert answer.lines == [
        "phones.acl: valid",
        "devices: 3",
        "ranges: 2",
        "denials: 1",
        "duplicates: 2",
        "  phones.acl:5: 0004f2aabbcc stands on line 1 already",
        "  phones.acl:7: !0004f2aabb99 stands on line 3 already",
        "superfluous: 3",
        "  phones.acl:6: 64167faabbcc is covered by 64167f* on line 2",
        "  phones.acl:8: 0004f2aabb99 is denied by !0004f2aabb99 on line 3",
        "  phones.acl:9: 64167f1* is covered by 64167f* on line 2",
    ]


def test_a_clean_list_is_counted(tool):
    tool.write("phones.acl", "\ufeff0004f2aabbcc\r\n")
    assert tool("check", "acl", "phones.acl").lines == [
        "phones.acl: valid", "devices: 1", "ranges: 0", "denials: 0", "duplicates: 0",
        "superfluous: 0"]


def test_every_error_is_named_with_its_place(tool):
    tool.write("phones.acl", "0004f2aabbcc\n  0004f2aabbc\n*\x1b[31m\n!*\n")
    answer = tool("check", "acl", "phones.acl")
    assert answer.code == NO and not answer.err
    assert answer.lines[0].startswith('phones.acl:2:3: "0004f2aabbc" is no entry; accepted are ')
    assert answer.lines[1].startswith("phones.acl:3:2: a control character is not allowed")
    assert answer.lines[2].startswith('phones.acl:4:1: "!*" denies every device')
    assert answer.lines[3:] == ["phones.acl: invalid: 3 errors"]


@pytest.mark.parametrize("text, place", [("", "1:1: there is no entry"),
                                         ("!0004f2*\n", "1:1: there are only denials")])
def test_a_list_that_admits_nobody_is_invalid(tool, text, place):
    tool.write("phones.acl", text)
    answer = tool("check", "acl", "phones.acl")
    assert answer.code == NO
    assert answer.lines[0].startswith("phones.acl:" + place)
    assert answer.lines[1:] == ["phones.acl: invalid: 1 error"]


def test_the_first_twenty_errors_are_printed_and_the_rest_counted(tool):
    tool.write("phones.acl", "zz\n" * 33)
    answer = tool("check", "acl", "phones.acl")
    assert answer.code == NO
    assert [line.split(": ")[0] for line in answer.lines[:20]] == [
        f"phones.acl:{n}:1" for n in range(1, 21)]
    assert answer.lines[20:] == ["  and 13 more errors", "phones.acl: invalid: 33 errors"]


def test_twenty_oddities_of_a_kind_are_named_and_the_rest_counted(tool):
    tool.write("phones.acl", "*\n" + "".join(f"0004f2aabb{n:02x}\n" * 2 for n in range(23)))
    lines = tool("check", "acl", "phones.acl").lines
    duplicates = lines.index("duplicates: 23")
    superfluous = lines.index("superfluous: 23")
    assert superfluous - duplicates == 22
    assert lines[superfluous - 1] == "  and 3 more duplicates"
    assert len(lines) - superfluous == 22
    assert lines[-1] == "  and 3 more superfluous entries"


@pytest.mark.parametrize("seed", range(20))
def test_as_many_oddities_are_named_as_are_counted(tool, seed):
    """The counts come from the image builder, the names from the tool's own search."""
    dice = random.Random(seed)
    entries = ["5*"] + [("!" if dice.random() < 0.3 else "") +
                        "".join(dice.choice("04") for _ in range(dice.randint(1, 4))) + "*"
                        for _ in range(18)]
    tool.write("phones.acl", "\n".join(entries))
    lines = tool("check", "acl", "phones.acl").lines
    duplicates = next(i for i, line in enumerate(lines) if line.startswith("duplicates: "))
    superfluous = next(i for i, line in enumerate(lines) if line.startswith("superfluous: "))
    assert lines[duplicates] == f"duplicates: {superfluous - duplicates - 1}"
    assert lines[superfluous] == f"superfluous: {len(lines) - superfluous - 1}"
    assert superfluous - duplicates - 1 == len(entries) - len(set(entries))


def test_a_compiled_list_is_counted(tool):
    tool.write("phones.img", compile_list("0004f2aabbcc", "64167f*", "!0004f2aabb99"))
    answer = tool("check", "acl", "phones.img")
    assert (answer.code, answer.err) == (YES, "")
    assert answer.lines == ["phones.img: valid, compiled", "devices: 1", "ranges: 1", "denials: 1"]


def test_a_damaged_compiled_list_is_invalid(tool):
    tool.write("phones.img", compile_list("0004f2aabbcc")[:-1])
    answer = tool("check", "acl", "phones.img")
    assert answer.code == NO and len(answer.lines) == 1
    assert answer.lines[0].startswith("phones.img: invalid: the compiled list is damaged: ")


def test_what_is_no_readable_file_is_no_answer(tool):
    os.mkfifo(tool.root / "fifo")
    with open(tool.root / "large", "wb") as file:
        file.truncate((64 << 20) + 1)
    for name, error in [("absent", "absent cannot be read: No such file or directory"),
                        ("fifo", "fifo is not a regular file"),
                        (".", ". is not a regular file"),
                        ("large", "large is larger than the limit: "
                                  "67108865 of at most 67108864 bytes")]:
        answer = tool("check", "acl", name)
        assert (answer.code, answer.out, answer.errors) == (ENVIRONMENT, "", [error])
