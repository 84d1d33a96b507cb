# SPDX-License-Identifier: Apache-2.0
"""scripts/acl-from-postgresql with a real database that dies, lies and says nothing."""
import os
import re
import signal
import subprocess
import time

import pytest
from conftest import DONE, ENVIRONMENT, REFUSED, SOURCE, USAGE, wait_for
from database import Database

SCRIPT = SOURCE / "scripts" / "acl-from-postgresql"
A, B, C = "0004f2aaaaaa", "0004f2bbbbbb", "0004f2cccccc"


@pytest.fixture(scope="session")
def server():
    database = Database()
    database("CREATE TABLE polyauth_acl (entry text)")
    yield database
    database.close()


@pytest.fixture
def database(server):
    server("TRUNCATE polyauth_acl")
    return server


@pytest.fixture(scope="session")
def polyauthctl():
    path = os.environ.get("POLYAUTHCTL")
    assert path, "POLYAUTHCTL must name the polyauthctl to test"
    return os.path.abspath(path)


class Script:
    def __init__(self, root, database, polyauthctl):
        self.root, self.polyauthctl, self.around = root, polyauthctl, ()
        self.folder = root / "the lists"
        self.folder.mkdir()
        self.scratch = root / "scratch"
        self.scratch.mkdir()
        self.out = self.folder / "phones.list"
        self.environment = {"PATH": f"{os.defpath}:/usr/bin:/bin", "TMPDIR": str(self.scratch),
                            **database.environment}

    def start(self, *options, out=None):
        return subprocess.Popen([*self.around, str(SCRIPT), "--out", str(out or self.out), "--polyauthctl",
                                 self.polyauthctl, *options], env=self.environment, cwd=self.root,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)

    def __call__(self, *options, out=None):
        process = self.start(*options, out=out)
        stdout, stderr = process.communicate(timeout=60)
        assert not any(self.scratch.iterdir()), "something was left behind"
        assert bool(stderr) == (process.returncode != 0), stderr
        return process.returncode, stdout, stderr

    def state(self):
        return self.out.read_bytes(), self.out.stat().st_ino, self.out.stat().st_mtime_ns

    def admits(self, mac):
        if not self.out.exists():
            return None
        done = subprocess.run([self.polyauthctl, "acl", "query", self.out, mac], timeout=60,
                              capture_output=True, check=False)
        assert done.returncode in (0, 1), done
        return done.returncode == 0


@pytest.fixture
def script(tmp_path, database, polyauthctl):
    return Script(tmp_path, database, polyauthctl)


def insert(database, *entries):
    database("INSERT INTO polyauth_acl VALUES " + ",".join(f"('{entry}')" for entry in entries))


def test_the_table_becomes_the_list(script, database):
    insert(database, A, "64167f*", f"!{B}")
    code, out, _ = script()
    assert code == DONE and "devices: 1\nranges: 1\ndenials: 1\n" in out
    assert [script.admits(mac) for mac in (A, B, C, "64167f000000")] == [True, False, False, True]
    assert os.listdir(script.folder) == ["phones.list"]


def test_a_query_of_ones_own_and_quiet(script, database):
    insert(database, A, B)
    query = f"SELECT upper(entry) FROM polyauth_acl WHERE entry <> '{B}' -- not B"
    assert script("--query", query, "--quiet")[:2] == (DONE, "")
    assert [script.admits(mac) for mac in (A, B)] == [True, False]


def test_an_empty_answer_never_replaces_a_list(script, database):
    insert(database, A)
    script()
    before = script.state()
    database("TRUNCATE polyauth_acl")
    code, out, err = script()
    assert (code, out) == (REFUSED, "") and "returned nothing" in err
    insert(database, "# a comment")
    assert script()[0] == REFUSED
    assert script.state() == before


def test_a_row_that_is_no_entry_never_replaces_a_list(script, database):
    insert(database, A)
    script()
    before = script.state()
    insert(database, "0004f2")
    code, _, err = script()
    assert code == REFUSED and '-:2:1: "0004f2" is no entry' in err
    assert script.state() == before


def test_a_query_that_fails_half_way_never_replaces_a_list(script, database):
    insert(database, A)
    script()
    before = script.state()
    query = "SELECT lpad(to_hex(100000000000 / (60000 - n)), 12, '0') FROM generate_series(1, 90000) n"
    code, _, err = script("--query", query)
    assert code == ENVIRONMENT and "division by zero" in err
    assert script("--query", "SELECT nothing")[0] == ENVIRONMENT
    assert script("--query", "SELECT pg_sleep(60)", "--timeout", "1")[0] == ENVIRONMENT
    assert script.state() == before


def test_a_database_that_is_killed_and_started_again_between_compilations(script, database):
    insert(database, A)
    assert script()[0] == DONE
    before = script.state()
    database.kill()
    try:
        code, _, err = script()
        assert code == ENVIRONMENT and "the database gave no answer" in err
        assert script.state() == before
    finally:
        database.start()
    insert(database, B)
    assert script()[0] == DONE
    assert script.admits(B)


def test_two_servers_make_the_same_file_of_one_table(script, database):
    insert(database, *(f"0004f2{n:06x}" for n in range(3000)), "64167f*", "!64167f000001")
    other = script.folder / "other.list"
    query = "SELECT entry FROM polyauth_acl ORDER BY random()"
    first, second = script.start("--query", query), script.start("--query", query, out=other)
    assert [each.wait(60) for each in (first, second)] == [DONE, DONE]
    for each in (first, second):
        each.communicate()
    assert script.out.read_bytes() == other.read_bytes()


def test_a_notification_is_acted_on_at_once_and_the_database_may_go_and_come(script, database):
    insert(database, A)
    process = script.start("--listen", "polyauth_acl", "--retry", "1")
    try:
        wait_for(lambda: script.admits(A), "the list at the start")
        for mac in (B, C):
            insert(database, mac)
            database("NOTIFY polyauth_acl")
            wait_for(lambda: script.admits(mac), "the list after a notification", 15)
        # Nothing of it counts: the old list stays, and so does the listener.
        before = script.state()
        database("TRUNCATE polyauth_acl; NOTIFY polyauth_acl")
        time.sleep(3)
        assert script.state() == before
        insert(database, A)
        database.kill()
        assert script.state()[0] == before[0]
        database.start()
        wait_for(lambda: script.admits(A) and not script.admits(B), "the list after a restart")
        database(f"INSERT INTO polyauth_acl VALUES ('{B}'); NOTIFY polyauth_acl")
        wait_for(lambda: script.admits(B), "the list after a notification", 15)
        assert process.poll() is None
    finally:
        process.terminate()
        try:
            _, err = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 143
    assert "returned nothing" in err and "the database is away" in err
    assert not any(script.scratch.iterdir())


def test_the_example_of_the_manual_works(script, server):
    blocks = re.findall(r"(?:^    .*\n)+", (SOURCE / "conf" / "FLEET.md").read_text(), re.MULTILINE)
    make_table, make_trigger = (next(block for block in blocks if word in block)
                                for word in ("CREATE TABLE", "CREATE TRIGGER"))
    server("CREATE DATABASE example")
    example = server.database("example")
    example(make_table)
    example(make_trigger)
    script.environment |= example.environment
    process = script.start("--listen", "polyauth_acl")
    try:
        wait_for(lambda: script.admits("0004f2aabbcc"), "the list at the start")
        example(f"INSERT INTO polyauth_acl VALUES ('{A}')")
        wait_for(lambda: script.admits(A), "the list after a change", 15)
        example(f"DELETE FROM polyauth_acl WHERE entry = '{A}'")
        wait_for(lambda: not script.admits(A), "the list after a change", 15)
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize("options, error", [
    (("--deep",), 'there is no option "--deep"'), (("x",), 'there is no use for "x"'),
    (("--retry", "0"), "--retry"), (("--query",), "--query needs a value"),
    (("--listen", "a; DROP TABLE x"), "is no name of a channel")])
def test_a_line_that_cannot_be_understood(script, options, error):
    code, _, err = script(*options)
    assert code == USAGE and err.startswith("acl-from-postgresql: error: ") and error in err


def test_a_folder_that_is_not_there(script):
    assert script(out=script.root / "absent" / "list")[0] == ENVIRONMENT
    script.polyauthctl = "/nowhere/polyauthctl"
    assert script()[0] == ENVIRONMENT


def test_the_service_may_give_the_list_the_owner_and_mode_of_the_old_one(script, database):
    service = (SOURCE / "conf" / "systemd" / "polyauth-acl.service").read_text()
    [line] = re.findall(r"^CapabilityBoundingSet=(.*)$", service, re.MULTILINE)
    held = ",".join(name.lower().replace("cap_", "+") for name in line.split())
    owner = os.geteuid(), os.getegid()
    if owner[0] == 0:  # nobody else has capabilities, or owners to choose from
        script.around = ("setpriv", "--inh-caps=-all", f"--bounding-set=-all,{held}")
        owner = 4321, 4322
    insert(database, A)
    script.out.touch()
    script.out.chmod(0o600)
    os.chown(script.out, *owner)
    assert script()[0] == DONE
    made = script.out.stat()
    assert (made.st_size > 0, made.st_uid, made.st_gid, made.st_mode & 0o7777) == (True, *owner, 0o600)


def test_help_names_every_option():
    done = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, timeout=60, check=True)
    for option in ("--out", "--query", "--listen", "--retry", "--timeout", "--polyauthctl", "--quiet"):
        assert f"  {option}" in done.stdout


def test_the_service_calls_the_script_as_it_wants_to_be_called():
    service = (SOURCE / "conf" / "systemd" / "polyauth-acl.service").read_text()
    assert "ExecStart=/usr/local/bin/acl-from-postgresql --out ${POLYAUTH_ACL_OUT} " in service
