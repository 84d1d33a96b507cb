# SPDX-License-Identifier: Apache-2.0
"""Folders that hold something else, which a script leaves as it is, and folders with a space."""
import os
import shutil
import subprocess

from conftest import DONE, ENVIRONMENT, SOURCE

OURS = ("libapache2-mod-polyauth_2_amd64.deb", "polyauth-tools_2_amd64.deb")


def run(script, *arguments, programs=None):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1"}
    if programs is not None:
        environment["PATH"] = f"{programs}:{environment['PATH']}"
    return subprocess.run([str(script), *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env=environment)


def test_a_folder_of_real_keys_is_not_opened_to_others(tmp_path):
    folder = tmp_path / "private keys"
    folder.mkdir(mode=0o700)
    (folder / "real.key").write_text("a key\n")
    answer = run(SOURCE / "scripts/make-lab-pki", folder)
    assert answer.returncode == ENVIRONMENT and "was not made by this script" in answer.stderr
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in folder.iterdir()] == ["real.key"]


def test_packages_of_others_are_not_removed(tmp_path):
    """With programs that build nothing: of the folder it is the same script."""
    scripts, programs, out = tmp_path / "scripts", tmp_path / "programs", tmp_path / "the packages"
    for folder in (scripts, programs, out):
        folder.mkdir()
    shutil.copy(SOURCE / "scripts/package", scripts)
    makes = "".join(f'\n: >"{out}/{name}"' for name in OURS)
    for path, does in ((scripts / "install-packages", ""), (programs / "cmake", ""),
                       (programs / "cpack", makes), (programs / "lintian", '\nprintf "%s\\n" "$@"')):
        path.write_text(f"#!/bin/sh{does}\n")
        path.chmod(0o755)
    for name in ("polyauth-tools_1_amd64.deb", "others_1_amd64.deb"):
        (out / name).touch()
    answer = run(scripts / "package", "--out", out, "--build", tmp_path / "build", programs=programs)
    assert (answer.returncode, answer.stdout.split("\n")[:-1]) == (DONE, [f"{out}/{name}" for name in OURS])
    assert "others_1" not in answer.stderr
    assert {each.name for each in out.iterdir()} == {*OURS, "others_1_amd64.deb"}


def test_the_demo_may_stand_in_a_folder_with_a_space(tmp_path):
    work = tmp_path / "the work"
    work.mkdir()
    said = run("bash", "-c", 'source "$0"; write_configuration "$1" "/the build/x.so"; print_what_to_try "$1"',
               SOURCE / "scripts/lib/lab-server", work)
    assert said.returncode == DONE, said.stderr
    configuration = (work / "httpd.conf").read_text()
    assert configuration.count("the build") == configuration.count('LoadModule polyauth_module "/the build/x.so"') == 1
    commands = [line for line in said.stdout.splitlines() if line.startswith("  ") and "#" not in line]
    assert f"  cd {tmp_path}/the\\ work/pki" in commands
    assert not [line for line in commands if "the work" in line]
