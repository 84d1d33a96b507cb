# SPDX-License-Identifier: Apache-2.0
"""The units of conf/systemd, read by systemd and run by hand: it need not be booted."""
import re
import shlex
import subprocess

import pytest
from authority import pem
from conftest import SCRIPT, SOURCE

UNITS = SOURCE / "conf" / "systemd"
INSTALLED = "/usr/local/bin/fetch-crl"


@pytest.fixture
def service():
    return (UNITS / "polyauth-crl.service").read_text()


def example_of_defaults(service):
    """The commented /etc/default/polyauth-crl as a shell would read it."""
    lines = re.findall(r"^#     (POLYAUTH_CRL_\w+=.*)$", service, re.MULTILINE)
    return dict(shlex.split(line)[0].split("=", 1) for line in lines)


def command_line(service, values):
    """ExecStart with ${NAME} as one argument and $NAME as words, as systemd has it."""
    [line] = re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)
    arguments = []
    for word in line.split():
        if whole := re.fullmatch(r"\$\{(\w+)\}", word):
            arguments.append(values[whole[1]])
        elif word.startswith("$"):
            arguments += shlex.split(values.get(word[1:], ""))
        else:
            arguments.append(word)
    return arguments


def test_systemd_accepts_the_units(tmp_path):
    for unit in UNITS.iterdir():
        # The program need not be installed for this.
        text = unit.read_text().replace(INSTALLED, f'"{SCRIPT}"')
        text = text.replace("/usr/local/bin/acl-from-postgresql",
                            f'"{SCRIPT.with_name("acl-from-postgresql")}"')
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                           *sorted(map(str, tmp_path.iterdir()))],
                          capture_output=True, text=True, timeout=60, check=False)
    # It exits 0 for what it only ignores.
    said = [line for line in done.stderr.splitlines() if "polyauth-" in line]
    assert done.returncode == 0 and not said, done


def test_the_service_runs_as_its_comment_says(fetch, web, root, issuing, service):
    values = example_of_defaults(service)
    assert set(values) == {f"POLYAUTH_CRL_{name}" for name in ("URLS", "TRUST", "OUT", "OPTIONS")}
    program, *arguments = command_line(service, values)
    assert program == INSTALLED

    fetch.trusts(root, issuing)
    web["/root.crl"], web["/issuing.crl"] = crls = root.crl(), issuing.crl()
    replaced = {values["POLYAUTH_CRL_TRUST"]: fetch.trust, values["POLYAUTH_CRL_OUT"]: fetch.out,
                "http://crl.example.com/root.crl": web.url("/root.crl"),
                "http://crl.example.com/issuing.crl": web.url("/issuing.crl")}
    assert set(replaced) <= set(arguments)
    answer = fetch.run(*(replaced.get(argument, argument) for argument in arguments))
    assert answer.code == 0, answer
    assert fetch.out.read_bytes() == pem(*crls)


def test_the_defaults_are_those_of_the_comment(service):
    assert dict(re.findall(r"^Environment=(\w+)=(.*)$", service, re.MULTILINE)) == {
        name: value for name, value in example_of_defaults(service).items()
        if name.endswith(("TRUST", "OUT"))}


def test_without_urls_the_service_fails(fetch, service):
    values = {"POLYAUTH_CRL_TRUST": str(fetch.trust), "POLYAUTH_CRL_OUT": str(fetch.out)}
    answer = fetch.run(*command_line(service, values)[1:])
    assert answer.code == 2 and answer.error == "there is no URL"
