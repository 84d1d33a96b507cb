# SPDX-License-Identifier: Apache-2.0
"""What is wrong with PolyAuthState or polyauth-onetime is told before phones meet it."""

import os
import re
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import onboarding
from harness.onetime import OneTime
from harness.waiting import wait_until


def refused(server, number):
    """The line by which `httpd -t` says why a start would fail."""
    result = server.configtest()
    assert result.returncode != 0
    lines = [line for line in result.output.splitlines() if f"{number}: " in line]
    assert lines, result.output
    return lines[0]


def test_the_file_is_made_at_the_start_for_the_servers_user(server):
    site = OneTime(server)
    assert server.configtest().returncode == 0
    assert not site.path.exists(), "a check makes nothing"
    site.start()
    assert site.path.owner() == site.folder.owner() and site.path.stat().st_mode & 0o777 == 0o600
    assert site.database("SELECT version FROM polyauth_schema") == [(1,)]


def test_the_folder_must_be_the_servers(server):
    site = OneTime(server)
    site.folder.chmod(0o555)
    line = refused(server, "PA1041")
    assert f'the folder "{site.folder}" cannot be written to by the server\'s user "www-data"' in line
    assert "give that user a folder of its own" in line


@pytest.mark.parametrize("mode, group", [(0o777, "www-data"), (0o1777, "www-data"), (0o770, "nogroup"), (0o702, "root")])
def test_a_folder_that_others_can_write_to_is_warned_of(server, mode, group):
    """A journal beside the file says what the file is to hold: any one-time password."""
    site = OneTime(server)
    shutil.chown(site.folder, group=group)
    site.folder.chmod(mode)
    tried = server.configtest()
    assert tried.returncode == 0
    assert f"PA1044: PolyAuthState {site.folder}/" in tried.output
    assert "give that user a folder of its own" in tried.output
    for mode, group in ((0o770, "www-data"), (0o770, "root"), (0o755, group)):
        shutil.chown(site.folder, group=group)
        site.folder.chmod(mode)
        tried = server.configtest()
        assert (tried.returncode, "PA1044" in tried.output) == (0, False)


def test_the_folder_must_be_there(server):
    OneTime(server, state=server.root / "nowhere/state.sqlite")
    assert "No such file or directory" in refused(server, "PA1041")


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_the_file_must_be_the_servers_alone(server, mode):
    site = OneTime(server)
    site.path.write_bytes(b"")
    server.own(site.path)
    site.path.chmod(mode)
    assert "can be used by group or others; give it mode 0600" in refused(server, "PA1041")


def test_the_file_must_belong_to_the_servers_user(server):
    site = OneTime(server)
    site.path.write_bytes(b"")
    site.path.chmod(0o600)
    assert "it must belong to the server's user" in refused(server, "PA1041")


def test_a_file_of_something_else_stops_a_start_and_stays_as_it_is(server):
    site = OneTime(server)
    site.path.write_bytes(b"x" * 5000)
    server.own(site.path)
    site.path.chmod(0o600)
    failure = server.start_fails()
    assert "PA1041" in failure.error_log and "file is not a database" in failure.error_log
    assert site.path.read_bytes() == b"x" * 5000


def users_of(path, pids):
    """The user ids of those processes that have it open."""
    found = set()
    for pid in pids:
        try:
            if any(os.readlink(each) == str(path) for each in Path(f"/proc/{pid}/fd").iterdir()):
                found.add(re.search(r"^Uid:\t\d+\t(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)[1])
        except OSError:
            continue  # over by now
    return found


def test_root_does_not_open_it(server):
    """Whoever may write to the folder could lead root from there to any other file."""
    site = OneTime(server).start()
    server.log.declare("PA1041", "PA4043")
    lock = sqlite3.connect(site.path)
    lock.execute("BEGIN EXCLUSIVE")  # whoever opens it stays for a while
    with ThreadPoolExecutor(1) as pool:
        restart = pool.submit(server.graceful)
        users = wait_until(lambda: users_of(site.path, [server.pid, *server.children()]),
                           "the file to be opened", 60)
        restart.result()
    lock.close()
    assert users == {str(site.folder.stat().st_uid)} and "0" not in users


def test_a_running_server_goes_on_without_it(server):
    site = OneTime(server).start()
    site.issue()
    server.log.declare("PA1041", "PA4043")
    site.path.chmod(0o640)
    server.graceful()
    assert "crit" in server.log.wait_for("PA1041")
    assert site.status() == 401 and site.regular_status() == 200
    site.path.chmod(0o600)
    assert site.status() == 200


def test_dbd_takes_mod_dbd(server):
    OneTime(server, state="dbd")
    assert "mod_dbd is not loaded; load dbd_module" in refused(server, "PA1041")


def test_one_time_passwords_take_a_database(server):
    OneTime(server)
    text = server.config_file.read_text()
    server.config_file.write_text("\n".join(
        line for line in text.splitlines() if not line.startswith("PolyAuthState")) + "\n")
    line = refused(server, "PA1042")
    assert f"{server.config_file}:" in line and "write PolyAuthState with the path of a file" in line


def test_one_time_passwords_elsewhere_are_warned_of(server):
    OneTime(server)
    text = server.config_file.read_text()
    server.config_file.write_text(text.replace("PolyAuthPage onboarding", ""))
    result = server.configtest()
    assert "PA1043" in result.output and "write it where PolyAuthPage onboarding is" in result.output


def test_a_start_without_any_of_it_makes_nothing(server):
    onboarding.configure(server)
    server.start()
    assert not (server.root / "state").exists()
