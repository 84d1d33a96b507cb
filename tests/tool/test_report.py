# SPDX-License-Identifier: Apache-2.0
"""polyauthctl report: what a log tells, and what it does not let itself be told."""
import contextlib
import gzip
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from access_log import A, B, line
from conftest import ENVIRONMENT, NO, USAGE, YES

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def report(tool):
    """report(*lines) writes them to access.log and reads it."""

    def run(*lines, options=()):
        tool.write("access.log", "".join(lines))
        return tool("report", "access.log", *options)

    return run


def test_a_refusal_is_told_with_its_reason_its_remedy_its_path_and_its_device(report):
    answer = report(line(f"/{A}.cfg"), *[line("/common.cfg", reason="mac-missing")] * 2,
                    line("/common.cfg", reason="mac-missing", mac=B),
                    line("/logo.svg", reason="mac-missing", decision="denied", status=403))
    assert answer.code == NO
    assert answer.lines == [
        "5 requests, 5 governed by PolyAuth: 1 granted, 3 that PolyAuth On would refuse, 1 refused",
        "",
        "mac-missing: 3 would be refused, 1 was refused",
        "  The request names no MAC where PolyAuthMatch looks for one, and the file is",
        "  not shared.",
        "  Add the name to PolyAuthSharedFiles if all phones may read it; or choose",
        "  another PolyAuthMatch.",
        "  4 requests would be admitted by, beside what is listed there already:",
        "    PolyAuthSharedFiles poly common.cfg logo.svg",
        " requests  method and path",
        "        3  GET /common.cfg",
        "        1  GET /logo.svg",
        " requests  device, or client where none is known",
        f"        3  {A}",
        f"        1  {B}",
    ]
    assert len(answer.hints) == 1 and "AH02039" in answer.hints[0]


def test_nothing_refused_is_a_yes(report):
    answer = report(line(f"/{A}.cfg"), line("/sip.ld", reason="shared-file"))
    assert (answer.code, answer.hints) == (YES, [])
    assert answer.lines == ["2 requests, 2 governed by PolyAuth: 2 granted, 0 that PolyAuth On "
                            "would refuse, 0 refused"]


def test_a_log_without_a_governed_request_says_so(report):
    answer = report(line("/", reason="-", decision="-", mac="-"))
    assert answer.code == YES and "PolyAuth Audit" in answer.hints[0]
    assert "0 governed" in answer.out


def test_the_most_frequent_reason_comes_first(report):
    answer = report(line("/a;b", reason="path-unsafe"),
                    *[line(f"/{B}.cfg", reason="mac-foreign")] * 2)
    found = re.findall(r"^([a-z-]+): \d", answer.out, re.M)
    assert found == ["mac-foreign", "path-unsafe"]


def test_a_request_without_device_counts_for_its_client(report):
    answer = report(line("/x", reason="no-certificate", mac="-", client="2001:db8::7"))
    assert "        1  2001:db8::7" in answer.lines


def test_what_it_explains_fits_a_terminal(report):
    answer = report(line("/common.cfg", reason="mac-missing"), line("/x", reason="certificate-expired"))
    text = " ".join(answer.out.split())
    assert "Add the name to PolyAuthSharedFiles if all phones may read it; or choose another PolyAuthMatch." in text
    assert [each for each in answer.lines if each.startswith("  ") and len(each) > 79] == []


def test_json_says_the_same(report):
    answer = report(line("/common.cfg", reason="mac-missing"), "rubbish\n", options=["--json"])
    said = json.loads(answer.out)
    assert answer.code == NO
    assert (said["requests"], said["granted"], said["would_deny"], said["denied"]) == (1, 0, 1, 0)
    assert said["not_understood"] == 1
    fault, = said["first_not_understood"]
    assert (fault["file"], fault["line"], fault["column"]) == ("access.log", 2, 8)
    reason, = said["reasons"]
    assert reason["reason"] == "mac-missing" and reason["meaning"] and reason["action"]
    remedy, = reason["remedies"]
    assert remedy["directive"] == "PolyAuthSharedFiles"
    assert remedy["line"] == "PolyAuthSharedFiles poly common.cfg"
    assert reason["paths"] == {"top": [{"path": "GET /common.cfg", "would_deny": 1, "denied": 0}],
                               "all": {"would_deny": 1, "denied": 0}, "dropped": 0}
    assert reason["devices"]["top"][0]["device"] == A


# Input


def test_logs_are_read_from_many_places_plain_and_compressed(tool):
    refusal = line("/common.cfg", reason="mac-missing")
    tool.write("access.log", refusal)
    tool.write("access.log.2.gz", gzip.compress((refusal * 3).encode()))
    answer = tool("report", "access.log", "-", "access.log.2.gz", typed=refusal.encode())
    assert answer.lines[0].startswith("5 requests, 5 governed")
    assert tool("report", "-", typed=gzip.compress(refusal.encode())).code == NO


def test_a_last_line_without_line_feed_counts(report):
    assert report(line(f"/{A}.cfg"), line("/x", reason="mac-missing")[:-1]).code == NO


@pytest.mark.parametrize("name, content, text", [
    ("missing", None, "No such file or directory"),
    ("folder", "folder", "Is a directory"),
    ("short.gz", gzip.compress(line().encode() * 50)[:-30], "the compressed file is cut short"),
    ("wrong.gz", gzip.compress(line().encode() * 50)[:12] + b"\xff" * 60, "invalid"),
])
def test_what_cannot_be_read_is_no_answer(tool, name, content, text):
    if content == "folder":
        (tool.root / name).mkdir()
    elif content:
        tool.write(name, content)
    tool.write("access.log", line())
    answer = tool("report", "access.log", name)
    assert answer.code == ENVIRONMENT and not answer.out
    assert answer.errors[0].startswith(f"{name} cannot be read: ") and text in answer.errors[0]


def test_lines_that_cannot_be_understood_are_counted_and_the_first_are_named(report):
    good = line("/x", reason="mac-missing")
    answer = report(good, "rubbish\n" * 4, good.replace("mac=", "Mac="), good.replace("label=-", ""),
                    good.replace("missing", "mising"))
    assert answer.code == NO
    begin = answer.lines.index("7 lines cannot be understood:")
    assert [row.split(": ")[0].strip() for row in answer.lines[begin + 1:begin + 6]] == [
        "access.log:2:8", "access.log:3:8", "access.log:4:8", "access.log:5:8",
        f"access.log:6:{len(good)}"]
    assert answer.lines[begin + 6] == "  and 2 more lines"
    assert answer.hints[0].startswith('the LogFormat is "%h %l %u %t ')


def test_where_lines_cannot_be_understood_nobody_says_that_nothing_is_refused(report):
    answer = report(line(), "rubbish\n")
    assert answer.code == ENVIRONMENT and "may tell of more" in answer.errors[0]


@pytest.mark.parametrize("tail", [
    "mac=- decision=granted reason=mac-missing label=-", "mac=- decision=denied reason=own-file label=-",
    "mac=- decision=denied reason=- label=-", "mac=- decision=- reason=mac-missing label=-",
    "mac=0004F2AAAAAA decision=- reason=- label=-", "mac=0004f2 decision=- reason=- label=-",
    "mac=- decision=- reason=- label=a/b", "mac=- decision=- reason=- label=- more",
    "decision=- mac=- reason=- label=-", "mac=-  decision=- reason=- label=-",
    "mac=- decision=would-deny reason=mac-missing label=-x y",
])
def test_a_verdict_that_the_server_does_not_write_is_not_believed(report, tail):
    answer = report(line().split(" mac=")[0] + " " + tail + "\n")
    assert answer.code == ENVIRONMENT, answer


VERDICT = " mac=- decision=granted reason=own-file label=-"


@pytest.mark.parametrize("written", [
    {"request": f'GET /x" 200 1 "-" "-"{VERDICT}'}, {"agent": f'x"{VERDICT}'},
    {"agent": f'x\\"{VERDICT}\n1.2.3.4'}, {"user": f'x" "GET / HTTP/1.1" 200{VERDICT}'},
    {"user": 'a [24/Nov/2026:22:04:43 +0000] "GET /y HTTP/1.1" 404 17'}, {"user": "] "},
    {"request": "GET /x HTTP/1.1\\"}, {"agent": "\\"},
])
def test_no_client_can_write_a_verdict(report, written):
    """What it sends stays inside its field, whatever quotes and line ends it holds."""
    answer = report(line("/x", reason="mac-missing", **written))
    assert answer.code == NO, answer
    assert answer.lines[0].startswith("1 request, 1 governed by PolyAuth: 0 granted, 1 that")


def test_an_empty_user_name_is_two_quotes(report):
    assert report(line("/x", reason="mac-missing", user="@").replace("@", '""')).code == NO


def test_other_formats_of_the_front_are_read_too(report):
    common = line("/x", reason="mac-missing").replace(' "-" "curl/7.88"', "")
    longer = line("/x", reason="mac-missing").replace(" mac=", ' "f" 120 mac=')
    assert report(common, longer).lines[0].startswith("2 requests, 2 governed")


def test_control_bytes_of_a_client_never_reach_the_terminal(report):
    answer = report(line("/%1b]0;x", reason="path-unsafe"), line("/\x1b[2J", reason="path-unsafe"))
    assert "\x1b" not in answer.out and r"GET /\x1b]0;x" in answer.out


def test_a_line_of_any_length_is_passed_over(tool):
    tool.write("access.log", "x" * 5_000_000 + "\n" + line("/x", reason="mac-missing"))
    answer = tool("report", "access.log")
    assert answer.code == NO and answer.lines[0].startswith("1 request, 1 governed")
    assert "access.log:1:262145: the line is longer than 262144 bytes" in answer.out


# Size


def test_rare_paths_are_dropped_and_the_report_says_so(tool):
    lines = [line("/often.bin", reason="mac-missing")] * 50
    lines += [line(f"/file-{i}.bin", reason="mac-missing") for i in range(9_000)]
    tool.write("access.log", "".join(lines))
    answer = tool("report", "access.log", "--top", "2")
    assert "       50  GET /often.bin" in answer.lines
    others, = (row for row in answer.lines if " others; " in row)
    assert others.split()[0] == str(9_050 - 51) and "dropped to save memory" in others
    assert "(more than " in answer.out
    said = json.loads(tool("report", "access.log", "--json").out)
    paths = said["reasons"][0]["paths"]
    assert paths["all"]["would_deny"] == 9_050 and paths["dropped"] > 0


def test_memory_is_bounded(binary, tool):
    """A hundred thousand paths, each of its own, take no more than ten thousand do."""

    def peak(count):
        with open(tool.root / "access.log", "w", encoding="ascii") as log:
            for i in range(count):
                log.write(line(f"/{'long' * 20}/{i}", reason="mac-missing"))
        with subprocess.Popen([binary, "report", "access.log"], cwd=tool.root,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              # Else a sanitizer keeps what is freed.
                              env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}) as run:
            said = run.stdout.read().decode()
            _, status, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
        assert run.returncode == NO and said.startswith(f"{count} requests, {count} governed")
        return usage.ru_maxrss

    assert peak(100_000) < 1.2 * peak(10_000)


def test_progress_is_shown_on_a_terminal_only(binary, tool):
    tool.write("access.log", line() * 3000)
    leader, follower = pty.openpty()
    done = subprocess.run([binary, "report", "access.log"], cwd=tool.root, stderr=follower,
                          stdout=subprocess.PIPE, timeout=60, check=False)
    os.close(follower)
    shown = ""
    with contextlib.suppress(OSError):  # of a terminal that nobody has open any more, after its last byte
        while True:
            shown += os.read(leader, 1 << 16).decode()
    os.close(leader)
    assert done.returncode == YES
    assert "access.log: 100% read" in shown and shown.endswith("\r\x1b[K")
    assert "read" not in tool("report", "access.log").err


@pytest.mark.parametrize("top", ["0", "-1", "x", "100001", "1.5", ""])
def test_a_wrong_number_is_a_usage_error(report, top):
    answer = report(line(), options=[f"--top={top}"])
    assert answer.code == USAGE and '--top: "' in answer.errors[0]


# Documentation


def test_the_log_format_is_the_same_wherever_it_is_written(report):
    hint = report("rubbish\n").hints[0]
    stated = hint.removeprefix("the LogFormat is ")
    assert f"LogFormat {stated}\n" in (REPOSITORY / "conf/DIRECTIVES.md").read_text()
    example = (REPOSITORY / "conf/examples/02-audit-first.conf").read_text().replace("\\\n", "")
    assert f"LogFormat {stated}\n" in example
    page = (REPOSITORY / "mod_polyauth/tool/polyauthctl.8").read_text()
    page = page.replace("\\e\n", "").replace("\\e", "\\").replace("\\-", "-")
    assert f"LogFormat {stated}\n" in page
