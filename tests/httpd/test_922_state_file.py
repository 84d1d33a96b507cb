# SPDX-License-Identifier: Apache-2.0
"""A state file that is locked, full, read-only or gone refuses one-time passwords and nothing
else, and is used again as soon as it can be."""

import os
import sqlite3
import subprocess
from contextlib import contextmanager

import pytest

from harness.onetime import OTHER, RIGHT, OneTime
from harness.waiting import wait_until


@pytest.fixture
def site(server):
    site = OneTime(server).start()
    site.issue()
    server.log.declare("PA4043", "PA4045")
    return site


@contextmanager
def mounted(site):
    """The state file on a small file system of its own; takes root, as a container gives it."""
    site.server.stop()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=0755", "tmpfs", site.folder],
                   check=True)
    try:
        site.server.own(site.folder)
        site.start()
        site.issue()
        yield
    finally:
        site.server.stop()
        subprocess.run(["umount", site.folder], check=True)


def refused(site, *, what):
    """One-time passwords are refused and regular ones are not; the log says it once a child."""
    site.server.log.mark()
    assert site.status() == 401
    assert what in site.server.log.wait_for("PA4043")
    # Of another device: a regular login of this one would end what the test goes on with.
    assert site.regular_status(OTHER) == 200
    assert RIGHT not in site.server.log.text()


def test_locked(site):
    holder = sqlite3.connect(site.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    refused(site, what="database is locked")
    holder.execute("COMMIT")
    holder.close()
    assert site.status() == 200
    # By the child that could not use it, as soon as it can.
    wait_until(lambda: site.status() == 200 and site.server.log.lines("PA4044"), "PA4044")
    assert site.record()["tries"] == 0


def test_full(site):
    with mounted(site):
        filler = site.folder / "filler"
        with pytest.raises(OSError, match="No space left"), open(filler, "wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        refused(site, what="PolyAuthState")
        assert site.record()["first_use"] is None
        filler.unlink()
        assert site.status() == 200
        # What could not be written then is written now.
        site.wait_for_seen((OTHER, "now"))


def test_read_only(site):
    with mounted(site):
        subprocess.run(["mount", "-o", "remount,ro", site.folder], check=True)
        refused(site, what="PolyAuthState")
        subprocess.run(["mount", "-o", "remount,rw", site.folder], check=True)
        assert site.status() == 200


def test_gone_and_back(site):
    assert site.status() == 200
    aside = site.folder / "aside"
    os.rename(site.path, aside)
    # A new one is made, in which there is nothing.
    assert site.status() == 401 and site.reasons() == ["none"]
    assert site.path.stat().st_mode & 0o777 == 0o600
    os.rename(aside, site.path)
    assert [site.status() for _ in range(4)] == [200] * 4


def test_the_folder_is_gone(site):
    aside = site.server.root / "aside"
    os.rename(site.folder, aside)
    refused(site, what="No such file or directory")
    os.rename(aside, site.folder)
    assert site.status() == 200


@pytest.mark.parametrize("in_use", [True, False])
def test_opened_to_others(site, in_use):
    if in_use:
        assert site.status() == 200
    else:
        site.server.kill_children()
    site.path.chmod(0o640)
    refused(site, what="can be used by group or others; give it mode 0600")
    site.path.chmod(0o600)
    assert site.status() == 200


def test_not_a_database(site):
    site.server.kill_children()
    good = site.path.read_bytes()
    site.path.write_bytes(b"x" * len(good))
    refused(site, what="file is not a database")
    site.path.write_bytes(good)
    assert site.status() == 200


def test_of_a_newer_version(site):
    site.server.kill_children()
    site.database("UPDATE polyauth_schema SET version = 2")
    refused(site, what="its tables have version 2; this mod_polyauth knows version 1")
    site.database("UPDATE polyauth_schema SET version = 1")
    assert site.status() == 200


def test_the_same_words_are_logged_once_a_minute_and_child(site):
    site.server.kill_children()
    site.path.chmod(0o640)
    assert [site.status() for _ in range(12)] == [401] * 12
    assert len(site.server.log.lines("PA4043")) <= len(site.server.children())
    site.path.chmod(0o600)
    wait_until(lambda: site.status() == 200, "the file to be usable")


def test_two_processes_and_many_connections_use_one_file(site):
    """Each request on a connection of its own, so that every child takes part."""
    assert [site.status() for _ in range(16)] == [200] * 16
    assert len(site.server.log.lines("PA4041")) == 1
