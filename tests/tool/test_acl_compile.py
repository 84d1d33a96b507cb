# SPDX-License-Identifier: Apache-2.0
"""acl compile: a text list in, a compiled one out, at once or not at all."""
import os
import random
import resource
import stat
import subprocess

import pytest
from acl_image import compile_list
from conftest import ENVIRONMENT, NO, USAGE, YES

LIST = ("0004f2aabbcc", "64167f*", "!64167faa*", "!0004f2aabb99")
TEXT = "\n".join(LIST) + "\n"


class Compiler:
    def __init__(self, binary, root):
        self.binary, self.root, self.out = binary, root, root / "phones.list"

    def __call__(self, data, out="phones.list", around=(), **more):
        """From standard input, as the shell does it."""
        done = subprocess.run([*around, self.binary, "acl", "compile", "-", "-o", out], cwd=self.root,
                              input=data, timeout=60, capture_output=True, check=False, **more)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def state(self):
        return self.out.read_bytes(), self.out.stat().st_ino, self.out.stat().st_mtime_ns


@pytest.fixture
def compiler(binary, tool):
    return Compiler(binary, tool.root)


def names(tool):
    return sorted(path.name for path in tool.root.iterdir())


def test_a_text_is_compiled_and_counted(tool):
    tool.write("phones.acl", TEXT + "00:04:F2:AA:BB:CC\n64167f010203\n")
    answer = tool("acl", "compile", "phones.acl", "-o", "phones.list")
    image = (tool.root / "phones.list").read_bytes()
    assert (answer.code, answer.lines) == (YES, [
        f"phones.list: compiled, {len(image)} bytes",
        "devices: 2",
        "ranges: 1",
        "denials: 2",
        "duplicates: 1",
        "  phones.acl:5: 0004f2aabbcc stands on line 1 already",
        "superfluous: 1",
        "  phones.acl:6: 64167f010203 is covered by 64167f* on line 2"])
    assert names(tool) == ["phones.acl", "phones.list"]
    assert stat.S_IMODE((tool.root / "phones.list").stat().st_mode) == 0o644


def test_the_file_is_the_one_that_its_layout_says(tool):
    tool.write("phones.acl", TEXT)
    assert tool("acl", "compile", "phones.acl", "--out", "phones.list").code == YES
    assert (tool.root / "phones.list").read_bytes() == compile_list(*LIST)


def test_standard_input_and_any_order_give_the_same_bytes(tool, compiler):
    tool.write("phones.acl", TEXT)
    tool("acl", "compile", "phones.acl", "-o", "one.list")
    code, out, err = compiler("\r\n".join(reversed(LIST)).encode())
    assert (code, err) == (YES, "") and out.startswith("phones.list: compiled, ")
    assert compiler.out.read_bytes() == (tool.root / "one.list").read_bytes()


def test_what_the_text_admits_the_compiled_list_admits(tool):
    dice = random.Random(4)
    digits = lambda n: "".join(dice.choice("0a") for _ in range(n))  # noqa: E731
    entries = ["*"] + [dice.choice(["", "!"]) + digits(12) for _ in range(150)] + [
        dice.choice(["", "!"]) + digits(dice.randint(4, 11)) + "*" for _ in range(20)]
    tool.write("phones.acl", "\n".join(entries[dice.randint(0, 1):]))
    assert tool("acl", "compile", "phones.acl", "-o", "phones.list").code == YES
    for _ in range(60):
        mac = dice.choice([digits(12), f"{dice.getrandbits(48):012x}"])
        text, compiled = (tool("acl", "query", name, mac) for name in ("phones.acl", "phones.list"))
        assert (text.code, text.out.split(" (")[0]) == (compiled.code, compiled.out.split(" (")[0])


def test_pieces_of_a_pipe_are_put_together(tool, compiler):
    """The list is longer than a piece that is read at a time, with lines of every length."""
    dice = random.Random(5)
    lines = ["0004f2aabbcc"] + [f"{n:012x}" + " " * dice.randint(0, 40) + "# " + "x" * dice.randint(0, 90)
                                for n in range(40000)]
    code, out, _ = compiler("\n".join(lines).encode())
    assert code == YES and "devices: 40001\n" in out
    code, out, _ = compiler(("#" + "x" * 3_000_000 + "\n" + TEXT).encode())
    assert code == YES and "devices: 1\nranges: 1\ndenials: 2\n" in out


@pytest.mark.parametrize("data, first", [
    (b"", "-:1:1: there is no entry"),
    (b"# nothing\n\n", "-:1:1: there is no entry"),
    (b"!0004f2aabbcc\n", "-:1:1: there are only denials"),
    (b"0004f2aabbcc\n  0004f2aabbc\n", '-:2:3: "0004f2aabbc" is no entry'),
    (b"*\n0004f2\x00aabbcc\n", "-:2:7: a NUL byte is not allowed"),
    (compile_list("0004f2aabbcc"), "-:1:")])
def test_an_error_leaves_the_old_list_untouched(tool, compiler, data, first):
    assert compiler(TEXT.encode())[0] == YES
    before = compiler.state()
    code, out, err = compiler(data)
    assert (code, err) == (NO, "") and out.startswith(first), out
    assert out.splitlines()[-1].startswith("-: invalid: ")
    assert compiler.state() == before and names(tool) == ["phones.list"]


def test_the_first_twenty_errors_are_printed(compiler):
    lines = compiler(b"zz\n" * 33)[1].splitlines()
    assert [line.split(": ")[0] for line in lines[:20]] == [f"-:{n}:1" for n in range(1, 21)]
    assert lines[20:] == ["  and 13 more errors", "-: invalid: 33 errors"]
    assert not compiler.out.exists()


def test_the_first_twenty_oddities_are_named_by_line(compiler):
    lines = compiler(b"*\n" + b"".join(b"%012x\n" % n for n in range(5000)) * 2)[1].splitlines()
    at = lines.index("duplicates: 5000")
    assert [line.split(":")[1] for line in lines[at + 1:at + 21]] == [
        str(n) for n in range(5002, 5022)]
    assert lines[at + 21] == "  and 4980 more duplicates"
    at = lines.index("superfluous: 5000")
    assert [line.split(":")[1] for line in lines[at + 1:at + 21]] == [str(n) for n in range(2, 22)]
    assert lines[-1] == "  and 4980 more superfluous entries"


def test_a_replaced_list_is_another_file_with_the_mode_and_owner_of_the_old(compiler):
    compiler(TEXT.encode())
    compiler.out.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(compiler.out, 4321, 8765)
    before = compiler.out.stat()
    with open(compiler.out, "rb") as reader:
        assert compiler(b"*\n")[0] == YES
        assert reader.read() == compile_list(*LIST), "whoever reads the old one is left alone"
    after = compiler.out.stat()
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_a_link_stays_a_link(tool, compiler):
    (tool.root / "real").mkdir()
    (tool.root / "real" / "list").write_bytes(b"old")
    compiler.out.symlink_to("real/list")
    assert compiler(TEXT.encode())[0] == YES
    assert os.readlink(compiler.out) == "real/list"
    assert (tool.root / "real" / "list").read_bytes() == compile_list(*LIST)
    assert names(tool) == ["phones.list", "real"]


def test_what_cannot_be_written_is_told_and_nothing_is_left_behind(tool, compiler):
    (tool.root / "folder").mkdir()
    (tool.root / "link").symlink_to("nowhere")
    os.mkfifo(tool.root / "fifo")
    before = names(tool)
    for out, problem in [("folder", "is not a regular file"), ("fifo", "is not a regular file"),
                         ("link", "is a link to nothing"), ("/dev/null", "is not a regular file"),
                         ("absent/list", "cannot be written beside it: No such file or directory"),
                         ("", "cannot be written beside it")]:
        code, said, err = compiler(TEXT.encode(), out=out)
        if out == "":
            assert code in (USAGE, ENVIRONMENT)
            continue
        assert (code, said, err) == (ENVIRONMENT, "", f"polyauthctl: error: {out} {problem}\n")
    assert names(tool) == before


def test_a_folder_that_cannot_be_written_keeps_the_old_list(tool, compiler):
    compiler(TEXT.encode())
    before = compiler.state()
    tool.root.chmod(0o555)
    # Root without the right to pass over permissions.
    around = ["setpriv", "--inh-caps=-all", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    code, _, err = compiler(b"*\n", around=around)
    tool.root.chmod(0o755)
    assert code == ENVIRONMENT and "Permission denied" in err
    assert compiler.state() == before


def test_a_full_disk_keeps_the_old_list(tool, compiler):
    compiler(TEXT.encode())
    before = compiler.state()
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # noqa: E731
    code, _, _ = compiler(b"*\n", preexec_fn=small)
    assert code != YES
    assert compiler.state() == before


def test_a_closed_standard_input_is_an_empty_list(binary, tool):
    done = subprocess.run([binary, "acl", "compile", "-", "-o", "x"], cwd=tool.root, timeout=60,
                          preexec_fn=lambda: os.close(0), capture_output=True, check=False)
    assert done.returncode == NO and b"there is no entry" in done.stdout
    assert names(tool) == []


def test_an_input_that_is_no_file_is_told(tool):
    os.mkfifo(tool.root / "fifo")
    for name, problem in [("absent", "cannot be read: No such file or directory"),
                          ("fifo", "is not a regular file"), (".", "is not a regular file")]:
        answer = tool("acl", "compile", name, "-o", "x")
        assert (answer.code, answer.errors) == (ENVIRONMENT, [f"{name} {problem}"])
    assert names(tool) == ["fifo"]


def test_an_out_is_needed(tool):
    tool.write("phones.acl", TEXT)
    answer = tool("acl", "compile", "phones.acl")
    assert (answer.code, answer.errors) == (USAGE, ["--out is required"])
