# SPDX-License-Identifier: Apache-2.0
"""password derive: exactly what the contract says, computed here a second time."""
import base64
import hashlib
import hmac
import os

import pytest
from conftest import ENVIRONMENT, NO, USAGE, YES

SECRETS = {"old": bytes(range(32)), "new": b"\xff" * 32, "later": b"polyauth" * 4}


def derived(secret, mac):
    digest = hmac.new(SECRETS[secret], b"mod_polyauth device password v1\0" + mac.encode(),
                      hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:20]


@pytest.fixture
def secrets(tool):
    windows = {"old": " until=2026-06-30", "new": " from=2026-06-01", "later": " from=2999-01-01"}
    tool.write("secrets", "# ours\n" + "".join(
        f"{name}:{base64.b64encode(secret).decode()}{windows[name]}\n"
        for name, secret in SECRETS.items()))
    (tool.root / "secrets").chmod(0o600)
    return "secrets"


@pytest.mark.parametrize("spelling", ["0004f2aabbcc", "00:04:F2:AA:BB:CC", "00-04-f2-aa-bb-cc",
                                      "0004.F2AA.BBCC"])
def test_the_newest_secret_of_now_counts(tool, secrets, spelling):
    answer = tool("password", "derive", "--secrets", secrets, spelling)
    assert (answer.code, answer.err) == (YES, "")
    assert answer.lines == ["user: 0004f2aabbcc", f"password: {derived('new', '0004f2aabbcc')}",
                            "id: new"]


@pytest.mark.parametrize("at, name", [
    ("2026-05-31", "old"), ("2026-05-31T23:59:59Z", "old"), ("2026-06-01", "new"),
    ("2998-12-31", "new"), ("2999-01-01", "later")])
def test_another_time_may_be_asked_for(tool, secrets, at, name):
    answer = tool("password", "derive", "--secrets", secrets, "64167f010203", "--at", at)
    assert answer.lines[1:] == [f"password: {derived(name, '64167f010203')}", f"id: {name}"]


def test_another_secret_may_be_asked_for(tool, secrets):
    ask = ("password", "derive", "--secrets", secrets, "0004f2aabbcc", "--id")
    answer = tool(*ask, "old", "--at", "2026-06-15")
    assert answer.lines[1:] == [f"password: {derived('old', '0004f2aabbcc')}", "id: old"]
    answer = tool(*ask, "later", "--at", "2026-06-15")
    assert (answer.code, answer.lines) == (
        NO, ["secrets: no secret is in its window at 2026-06-15T00:00:00Z"])
    answer = tool(*ask, "none")
    assert (answer.code, answer.lines) == (NO, ['secrets: there is no secret "none"'])


def test_without_a_secret_in_its_window_there_is_no_password(tool):
    tool.write("secrets", f"a:{base64.b64encode(bytes(32)).decode()} from=2999-01-01\n")
    answer = tool("password", "derive", "--secrets", "secrets", "0004f2aabbcc")
    assert answer.code == NO and "no secret is in its window" in answer.out


def test_a_secret_that_others_may_read_is_warned_of(tool, secrets):
    (tool.root / "secrets").chmod(0o640)
    answer = tool("password", "derive", "--secrets", secrets, "0004f2aabbcc")
    assert answer.code == YES
    assert answer.hints == ["the server refuses a file that group or others may use: chmod 600 secrets"]


def test_errors_have_their_place_and_hold_no_secret(tool):
    tool.write("secrets", "a:c2VjcmV0\nb c:c2VjcmV0\nc2VjcmV0\n")
    answer = tool("password", "derive", "--secrets", "secrets", "0004f2aabbcc")
    assert answer.code == NO
    assert [line.split(": ")[0] for line in answer.lines] == [
        "secrets:1:3", "secrets:2:1", "secrets:3:1", "secrets"]
    assert "c2VjcmV0" not in answer.out


@pytest.mark.parametrize("arguments, code", [
    (("--secrets", "secrets", "0004f2aabbc"), USAGE), (("--secrets", "secrets"), USAGE),
    (("0004f2aabbcc",), USAGE), (("--secrets", "secrets", "0004f2aabbcc", "--at", "x"), USAGE),
    (("--secrets", "absent", "0004f2aabbcc"), ENVIRONMENT), (("--secrets", ".", "0004f2aabbcc"), ENVIRONMENT)])
def test_what_cannot_be_understood_or_read_is_told(tool, secrets, arguments, code):
    assert secrets in os.listdir(tool.root)
    assert tool("password", "derive", *arguments).code == code
