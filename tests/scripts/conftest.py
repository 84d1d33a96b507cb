# SPDX-License-Identifier: Apache-2.0
"""The real scripts: arguments, files and a web server in; text, files and exit code out."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from authority import Authority
from web import Web

DONE, REFUSED, USAGE, ENVIRONMENT = 0, 1, 2, 3
SOURCE = Path(__file__).resolve().parents[2]
SCRIPT = SOURCE / "scripts" / "fetch-crl"


def wait_for(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.01)


@dataclass
class Answer:
    code: int
    out: str
    err: str

    def said(self, kind):
        start = f"fetch-crl: {kind}: "
        return [line.removeprefix(start) for line in self.err.splitlines() if line.startswith(start)]

    @property
    def error(self):
        errors = self.said("error")
        assert len(errors) == 1, self
        return errors[0]


class Fetch:
    """fetch(url...) runs fetch-crl on the trust file and CRL file of a folder with a space."""

    def __init__(self, root, web):
        self.root, self.web = root, web
        # Whatever runs the script may come here, also without any right to tmp_path.
        root.chmod(0o755)
        self.scratch, self.programs, self.home = root / "scratch", root / "programs", root / "home"
        self.folder = root / "the folder"
        for folder in (self.scratch, self.programs, self.home, self.folder):
            folder.mkdir()
        self.scratch.chmod(0o1777)
        self.out = self.folder / "the crls.pem"
        self.trust = self.folder / "the trust.pem"
        self.script = SCRIPT
        self.user = {}
        self.environment = {}

    def trusts(self, *authorities):
        self.trust.write_bytes(b"".join(authority.pem for authority in authorities))

    def program(self, name, text):
        """Puts another program before the system's own."""
        file = self.programs / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    def start(self, *arguments):
        environment = {"PATH": f"{self.programs}:{os.defpath}:/usr/sbin", "HOME": str(self.home),
                       "TMPDIR": str(self.scratch), **self.environment}
        return subprocess.Popen([str(self.script), *map(str, arguments)], cwd=self.root,
                                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, start_new_session=True, **self.user)

    def end(self, process):
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        answer = Answer(process.returncode, out.decode(), err.decode())
        assert all(line.startswith(("fetch-crl: error: ", "fetch-crl: hint: ", "fetch-crl: warning: "))
                   for line in answer.err.splitlines()), answer
        assert bool(answer.said("error")) == (answer.code in (REFUSED, USAGE, ENVIRONMENT)), answer
        return answer

    def run(self, *arguments):
        return self.end(self.start(*arguments))

    def files(self):
        """Everything that must not change if a run fails: names, content, inodes, times."""
        return {path.name: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns,
                            path.stat().st_mode) for path in self.folder.iterdir()}

    def command(self, paths, options):
        urls = [path if "://" in path else self.web.url(path) for path in paths]
        return ["--trust", self.trust, "--out", self.out, *options, *urls]

    def __call__(self, *paths, options=()):
        """Expects success; the file holds CRLs and nothing is left behind."""
        answer = self.run(*self.command(paths, options))
        assert answer.code == DONE, answer
        assert not any(self.scratch.iterdir()), "downloads were left behind"
        assert {path.name for path in self.folder.iterdir()} <= {self.out.name, self.trust.name}
        return answer

    def fails(self, code, *paths, options=()):
        """Expects this failure, and nothing changed by it."""
        before = self.files()
        answer = self.run(*self.command(paths, options))
        assert answer.code == code, answer
        assert answer.out == ""
        assert self.files() == before
        assert not any(self.scratch.iterdir()), "downloads were left behind"
        return answer


@pytest.fixture
def web():
    server = Web()
    yield server
    server.close()


@pytest.fixture
def fetch(web, issuing):
    root = Path(tempfile.mkdtemp(prefix="polyauth fetch "))
    tool = Fetch(root, web)
    tool.trusts(issuing)
    yield tool
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def root():
    return Authority("Lab Root CA")


@pytest.fixture(scope="session")
def issuing(root):
    return Authority("Lab Issuing CA", root)


@pytest.fixture(scope="session")
def imposter():
    return Authority("Lab Issuing CA")
