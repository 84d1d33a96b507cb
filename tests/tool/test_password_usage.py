# SPDX-License-Identifier: Apache-2.0
"""password usage: who has last logged in with which password, from a real database."""
import json
import os
import shutil
import sqlite3
import struct
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import ENVIRONMENT, USAGE, YES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from database import Database  # noqa: E402

A, B, C, D = "0004f2aaaaaa", "0004f2bbbbbb", "0004f2cccccc", "0004f2dddddd"
NOW = 1_800_000_000
TABLES = ("CREATE TABLE polyauth_schema (version integer)",
          "INSERT INTO polyauth_schema VALUES (1)",
          "CREATE TABLE polyauth_seen (mac varchar(12), label text, at bigint, certificate_until "
          "bigint, since bigint)",
          "INSERT INTO polyauth_seen VALUES " + ", ".join(
              f"('{mac}', '{label}', {NOW + at}, 0, {NOW + since})" for mac, label, at, since in (
                  (A, "2026", 10, 5), (A, "2027", 20, 15), (B, "2026", 30, 0), (C, "", 40, 40),
                  (D, "2027", 10, 1), (D, "2026", 50, 2))))
LINES = [
    "no label: 1 device used it last",
    f"  {C} since 2027-01-15T08:00:40Z, last 2027-01-15T08:00:40Z",
    "label 2026: 2 devices used it last",
    f"  {B} since 2027-01-15T08:00:00Z, last 2027-01-15T08:00:30Z",
    f"  {D} since 2027-01-15T08:00:02Z, last 2027-01-15T08:00:50Z",
    "label 2027: 1 device used it last",
    f"  {A} since 2027-01-15T08:00:15Z, last 2027-01-15T08:00:20Z",
]


@pytest.fixture
def state(tool):
    path = tool.root / "state.sqlite"
    connection = sqlite3.connect(path)
    with connection:
        for statement in TABLES:
            connection.execute(statement)
    connection.close()
    path.chmod(0o600)
    return path


def test_each_device_counts_for_the_label_that_it_used_last(tool, state):
    answer = tool("password", "usage", "--state", state)
    assert (answer.code, answer.lines) == (YES, LINES)


def test_as_json(tool, state):
    answer = tool("password", "usage", "--state", state, "--json")
    told = json.loads(answer.out)
    assert [(each["label"], [d["mac"] for d in each["devices"]]) for each in told["labels"]] == [
        (None, [C]), ("2026", [B, D]), ("2027", [A])]
    assert told["labels"][2]["devices"][0] == {
        "mac": A, "since": "2027-01-15T08:00:15Z", "last": "2027-01-15T08:00:20Z"}
    assert "not_seen" not in told


def test_with_a_list_only_its_devices_count_and_the_missing_are_named(tool, state):
    acl = tool.write("phones.acl", f"{A}\n!{B}\n0004f2d*\n0004f2000002\n0004f2000001\n!0004f2000003\n"
                                   "0004f2000003\n")
    answer = tool("password", "usage", "--state", state, "--acl", acl)
    assert [line.split(" since")[0] for line in answer.lines] == [
        "label 2026: 1 device used it last", f"  {D}", "label 2027: 1 device used it last", f"  {A}",
        "not seen: 2 devices", "  0004f2000001", "  0004f2000002"]
    told = json.loads(tool("password", "usage", "--state", state, "--acl", acl, "--json").out)
    assert told["not_seen"] == ["0004f2000001", "0004f2000002"]


def test_a_compiled_list_names_no_devices(tool, state):
    acl = tool.write("phones.acl", f"{A}\n")
    assert tool("acl", "compile", acl, "-o", "phones.list").code == YES
    answer = tool("password", "usage", "--state", state, "--acl", "phones.list")
    assert answer.code == ENVIRONMENT and "the text that it was made of is needed" in answer.err


def test_a_label_cannot_write_to_the_terminal(tool, state):
    connection = sqlite3.connect(state)
    with connection:
        connection.execute("UPDATE polyauth_seen SET label = ? WHERE mac = ?", ("\x1b[2J", C))
    connection.close()
    assert tool("password", "usage", "--state", state).lines[0] == r"label \x1b[2J: 1 device used it last"


def test_what_cannot_be_read_is_told_and_nothing_is_made(tool, state):
    answer = tool("password", "usage", "--state", "absent")
    assert (answer.code, answer.errors) == (ENVIRONMENT, ['"absent" does not exist'])
    assert not (tool.root / "absent").exists()
    state.chmod(0o644)
    answer = tool("password", "usage", "--state", state)
    assert answer.code == ENVIRONMENT and "give it mode 0600" in answer.err
    tool.write("other", "x" * 4096)
    (tool.root / "other").chmod(0o600)
    assert "file is not a database" in tool("password", "usage", "--state", "other").err
    sqlite3.connect(tool.root / "empty").close()
    (tool.root / "empty").chmod(0o600)
    assert "there are no tables of mod_polyauth" in tool("password", "usage", "--state", "empty").err


def test_root_reads_it_with_the_rights_of_whose_the_folder_is(tool, state):
    """Whoever may write there could lead root to any other file."""
    with tempfile.TemporaryDirectory() as around:
        folder = Path(around) / "of-nobody"
        folder.mkdir()
        moved = Path(shutil.move(state, folder))
        for path in (folder, moved):
            shutil.chown(path, "nobody", "nogroup")
        answer = tool("password", "usage", "--state", moved)
        # Root could have passed.
        assert answer.code == ENVIRONMENT and "Permission denied" in answer.err
        os.chmod(around, 0o755)
        assert tool("password", "usage", "--state", moved).lines == LINES


def hot_journal(super_journal):
    """A journal that makes SQLite remove the file of this name when it rolls back."""
    magic, name = bytes.fromhex("d9d505f920a163d7"), str(super_journal).encode()
    header = magic + struct.pack(">IIIII", 0, 1, 0, 512, 4096)
    return (header.ljust(512, b"\0") + struct.pack(">I", (1 << 30) // 4096 + 1) + name
            + struct.pack(">II", len(name), sum(name)) + magic)


def test_a_folder_that_is_reached_by_its_group_is_read_by_root_too(tool, state):
    with tempfile.TemporaryDirectory() as around:
        os.chmod(around, 0o755)
        folder = Path(around) / "shared"
        folder.mkdir()
        moved = Path(shutil.move(state, folder))
        shutil.chown(moved, "nobody", "nogroup")
        shutil.chown(folder, "root", "daemon")
        folder.chmod(0o770)
        assert tool("password", "usage", "--state", moved).lines == LINES


@pytest.mark.parametrize("mode", [0o770, 0o777, 0o1777], ids=oct)
def test_root_has_no_rights_either_where_others_write_to_a_folder_of_root(tool, state, mode):
    with tempfile.TemporaryDirectory() as around:
        os.chmod(around, 0o755)
        folder, precious = Path(around) / "shared", Path(around) / "precious"
        folder.mkdir()
        precious.write_text("of root\n")
        moved = Path(shutil.move(state, folder))
        journal = folder / f"{moved.name}-journal"
        journal.write_bytes(hot_journal(precious))
        for path in (moved, journal):
            path.chmod(0o600)
            shutil.chown(path, "nobody", "nogroup")
        shutil.chown(folder, "root", "nogroup")
        folder.chmod(mode)
        assert tool("password", "usage", "--state", moved).code == ENVIRONMENT
        assert precious.exists()
        journal.unlink(missing_ok=True)
        assert tool("password", "usage", "--state", moved).code in (YES, ENVIRONMENT)
        shutil.chown(moved, "root")
        assert "belongs to root, and others can write" in tool("password", "usage", "--state", moved).err


@pytest.mark.parametrize("arguments, error", [
    ((), "either --state or --dbd is needed"),
    (("--state", "x", "--dbd", "pgsql", "y"), "either --state or --dbd is needed"),
    (("--dbd", "pgsql"), "--dbd"),
    (("--dbd", "pgsql", "host=x password=secret"), "a password does not belong into the parameters"),
    (("--dbd", "pgsql", "postgresql://x:secret@host/x"), "a password does not belong into the parameters")])
def test_a_line_that_cannot_be_understood(tool, arguments, error):
    answer = tool("password", "usage", *arguments)
    assert answer.code == USAGE and error in answer.err and "secret" not in answer.err


def test_a_driver_that_is_not_there(tool):
    answer = tool("password", "usage", "--dbd", "nosuch", "x")
    assert answer.code == ENVIRONMENT and 'driver "nosuch" cannot be loaded' in answer.err


def test_from_postgresql_by_a_service_file(tool, monkeypatch):
    database = Database()
    try:
        for statement in TABLES:
            database(statement)
        session = database.environment
        service = tool.root / "services"
        service.write_text(f"[phones]\nhost={session['PGHOST']}\nuser={session['PGUSER']}\n"
                           f"dbname={session['PGDATABASE']}\n")
        monkeypatch.setitem(os.environ, "PGSERVICEFILE", str(service))
        answer = tool("password", "usage", "--dbd", "pgsql", "service=phones")
        assert (answer.code, answer.lines) == (YES, LINES)
        database("DROP TABLE polyauth_schema")
        answer = tool("password", "usage", "--dbd", "pgsql", "service=phones")
        assert answer.code == ENVIRONMENT and "there are no tables of mod_polyauth" in answer.err
    finally:
        database.close()
    answer = tool("password", "usage", "--dbd", "pgsql", "service=phones")
    assert answer.code == ENVIRONMENT and "the database cannot be opened" in answer.err
