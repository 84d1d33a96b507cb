# SPDX-License-Identifier: Apache-2.0
"""The rsync of conf/FLEET.md replaces a list whole or not at all, by rename."""

import os
import re
import socket
import subprocess

import pytest
from conftest import SOURCE, wait_for

TOOL = os.environ["POLYAUTHCTL"]
PHONE = "0004f2aabbcc"
_CONFIG = """\
use chroot = no
pid file = {folder}/pid
log file = {folder}/log
[polyauth]
  path = {folder}/source
"""


class Replica:
    """A machine that compiles, by an rsync of its own on loopback, and one that fetches."""

    def __init__(self, folder):
        self.folder, self.source, self.server = folder, folder / "source", folder / "server"
        for each in (self.source, self.server):
            each.mkdir()
        self.list, self.copy = self.source / "phones.list", self.server / "phones.list"
        self._daemon = None
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            self.port = holder.getsockname()[1]

    def start(self):
        config = self.folder / "rsyncd.conf"
        config.write_text(_CONFIG.format(folder=self.folder))
        self._daemon = subprocess.Popen(
            ["rsync", "--daemon", "--no-detach", f"--config={config}", "--address=127.0.0.1", f"--port={self.port}"],
            stdin=subprocess.DEVNULL, start_new_session=True)

        def listens():
            assert self._daemon.poll() is None, (self.folder / "log").read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_for(listens, "rsync to listen")

    def stop(self):
        """As by a loss of power: what serves a copy that is under way is gone as well."""
        if self._daemon:
            os.killpg(self._daemon.pid, 9)
            self._daemon.wait()
            self._daemon = None

    def compile(self, *devices):
        subprocess.run([TOOL, "acl", "compile", "-", "-o", self.list], input="\n".join(devices) + "\n", text=True,
                       check=True, capture_output=True)

    def fetch(self, *options):
        """The lines of the manual, with the folders and the port of this test."""
        manual = (SOURCE / "conf/FLEET.md").read_text()
        found = re.search(r"^    (rsync (?:.*\\\n)?.*)$", manual, re.M)
        assert found, "conf/FLEET.md has no rsync any more"
        command = found[1].replace("\\\n", " ").split()
        words = {"lists.example.com::polyauth/phones.list": f"rsync://127.0.0.1:{self.port}/polyauth/phones.list",
                 "/etc/polyauth/": f"{self.server}/"}
        assert words.keys() <= set(command), command
        return subprocess.Popen([*(words.get(word, word) for word in command), *options], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def fetched(self, *options):
        process = self.fetch(*options)
        said = process.communicate(timeout=60)[0]
        return process.returncode, said

    def admits(self, device):
        return subprocess.run([TOOL, "acl", "query", self.copy, device], capture_output=True).returncode == 0


@pytest.fixture
def replica(tmp_path):
    made = Replica(tmp_path)
    made.compile(PHONE)
    made.start()
    yield made
    made.stop()


def test_a_list_is_copied_whole_and_readable(replica):
    replica.list.chmod(0o666)
    assert replica.fetched() == (0, "")
    assert replica.copy.read_bytes() == replica.list.read_bytes()
    assert replica.copy.stat().st_mode & 0o777 == 0o644
    assert int(replica.copy.stat().st_mtime) == int(replica.list.stat().st_mtime)
    assert replica.admits(PHONE)


def test_a_newer_list_takes_the_name_and_whoever_reads_the_old_one_keeps_it(replica):
    assert replica.fetched() == (0, "")
    before = replica.copy.read_bytes()
    with open(replica.copy, "rb") as reader:
        replica.compile("0004f2aabbdd")
        assert replica.fetched() == (0, "")
        assert os.fstat(reader.fileno()).st_ino != replica.copy.stat().st_ino
        assert reader.read() == before
    assert replica.admits("0004f2aabbdd") and not replica.admits(PHONE)
    assert os.listdir(replica.server) == ["phones.list"]


def test_an_equal_list_stays_the_same_file(replica):
    assert replica.fetched() == (0, "")
    before = replica.copy.stat().st_ino
    replica.compile(PHONE)
    assert replica.fetched() == (0, "")
    assert replica.copy.stat().st_ino == before


def test_without_a_source_the_list_stays(replica):
    assert replica.fetched() == (0, "")
    before = replica.copy.stat()
    replica.list.unlink()
    assert replica.fetched()[0] != 0
    replica.stop()
    assert replica.fetched()[0] != 0
    assert replica.copy.stat() == before and replica.admits(PHONE)


def test_a_copy_that_breaks_off_leaves_the_old_list(replica):
    assert replica.fetched() == (0, "")
    before = replica.copy.read_bytes(), replica.copy.stat().st_ino
    replica.compile(*(f"0004f3{number * 7:06x}" for number in range(100_000)))
    # Slow enough to be met half-way: some hundred kilobytes at four a second.
    process = replica.fetch("--bwlimit=4")
    beside = wait_for_part(replica)
    assert beside.startswith(".phones.list.")
    replica.stop()
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert (replica.copy.read_bytes(), replica.copy.stat().st_ino) == before
    assert os.listdir(replica.server) == ["phones.list"]


def wait_for_part(replica):
    found = []

    def appears():
        found[:] = [name for name in os.listdir(replica.server) if name != "phones.list"]
        return found

    wait_for(appears, "a copy under way")
    return found[0]
