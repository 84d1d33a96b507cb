# SPDX-License-Identifier: Apache-2.0
"""password add: a line more, the password from anywhere but the command line."""
import base64
import os
import pty
import re
import select
import signal
import stat
import subprocess
import termios
import time

import pytest
from conftest import ENVIRONMENT, NO, USAGE, YES

BCRYPT = r"\$2y\$10\$[./A-Za-z0-9]{53}"
OLD = "old:AOKBsVoYHyquc"


def verified(tool, user, password, name="passwords"):
    """Whether htpasswd, which knows nothing of us, finds the password right."""
    done = subprocess.run(["htpasswd", "-vb", name, user, password], cwd=tool.root, timeout=60,
                          capture_output=True, check=False)
    return done.returncode == 0


def content(tool, name="passwords"):
    return (tool.root / name).read_bytes()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_holds_the_hash_and_is_not_for_everybody(tool):
    answer = tool("password", "add", "passwords", "phone", typed=b"s3cret\n")
    assert (answer.code, answer.lines) == (YES, ["added passwords:1: phone"])
    assert re.fullmatch(rf"phone:{BCRYPT}\n".encode(), content(tool))
    assert mode(tool.root / "passwords") == 0o640
    assert "User of the server must be able to read it" in answer.hints[0]
    assert verified(tool, "phone", "s3cret") and not verified(tool, "phone", "s3cre")
    assert [path.name for path in tool.root.iterdir()] == ["passwords"]


def test_label_and_window_stand_behind_the_hash(tool):
    answer = tool("password", "add", "passwords", "phone", "--label", "2027q1", "--from",
                  "2027-01-01", "--until", "2027-03-31T18:00:00Z", typed=b"s3cret")
    assert answer.lines == ["added passwords:1: phone label=2027q1 from=2027-01-01T00:00:00Z "
                            "until=2027-03-31T18:00:00Z"]
    assert re.fullmatch(rf"phone:{BCRYPT} label=2027q1 from=2027-01-01 "
                        r"until=2027-03-31T18:00:00Z\n".encode(), content(tool))


@pytest.mark.parametrize("before, end", [
    (b"# ours\n\n  \n" + OLD.encode() + b" \t\n# end\n", b"\n"),
    (OLD.encode(), b"\n"),
    (b"\xef\xbb\xbf# caf\xe9\r\n" + OLD.encode() + b"\r\n", b"\r\n"),
    (b"# nobody yet\n", b"\n"), (b"", b"\n")])
def test_everything_else_stays_byte_for_byte(tool, before, end):
    tool.write("passwords", before)
    assert tool("password", "add", "passwords", "old", typed=b"n3w").code == YES
    after = content(tool)
    assert after.startswith(before) and after.endswith(end)
    added = after[len(before):].strip(b"\r\n")
    assert re.fullmatch(rf"old:{BCRYPT}".encode(), added)


@pytest.mark.parametrize("password, hint", [
    ("pa%73s", True), ("a@b", True), ("a:b", True), ("a/b", True), ("a b", True),
    ("p\u00e4ss", True), ("Aa0.-_~!", False)])
def test_what_a_url_of_a_phone_cannot_hold_is_warned_of(tool, password, hint):
    tool.write("passwords", OLD + "\n")
    answer = tool("password", "add", "passwords", "phone", typed=password.encode())
    assert answer.code == YES
    assert [("URL" in line) for line in answer.hints] == ([True] if hint else [])
    assert verified(tool, "phone", password)


@pytest.mark.parametrize("typed, problem", [
    (b"", "the password is empty"), (b"\n", "the password is empty"),
    (b"a\0b", "the password holds a control character"),
    (b"a\nb\n", "the password holds a control character"),
    (b"a\tb", "the password holds a control character"),
    (b"x" * 73, "the password has 73 bytes; bcrypt looks at 72 and no further"),
    ("\u00e4".encode() * 37, "the password has 74 bytes"),
    (b"x" * 8193, "standard input is larger than the limit")])
def test_a_password_that_cannot_be_used_is_refused(tool, typed, problem):
    answer = tool("password", "add", "passwords", "phone", typed=typed)
    assert answer.code == USAGE and answer.errors[0].startswith(problem)
    assert not (tool.root / "passwords").exists()


def test_seventy_two_bytes_are_a_password(tool):
    assert tool("password", "add", "passwords", "phone", typed=b"x" * 72 + b"\r\n").code == YES
    assert verified(tool, "phone", "x" * 72)


@pytest.mark.parametrize("user", ["", "a:b", "#a", " a", "\ta", "a\nb:c", "a\x1bb", "u" * 1025])
def test_a_user_that_would_be_read_as_something_else_is_refused(tool, user):
    answer = tool("password", "add", "passwords", user, typed=b"s3cret")
    assert answer.code == USAGE
    assert not (tool.root / "passwords").exists()


def test_a_user_may_hold_blanks_and_other_letters(tool):
    for user in ("Jane Doe", "z\u00fcrich", "u" * 100):
        assert tool("password", "add", "passwords", user, typed=b"s3cret").code == YES
        assert verified(tool, user, "s3cret")


@pytest.mark.parametrize("options, problem", [
    (("--label", "a b"), 'there is a blank in "label=a b"'),
    (("--label", "a until=2027-01-01"), 'there is a blank in "label=a until=2027-01-01"'),
    (("--label", "a/b"), '"a/b" is no label'),
    (("--label", "l" * 65), '"' + "l" * 40 + '..." is no label'),
    (("--label="), "label= says nothing"),
    (("--from", "tomorrow"), '"tomorrow" is no date'),
    (("--until", "2027-02-29"), '"2027-02-29" is a day that there is not'),
    (("--from", "2027-01-02", "--until", "2027-01-01"), "until= is not after from="),
    (("--until", "2016-12-31T23:59:60Z"), '"2016-12-31T23:59:60Z" is a leap second')])
def test_an_option_that_makes_no_sense_is_refused(tool, options, problem):
    options = (options,) if isinstance(options, str) else options
    answer = tool("password", "add", "passwords", "phone", *options, typed=b"s3cret")
    assert answer.code == USAGE and answer.errors[0].startswith(problem)
    assert not (tool.root / "passwords").exists()


def test_a_file_with_an_error_is_not_touched(tool):
    tool.write("passwords", OLD + "\nphone:in-clear\nx\n")
    before = content(tool)
    answer = tool("password", "add", "passwords", "phone", typed=b"s3cret")
    assert (answer.code, answer.err) == (NO, "")
    assert [line.split(": ")[0] for line in answer.lines] == [
        "passwords:2:7", "passwords:3:1", "passwords"]
    assert "in-clear" not in answer.out
    assert content(tool) == before and [path.name for path in tool.root.iterdir()] == ["passwords"]


def test_mode_and_owner_stay(tool):
    tool.write("passwords", OLD + "\n")
    path = tool.root / "passwords"
    path.chmod(0o604)
    if os.geteuid() == 0:
        os.chown(path, 4321, 8765)
    before = path.stat()
    assert tool("password", "add", "passwords", "phone", typed=b"s3cret").code == YES
    after = path.stat()
    assert after.st_ino != before.st_ino, "replaced by rename"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid,
                                                           before.st_gid)


def test_a_link_is_followed(tool):
    (tool.root / "real").mkdir()
    tool.write("real/passwords", OLD + "\n")
    (tool.root / "passwords").symlink_to("real/passwords")
    assert tool("password", "add", "passwords", "phone", typed=b"s3cret").code == YES
    assert os.readlink(tool.root / "passwords") == "real/passwords"
    assert content(tool, "real/passwords").count(b"\n") == 2
    assert os.listdir(tool.root / "real") == ["passwords"]


def test_what_is_no_file_is_told(tool):
    (tool.root / "folder").mkdir()
    (tool.root / "link").symlink_to("nowhere")
    os.mkfifo(tool.root / "fifo")
    for name, problem in [("folder", "is not a regular file"), ("fifo", "is not a regular file"),
                          ("link", "is a link to nothing"),
                          ("absent/passwords", "cannot be edited, as to its folder: No such file "
                                               "or directory")]:
        answer = tool("password", "add", name, "phone", typed=b"s3cret")
        assert (answer.code, answer.errors) == (ENVIRONMENT, [f"{name} {problem}"])


def test_many_edits_at_once_lose_nothing(tool, binary):
    tool.write("passwords", "# ours\n")
    users = [f"phone{number}" for number in range(12)]
    running = [subprocess.Popen([binary, "password", "add", "passwords", user], cwd=tool.root,
                                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for user in users]
    for process in running:
        process.communicate(b"s3cret\n", timeout=60)
    assert [process.returncode for process in running] == [YES] * len(users)
    lines = content(tool).decode().splitlines()
    assert lines[0] == "# ours"
    assert sorted(line.split(":")[0] for line in lines[1:]) == sorted(users)


class Terminal:
    """A person who reads a terminal and types."""

    def __init__(self, binary, tool, *arguments):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen([binary, *arguments], cwd=tool.root, stdin=slave,
                                        stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.seen = b""

    def read(self, until):
        deadline = time.monotonic() + 30
        while until not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"waited for {until}, saw {self.seen}"
            self.seen += os.read(self.master, 1024)

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.master, text)

    def finish(self):
        code = self.process.wait(timeout=30)
        try:
            while True:
                self.seen += os.read(self.master, 1024)
        except OSError:  # the last one that had the terminal is gone
            os.close(self.master)
        return code


@pytest.mark.parametrize("again, code", [(b"s3cret\n", YES), (b"s3creT\n", USAGE)])
def test_a_terminal_is_asked_twice_and_shows_nothing(binary, tool, again, code):
    terminal = Terminal(binary, tool, "password", "add", "passwords", "phone")
    terminal.read(b"New password: ")
    terminal.type(b"s3cret\n")
    terminal.read(b"The same again: ")
    terminal.type(again)
    assert terminal.finish() == code
    assert b"s3cre" not in terminal.seen
    if code == YES:
        assert verified(tool, "phone", "s3cret")
    else:
        assert b"the two passwords are not the same" in terminal.seen
        assert not (tool.root / "passwords").exists()


def test_an_interrupted_question_leaves_the_terminal_as_it_was(binary, tool):
    terminal = Terminal(binary, tool, "password", "add", "passwords", "phone")
    terminal.read(b"New password: ")
    assert not terminal.echoes()
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.process.wait(timeout=30) == USAGE
    assert terminal.echoes()
    terminal.finish()
    assert b"interrupted; nothing was changed" in terminal.seen
    assert not (tool.root / "passwords").exists()


def test_a_device_secret_is_made_and_never_shown(tool):
    answer = tool("password", "add", "--secrets", "secrets", "2027", "--from", "2027-01-01")
    assert (answer.code, answer.lines) == (YES, ["added secrets:1: 2027 from=2027-01-01T00:00:00Z"])
    assert mode(tool.root / "secrets") == 0o600
    assert tool("password", "add", "--secrets", "secrets", "2028").code == YES
    lines = content(tool, "secrets").decode().splitlines()
    secrets = [line.split(":")[1].split(" ")[0] for line in lines]
    assert [len(base64.b64decode(secret, validate=True)) for secret in secrets] == [32, 32]
    assert secrets[0] != secrets[1] and lines[0].endswith(" from=2027-01-01")
    assert not any(secret in answer.out + answer.err for secret in secrets)


def test_an_id_is_not_given_twice(tool):
    assert tool("password", "add", "--secrets", "secrets", "2027").code == YES
    answer = tool("password", "add", "--secrets", "secrets", "2027")
    assert answer.code == NO
    assert answer.lines[0] == 'secrets:2:1: the id "2027" stands in line 1 already'
    assert content(tool, "secrets").count(b"\n") == 1


@pytest.mark.parametrize("arguments", [("a b",), ("",), ("a:b",), ("2027", "--label", "x")])
def test_an_id_is_a_label_and_has_none(tool, arguments):
    assert tool("password", "add", "--secrets", "secrets", *arguments).code == USAGE
    assert not (tool.root / "secrets").exists()
