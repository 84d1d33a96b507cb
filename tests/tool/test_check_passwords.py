# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import pytest
from conftest import ENVIRONMENT, NO, YES

HASH = "$2y$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW"
OTHER = "$apr1$K6fqQ8Uf$zlRyOAsgFWeRHa6PS1qrW1"
THIRD = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="


def test_a_valid_file_is_counted_and_its_oddities_are_named(tool):
    tool.write("passwords", "# ours\n"
                            f"phone:{HASH} label=q3 until=2999-06-30\n"
                            f"phone:{OTHER} label=q4 from=2000-01-01\n"
                            f"phone:{HASH} label=q5\n"
                            f"soon:{HASH} from=2999-01-01\n"
                            f"old:{HASH} until=2020-01-01\n"
                            f"old:{OTHER} until=2020-06-01\n"
                            f"two:{HASH}\n"
                            f"two:{OTHER}\n"
                            f"two:{THIRD} label=x\n")
    answer = tool("check", "passwords", "passwords")
    assert (answer.code, answer.lines) == (YES, [
        "passwords: valid",
        "users: 4",
        "passwords: 9",
        "over: 2",
        "not yet: 1",
        "duplicates: 1",
        "  passwords:4: phone has the hash of line 2",
        "overlaps: 3",
        "  passwords:3: phone opens beside line 2 until 2999-07-01T00:00:00Z",
        "  passwords:9: two opens beside line 8 without end, both without label",
        "  passwords:10: two opens beside line 9 without end",
        "closed users: 1",
        "  old has no password that is not over"])


@pytest.mark.parametrize("option", ["-B", "-m", "-s", "-d", "-2", "-5"])
def test_every_hash_of_htpasswd_is_valid(tool, option):
    subprocess.run(["htpasswd", "-cb" + option[1], "passwords", "phone", "s3cret"], cwd=tool.root,
                   timeout=60, check=True, capture_output=True)
    assert tool("check", "passwords", "passwords").lines[:3] == [
        "passwords: valid", "users: 1", "passwords: 1"]


def test_a_password_in_clear_is_an_error_and_is_not_shown(tool):
    subprocess.run(["htpasswd", "-cbp", "passwords", "phone", "in-clear-text"], cwd=tool.root,
                   timeout=60, check=True, capture_output=True)
    answer = tool("check", "passwords", "passwords")
    assert answer.code == NO and "in-clear-text" not in answer.out
    assert "a password in clear (htpasswd -p) cannot be checked" in answer.lines[0]


@pytest.mark.parametrize("data, first", [
    (b"", "passwords:1:1: there is no line user:hash"),
    (b"phone\n", "passwords:1:1: there is no ':'"),
    (b":" + HASH.encode(), "passwords:1:1: there is no user"),
    (b"phone:\n", "passwords:1:7: there is no hash"),
    (f"phone:{HASH} colour=red".encode(), "passwords:1:68: this is no option"),
    (f"phone:{HASH} label=a label=a".encode(), "passwords:1:76: label= stands there twice"),
    (f"phone:{HASH} from=2026-02-30".encode(), 'passwords:1:73: "2026-02-30" is a day'),
    (f"ph\0ne:{HASH}".encode(), "passwords:1:3: a NUL byte"),
    (b"u" * 8192 + b":" + HASH.encode(), "passwords:1:1: the user is longer than 1024 bytes")])
def test_errors_have_their_place(tool, data, first):
    tool.write("passwords", data)
    answer = tool("check", "passwords", "passwords")
    assert (answer.code, answer.err) == (NO, "") and answer.lines[0].startswith(first)
    assert answer.lines[-1] == "passwords: invalid: 1 error"


def test_the_first_twenty_of_a_kind_are_printed(tool):
    tool.write("passwords", "x\n" * 33)
    lines = tool("check", "passwords", "passwords").lines
    assert lines[20:] == ["  and 13 more errors", "passwords: invalid: 33 errors"]
    tool.write("passwords", f"phone:{HASH}\n" * 33)
    lines = tool("check", "passwords", "passwords").lines
    at = lines.index("duplicates: 32")
    assert lines[at + 1] == "  passwords:2: phone has the hash of line 1"
    assert lines[at + 21] == "  and 12 more duplicates"


def test_what_cannot_be_read_is_told(tool):
    os.mkfifo(tool.root / "fifo")
    for name, problem in [("absent", "cannot be read: No such file or directory"),
                          ("fifo", "is not a regular file"), (".", "is not a regular file")]:
        answer = tool("check", "passwords", name)
        assert (answer.code, answer.errors) == (ENVIRONMENT, [f"{name} {problem}"])


def test_a_file_larger_than_the_limit_is_told(tool):
    tool.write("passwords", b"#" * (8 * 1024 * 1024 + 1))
    answer = tool("check", "passwords", "passwords")
    assert answer.code == ENVIRONMENT and "larger than the limit" in answer.errors[0]
