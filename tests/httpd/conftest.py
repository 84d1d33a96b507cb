# SPDX-License-Identifier: Apache-2.0
"""Fixtures for the tests against a real httpd. After every test its logs must be clean."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from harness.pki import Pki
from harness.server import Server


@pytest.fixture(scope="session")
def pki():
    folder = Path(tempfile.mkdtemp(prefix="polyauth-pki-"))
    # Trust files and CRLs are read by the server's user.
    os.chmod(folder, 0o755)
    yield Pki(folder)
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def log_hygiene():
    """Looks at every server alive, so that a shared one is judged after each test as well."""
    yield
    problems = []
    for server in list(Server.live):
        try:
            server.check_hygiene()
        except AssertionError as problem:
            problems.append(str(problem))
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def make_server(pki):
    """Server(...) for tests that need several, or another MPM; all are disposed of at the end."""
    yield from _factory(pki)


@pytest.fixture
def server(make_server):
    """A fresh server of this test: configure(), write(), start()."""
    return make_server()


@pytest.fixture(scope="module")
def make_shared_server(pki):
    """Server(...) that lives for a module, for a module-scoped fixture that starts it once."""
    yield from _factory(pki)


@pytest.fixture(scope="module")
def shared_server(make_shared_server):
    """The one server of a module: a module-scoped fixture configures and starts it."""
    return make_shared_server()


def _factory(pki):
    made = []

    def make(**options):
        made.append(Server(pki, **options))
        return made[-1]

    try:
        yield make
    finally:
        problems = []
        for server in made:
            try:
                server.dispose()
            except AssertionError as problem:
                problems.append(str(problem))
        if problems:
            pytest.fail("\n".join(problems), pytrace=False)
