# SPDX-License-Identifier: Apache-2.0
"""scripts/bench says what it can, and does nothing of which it cannot."""

import subprocess

import pytest
from conftest import DONE, SOURCE, USAGE

BENCH = SOURCE / "scripts" / "bench"


def bench(*arguments):
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True, timeout=60)


def test_help_names_each_part_and_case():
    answer = bench("--help")
    assert (answer.returncode, answer.stderr) == (DONE, "")
    for word in ("--quick", "--part", "--markdown", "instructions", "load", "lists", "changes", "micro", "none",
                 "snippet", "nginx-own", "haproxy-all"):
        assert word in answer.stdout, word


@pytest.mark.parametrize("arguments, error", [
    (["--fast"], "not understood: --fast"),
    (["snipet"], "not understood: snipet"),
    (["--part", "speed"], "no such part: speed"),
    (["--part"], "--part needs a value"),
    (["--many", "some"], "--many needs a number"),
    (["--few", "0"], "--few needs a number"),
])
def test_what_is_not_understood_is_refused_before_anything_is_built(arguments, error):
    answer = bench(*arguments)
    assert (answer.returncode, answer.stdout) == (USAGE, "")
    assert answer.stderr.startswith(f"bench: error: {error}\nusage: bench ")
