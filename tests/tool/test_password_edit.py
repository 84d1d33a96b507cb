# SPDX-License-Identifier: Apache-2.0
"""password list and retire: what is there, and what is to open no more."""
import datetime
import json
import os

import pytest
from conftest import ENVIRONMENT, NO, USAGE, YES

HASH = "$2y$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW"
SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
FILE = ("# ours\n"
        f"phone:{HASH} label=q3 until=2999-06-30\n"
        "\n"
        f"phone:{HASH}\tlabel=q4   from=2000-01-01 \n"
        f"Jane Doe:{HASH}\n"
        f"old:{HASH} label=q3 until=2020-01-01T12:00:00Z\n"
        f"soon:{HASH} from=2999-01-01\n"
        "# end")


def lines_of(tool, name="passwords"):
    return (tool.root / name).read_text().split("\n")


def test_every_password_is_listed_with_its_state_and_without_its_hash(tool):
    tool.write("passwords", FILE)
    answer = tool("password", "list", "passwords")
    assert (answer.code, answer.lines) == (YES, [
        "passwords:2: phone label=q3 until=2999-07-01T00:00:00Z: open",
        "passwords:4: phone label=q4 from=2000-01-01T00:00:00Z: open",
        "passwords:5: Jane Doe: open",
        "passwords:6: old label=q3 until=2020-01-01T12:00:00Z: over",
        "passwords:7: soon from=2999-01-01T00:00:00Z: not yet"])
    assert "$2y" not in answer.out


def test_a_script_gets_json(tool):
    tool.write("passwords", FILE.encode() + f"\ncaf\xe9:{HASH}".encode("latin-1"))
    answer = tool("password", "list", "--json", "passwords")
    listed = json.loads(answer.out)
    assert answer.code == YES and "$2y" not in answer.out
    assert listed[0] == {"line": 2, "user": "phone", "label": "q3", "from": None,
                         "until": "2999-07-01T00:00:00Z", "state": "open"}
    assert [entry["state"] for entry in listed] == ["open", "open", "open", "over", "not yet", "open"]
    assert listed[5]["user"] == "caf\ufffd"


def test_secrets_are_listed_by_id(tool):
    tool.write("secrets", f"a:{SECRET} until=2020-01-01\nb:{SECRET}\n")
    answer = tool("password", "list", "--secrets", "secrets")
    assert answer.lines == ["secrets:1: a until=2020-01-02T00:00:00Z: over", "secrets:2: b: open"]
    listed = json.loads(tool("password", "list", "--secrets", "--json", "secrets").out)
    assert listed[1] == {"line": 2, "id": "b", "from": None, "until": None, "state": "open"}
    assert SECRET[:8] not in answer.out


def test_a_file_with_an_error_is_not_listed(tool):
    tool.write("passwords", f"phone:{HASH}\nphone:in-clear\n")
    answer = tool("password", "list", "passwords")
    assert answer.code == NO and answer.lines[0].startswith("passwords:2:7: this is no hash")
    assert tool("password", "list", "absent").code == ENVIRONMENT


def test_a_label_ends_now(tool):
    tool.write("passwords", FILE)
    (tool.root / "passwords").chmod(0o640)
    before = datetime.datetime.utcnow().replace(microsecond=0)
    answer = tool("password", "retire", "passwords", "--label", "q3")
    after = datetime.datetime.utcnow()
    assert answer.code == YES
    lines, old = lines_of(tool), FILE.split("\n")
    assert [line for at, line in enumerate(lines) if at != 1] == [
        line for at, line in enumerate(old) if at != 1], "the one that was over, and all others"
    start, until = lines[1].rsplit(" until=", 1)
    assert start == f"phone:{HASH} label=q3"
    assert before <= datetime.datetime.strptime(until, "%Y-%m-%dT%H:%M:%SZ") <= after
    assert answer.lines == [f"retired passwords:2: phone label=q3 until={until}"]
    assert answer.hints == []
    assert "passwords:2: phone label=q3 until=" + until + ": over" in tool(
        "password", "list", "passwords").lines
    assert (tool.root / "passwords").stat().st_mode & 0o777 == 0o640
    assert os.listdir(tool.root) == ["passwords"]


def test_a_user_ends_on_a_day(tool):
    tool.write("passwords", FILE.replace("\n", "\r\n"))
    answer = tool("password", "retire", "passwords", "--user", "phone", "--until", "2999-01-31")
    assert answer.lines == [
        "retired passwords:2: phone label=q3 until=2999-02-01T00:00:00Z",
        "retired passwords:4: phone label=q4 from=2000-01-01T00:00:00Z until=2999-02-01T00:00:00Z"]
    assert answer.hints == ['"phone" has no password that opens from then on']
    expected = FILE.replace("until=2999-06-30", "until=2999-02-01T00:00:00Z").replace(
        "from=2000-01-01 \n", "from=2000-01-01 until=2999-02-01T00:00:00Z \n")
    assert (tool.root / "passwords").read_bytes().decode() == expected.replace("\n", "\r\n")


def test_label_and_user_must_both_fit(tool):
    tool.write("passwords", FILE)
    answer = tool("password", "retire", "passwords", "--user", "phone", "--label", "q4")
    assert [line.split(" until")[0] for line in answer.lines] == [
        "retired passwords:4: phone label=q4 from=2000-01-01T00:00:00Z"]


def test_an_earlier_end_stays(tool):
    tool.write("passwords", FILE)
    before = (tool.root / "passwords").stat().st_ino
    answer = tool("password", "retire", "passwords", "--user", "old", "--until", "2021-01-01")
    assert (answer.code, answer.lines) == (YES, ["passwords: nothing was open longer"])
    assert (tool.root / "passwords").stat().st_ino == before


def test_until_in_the_name_of_a_user_is_no_option(tool):
    tool.write("passwords", f"a until=x:{HASH}\n")
    assert tool("password", "retire", "passwords", "--user", "a until=x", "--until",
                "2030-01-01T00:00:00Z").code == YES
    assert lines_of(tool)[0] == f"a until=x:{HASH} until=2030-01-01T00:00:00Z"


@pytest.mark.parametrize("arguments, said", [
    (("--user", "nobody"), "passwords: no such line"),
    (("--label", "nothing"), "passwords: no such line"),
    (("--user", "phone", "--label", "q9"), "passwords: no such line"),
    (("--user", "soon"), "begins later than it is to end; remove the line")])
def test_what_cannot_end_is_told_and_nothing_changes(tool, arguments, said):
    tool.write("passwords", FILE)
    answer = tool("password", "retire", "passwords", *arguments)
    assert (answer.code, answer.err) == (NO, "") and answer.lines[0].endswith(said)
    assert (tool.root / "passwords").read_text() == FILE


def test_behind_a_third_field_no_end_can_be_written(tool):
    text = f"phone:{HASH}\nphone:{HASH}:Jane Doe\n"
    tool.write("passwords", text)
    answer = tool("password", "retire", "passwords", "--user", "phone")
    assert answer.code == NO and answer.lines[0].startswith("passwords:2: phone until=")
    assert answer.lines[0].endswith("what follows a second ':' must go first")
    assert (tool.root / "passwords").read_text() == text


def test_a_file_with_an_error_is_not_touched(tool):
    tool.write("passwords", FILE + "\nphone:\n")
    answer = tool("password", "retire", "passwords", "--user", "phone")
    assert answer.code == NO and answer.lines[0].startswith("passwords:9:7: there is no hash")
    assert (tool.root / "passwords").read_text() == FILE + "\nphone:\n"


@pytest.mark.parametrize("arguments, problem", [
    ((), "--label, --user or --id is required"),
    (("--user=",), "--label, --user or --id says nothing"),
    (("--label=", "--user", "phone"), "--label, --user or --id says nothing"),
    (("--id", "a", "--user", "phone"), "--id, of a device secret, does not go with"),
    (("--user", "phone", "--until", "soon"), '--until: "soon" is no date')])
def test_a_line_that_names_nothing_is_refused(tool, arguments, problem):
    tool.write("passwords", FILE)
    answer = tool("password", "retire", "passwords", *arguments)
    assert answer.code == USAGE and answer.errors[0].startswith(problem)
    assert (tool.root / "passwords").read_text() == FILE


def test_a_file_that_is_not_there_is_told(tool):
    answer = tool("password", "retire", "passwords", "--user", "phone")
    assert (answer.code, answer.errors) == (
        ENVIRONMENT, ["passwords cannot be read: No such file or directory"])
    assert os.listdir(tool.root) == []


def test_a_device_secret_ends(tool):
    tool.write("secrets", f"a:{SECRET}\nb:{SECRET} from=2020-01-01\n")
    answer = tool("password", "retire", "secrets", "--id", "a", "--until", "2030-01-01T00:00:00Z")
    assert answer.lines == ["retired secrets:1: a until=2030-01-01T00:00:00Z"]
    assert lines_of(tool, "secrets") == [f"a:{SECRET} until=2030-01-01T00:00:00Z",
                                         f"b:{SECRET} from=2020-01-01", ""]
