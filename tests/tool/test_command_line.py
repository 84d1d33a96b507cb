# SPDX-License-Identifier: Apache-2.0
"""What every command has in common: words, exit codes, help, streams."""
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import ENVIRONMENT, USAGE, YES

REPOSITORY = Path(__file__).resolve().parents[2]
COMMANDS = [("check", "acl"), ("check", "passwords"), ("acl", "query"), ("acl", "compile"),
            ("explain",), ("password", "add"), ("password", "list"), ("password", "retire"),
            ("password", "derive"), ("password", "usage"), ("report",)]
PLACES = [(), ("check",), ("acl",), ("password",), *COMMANDS]


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
def test_help_fits_a_terminal_of_80_columns_and_goes_to_standard_output(tool, place):
    answer = tool(*place, "--help")
    assert answer.code == YES and not answer.err
    assert answer.out.startswith("Usage: " + " ".join(["polyauthctl", *place]))
    assert [line for line in answer.lines if len(line) > 79] == []
    assert tool(*place, "-h") == answer


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_synopsis_is_whole_on_each_line_and_names_its_values(tool, command):
    out = tool(*command, "--help").out
    for line in out.split("\n\n")[0].splitlines():
        assert line.count("[") == line.count("]"), line
    assert not re.search(r"^  -.* (TEXT|INT|UINT)\b", out, re.M)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_shows_two_examples(tool, command):
    examples = tool(*command, "--help").out.split("\nExamples:\n")[1]
    assert examples.count("  polyauthctl " + " ".join(command)) == 2


def test_the_list_of_commands_is_whole(tool):
    out = tool("--help").out
    for command in COMMANDS:
        assert re.search(rf"^  {' '.join(command)} ", out, re.M)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_manual_page_knows_every_command_and_option(tool, command):
    page = (REPOSITORY / "mod_polyauth/tool/polyauthctl.8").read_text().replace("\\-", "-")
    assert " ".join(command) in page
    options = re.findall(r"^  (--[a-z-]+)", tool(*command, "--help").out, re.M)
    assert [option for option in options if option not in page] == []


def test_version_is_that_of_the_project(tool):
    project = (REPOSITORY / "CMakeLists.txt").read_text()
    version = re.search(r"project\(mod_polyauth VERSION (\S+)", project)[1]
    assert tool("--version").out == f"polyauthctl {version}\n"


@pytest.mark.parametrize("arguments, error, hint", [
    ((), "polyauthctl needs a command", "see polyauthctl --help"),
    (("acl",), "polyauthctl acl needs a command", "see polyauthctl acl --help"),
    (("chek", "acl"), 'there is no command "chek"', "see polyauthctl --help"),
    (("check", "lists"), 'there is no command "lists"', "see polyauthctl check --help"),
    (("check", "acl"), "FILE is required", "see polyauthctl check acl --help"),
    (("check", "acl", "a", "b"), 'there is no use for "b"', "see polyauthctl check acl --help"),
    (("check", "acl", "a", "--deep"), 'there is no option "--deep"', "see polyauthctl check acl --help"),
    (("report",), "ACCESS_LOG is required", "see polyauthctl report --help"),
    (("explain", "--pth", "/a"), 'there is no option "--pth"', "see polyauthctl explain --help"),
    (("explain", "--cn", "a"), "--path is required", "see polyauthctl explain --help"),
    (("explain", "--cn", "a", "--path"), "--path needs a value", "see polyauthctl explain --help"),
    (("explain", "--path", "/a", "--path", "/b"), "--path is given more than once",
     "see polyauthctl explain --help"),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_a_line_that_cannot_be_understood_is_answered_in_our_words(tool, arguments, error, hint):
    answer = tool(*arguments)
    assert (answer.code, answer.errors, answer.hints) == (USAGE, [error], [hint])
    assert not answer.out


def test_a_file_may_be_named_like_a_command_or_an_option(tool):
    tool.write("explain", "*\n")
    tool.write("--deep", "*\n")
    assert tool("check", "acl", "explain").code == YES
    assert tool("acl", "query", "explain", "0004f2aabbcc").code == YES
    assert tool("check", "acl", "--", "--deep").code == YES


def test_control_bytes_of_an_argument_never_reach_the_terminal(tool):
    answer = tool("check", "acl", "\x1b]0;x\x07\u202e\u061c\u0085\n")
    assert answer.errors[0].startswith(r"\x1b]0;x\x07\xe2\x80\xae\xd8\x9c\xc2\x85\x0a cannot be read")
    tool.write("b\u00fcro", "*\n")
    assert tool("check", "acl", "b\u00fcro").lines[0] == "b\u00fcro: valid"
    answer = tool("check", "acl", b"\xff\x1b")
    assert answer.errors[0].startswith(r"\xff\x1b cannot be read")


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("check", "acl", "list")],
                         ids=" ".join)
def test_an_answer_that_cannot_be_written_is_an_error(binary, tool, arguments):
    tool.write("list", "*\n")

    def code(**streams):
        done = subprocess.run([binary, *arguments], cwd=tool.root, timeout=60, text=True,
                              stderr=subprocess.PIPE, check=False, **streams)
        assert done.stderr.startswith("polyauthctl: error: standard output cannot be written: ")
        return done.returncode

    with open("/dev/full", "w", encoding="ascii") as full:
        assert code(stdout=full) == ENVIRONMENT
    reading, writing = os.pipe()
    os.close(reading)
    assert code(stdout=writing) == ENVIRONMENT
    os.close(writing)
    assert code(preexec_fn=lambda: os.close(1)) == ENVIRONMENT
