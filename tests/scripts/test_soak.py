# SPDX-License-Identifier: Apache-2.0
"""scripts/soak says what it can, and its judge finds each kind of fault."""

import subprocess
import sys

import pytest
from conftest import DONE, SOURCE, USAGE

sys.path.insert(0, str(SOURCE / "tests" / "soak"))
from judge import (EITHER, KEEP_ALIVE, REFUSED, SERVED, Ended, Kill, Restart, adoption_times, cause, expected_of, growth,
                   wrong)
from log_book import EXPLAINED, read

OWN, FOREIGN = b"the secret of a", b"the secret of b"
HEAD = "[Wed Nov 25 00:00:00.000001 2026] [polyauth:notice] [pid 1:tid 2] "


def soak(*arguments):
    return subprocess.run([SOURCE / "scripts" / "soak", *arguments], capture_output=True, text=True, timeout=60)


def test_help_names_each_option():
    answer = soak("--help")
    assert (answer.returncode, answer.stderr) == (DONE, "")
    for word in ("--minutes", "--sanitizer", "--patience", "--build"):
        assert word in answer.stdout, word


@pytest.mark.parametrize("arguments, error", [
    (["--fast"], "not understood: --fast"),
    (["--minutes"], "--minutes needs a value"),
    (["--minutes", "0"], "--minutes needs a number"),
    (["--minutes", "some"], "--minutes needs a number"),
])
def test_what_is_not_understood_is_refused_before_anything_is_built(arguments, error):
    answer = soak(*arguments)
    assert (answer.returncode, answer.stdout) == (USAGE, "")
    assert answer.stderr.startswith(f"soak: error: {error}\nusage: soak ")


@pytest.mark.parametrize("expected, status, body, right", [
    (SERVED, 200, OWN, True), (SERVED, 200, FOREIGN, False), (SERVED, 403, b"", False), (SERVED, 500, b"", False),
    (REFUSED, 403, b"Forbidden", True), (REFUSED, 403, OWN, False), (REFUSED, 200, OWN, False),
    (REFUSED, 500, b"", False), (REFUSED, None, b"", False),
    (EITHER, 200, OWN, True), (EITHER, 403, b"", True), (EITHER, 200, FOREIGN, False), (EITHER, 500, b"", False),
])
def test_a_decision_is_judged_by_status_and_content(expected, status, body, right):
    assert (wrong(expected, status, body, content=OWN) is None) == right


@pytest.mark.parametrize("value, seconds_ago, expected", [
    (True, 3.9, EITHER), (False, 3.9, EITHER), (True, 4.1, SERVED), (False, 4.1, REFUSED), (False, -1, EITHER)])
def test_a_change_may_show_or_not_for_a_while_only(value, seconds_ago, expected):
    assert expected_of(value, 100 - seconds_ago, 100, grace=4) == expected


@pytest.mark.parametrize("port, opened, answered, failed, expected", [
    (7, 9, None, 11, "killed"), (7, 9, 9.5, 30, "killed"),
    (8, 9, None, 11, None), (7, 10.5, None, 11, None), (7, 5, None, 9, None),
    (8, 49, None, 51, None), (8, 40, 49, 51, "restart"), (8, 40, 51, 55, "restart"), (8, 52.1, 53, 54, None),
    (8, 51, 53, 54, "restart"),
    (8, 40, 48, 49, None),
    (8, 20, 20, 20 + KEEP_ALIVE, "idle"), (8, 20, 20, 21, None),
])
def test_an_ended_connection_is_put_down_to_its_cause(port, opened, answered, failed, expected):
    ended = Ended(port, opened, answered, failed, "")
    assert cause(ended, [Kill(10, frozenset([7]))], [Restart(50, 52)]) == expected


@pytest.mark.parametrize("adoptions, took, missed", [
    ([2, 12], [2, 2], []), ([2, 16], [2, 6], [10]), ([12], [2], [0]), ([], [], [0, 10]), ([9, 12], [9, 2], [0])])
def test_a_change_that_is_not_in_force_in_time_is_missed(adoptions, took, missed):
    assert adoption_times([0, 10], adoptions, end=20, grace=4) == (took, missed)


@pytest.mark.parametrize("values, grows", [
    ([100] * 9, False), ([100, 101, 99] * 5, False), ([100, 100, 100, 103, 103, 103, 106, 106, 106], True),
    ([100] * 8 + [200], False), ([100, 100], True), ([], True)])
def test_growth_is_told_from_noise(values, grows):
    assert growth(values, percent=2, plus=1).grows == grows


@pytest.mark.parametrize("line", [
    "PA5002: denied reason=internal-error device=0004f2aaaaaa", "PA5002: denied reason=acl-unavailable ",
    "PA9001: an exception", "AH00052: child pid 7 exit signal Segmentation fault (11)", "PA2003: denied",
    'PA2002: /lists/text.acl:1:1: there is no entry', "nothing with an id",
    'AH09999: a client said "] PA2001: loaded "'])
def test_what_no_pattern_explains_is_left(line):
    counts, left = read([HEAD + line])
    assert (sum(counts.values()), left) == (0, [HEAD + line])


def test_details_of_mod_ssl_belong_to_the_line_before_them():
    detail, other = HEAD + "SSL Library Error: error:0A0000", HEAD.replace("tid 2", "tid 3") + "SSL Library Error: x"
    counts, left = read([HEAD + "PA2001: loaded \"x\"", detail, other])
    assert (sum(counts.values()), left) == (2, [other])


def test_every_pattern_has_its_reason():
    assert all(pattern and why for pattern, why in EXPLAINED)
