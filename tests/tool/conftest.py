# SPDX-License-Identifier: Apache-2.0
"""The real polyauthctl: arguments and files in, text and exit code out."""
import datetime
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YES, NO, USAGE, ENVIRONMENT = 0, 1, 2, 3


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def lines(self):
        return self.out.splitlines()

    @property
    def rows(self):
        """The lines, each with what is continued under its last column."""
        return re.sub(r"\n {53}", " ", self.out).splitlines()

    @property
    def errors(self):
        return [line.removeprefix("polyauthctl: error: ") for line in self.err.splitlines()
                if line.startswith("polyauthctl: error: ")]

    @property
    def hints(self):
        return [line.removeprefix("polyauthctl: hint: ") for line in self.err.splitlines()
                if line.startswith("polyauthctl: hint: ")]


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("POLYAUTHCTL")
    assert path, "POLYAUTHCTL must name the polyauthctl to test"
    assert os.access(path, os.X_OK), f"{path} is not there"
    return os.path.abspath(path)


@pytest.fixture
def tool(binary, tmp_path):
    """Runs the tool in tmp_path; tool.write(name, content) puts a file there."""

    class Tool:
        root = tmp_path

        def __call__(self, *arguments, typed=b""):
            """`typed` is what standard input holds."""
            done = subprocess.run([binary, *map(os.fsencode, arguments)], cwd=tmp_path, timeout=60,
                                  input=typed, capture_output=True, check=False)
            answer = Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
            said = [line for line in answer.err.splitlines()
                    if not line.startswith(("polyauthctl: error: ", "polyauthctl: hint: "))]
            assert not said, "every line of standard error is an error or a hint"
            assert bool(answer.errors) == (answer.code >= USAGE), answer
            return answer

        def write(self, name, content):
            data = content.encode() if isinstance(content, str) else content
            (Path(tmp_path) / name).write_bytes(data)
            return name

    return Tool()


@pytest.fixture
def certificate(tool):
    """certificate(cn=..., days=(from, until)) writes a self-signed PEM and returns its name."""

    def make(*cns, days=(-1, 1), extra=()):
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.utcnow()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn) for cn in cns] + list(extra))
        built = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
                 .public_key(key.public_key()).serial_number(x509.random_serial_number())
                 .not_valid_before(now + datetime.timedelta(days=days[0]))
                 .not_valid_after(now + datetime.timedelta(days=days[1]))
                 .sign(key, hashes.SHA256()))
        return tool.write("device.pem", built.public_bytes(serialization.Encoding.PEM))

    return make
