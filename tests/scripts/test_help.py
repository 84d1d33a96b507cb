# SPDX-License-Identifier: Apache-2.0
"""What an administrator reads on a terminal of 80 columns: the help of every script, the manual page."""
import re
import subprocess

import pytest
from conftest import SOURCE

PAGE = SOURCE / "mod_polyauth/tool/polyauthctl.8"
SCRIPTS = sorted(each for each in (SOURCE / "scripts").iterdir() if each.is_file())
COLUMNS = 80


def run(*command):
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("script", [*SCRIPTS, SOURCE / "tests/package/private-root"], ids=lambda each: each.name)
def test_the_help_of_a_script_fits_and_does_nothing_else(script):
    done = run(script, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: {script.name}")
    assert [line for line in done.stdout.splitlines() if len(line) > COLUMNS] == []
    assert run(script, "-h").stdout == done.stdout


def test_the_manual_page_fits_and_groff_has_nothing_to_say():
    done = run("groff", "-man", "-ww", "-Kutf8", "-Tutf8", "-P-cbou", f"-rLL={COLUMNS}n", PAGE)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) > 200
    assert [line for line in lines if len(line) > COLUMNS or re.search(r"\w[-\u2010]$", line)] == []
