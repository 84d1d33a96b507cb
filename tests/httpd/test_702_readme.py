# SPDX-License-Identifier: Apache-2.0
"""What the documents print is true: configurations are accepted, and curl lines do what they say."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from harness.examples import acl, configure, crls
from harness.guides import blocks
from harness.passwords import htpasswd, put, secret_line

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def one(word):
    found = [each for each in blocks(README) if word in each]
    assert len(found) == 1, f"{len(found)} blocks of README.md hold {word}"
    return found[0]


def test_the_smallest_configuration_and_the_curl_lines(server):
    pki = server.root / "pki"

    def here(text):
        text = text.replace("scripts/", f"{ROOT}/scripts/").replace("/etc/polyauth", str(pki))
        return text.replace("/srv/phones", str(server.docroot)).replace("8443", str(server.tls_port))

    curls = [each for each in blocks(README) if each.startswith("curl ")]
    # Each curl line is followed by the log line it must produce.
    lines = [each for each in blocks(README) if each.startswith("PA500")]
    assert len(curls) == len(lines) == 2

    configuration = here(one("<VirtualHost")).replace("Listen ", "Listen 127.0.0.1:")
    configure(server, configuration)
    subprocess.run(["sh", "-e", "-c", here(one("make-lab-pki"))], check=True)
    server.start()
    answers = []
    for curl, line in zip(curls, lines):
        command = ["curl", "-q", "-sS", "--noproxy", "*", "-w", "%{http_code}",
                   *shlex.split(here(curl))[1:]]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        answers.append((done.stdout[-3:], done.stdout[:-3]))
        logged = server.log.wait_for(line.split(":", 1)[0])
        assert logged.endswith(line), logged
    assert answers[0] == ("200", "for a\n")
    assert answers[1][0] == "403" and "for b" not in answers[1][1]


CONFIGURATIONS = [each for each in blocks((ROOT / "conf/DIRECTIVES.md").read_text())
                  if re.match("<|PolyAuth|RequestHeader|SSL", each)]


def test_the_manual_has_an_example_for_each_directive():
    manual = (ROOT / "conf/DIRECTIVES.md").read_text()
    assert len(CONFIGURATIONS) >= len(re.findall("^### PolyAuth", manual, re.MULTILINE))


# A page needs TLS, and a portal a place for its passwords.
PAGE_HOST = """\
PolyAuthState {state}
<VirtualHost *:443>
SSLEngine On
SSLCertificateFile "${{POLYAUTH_SERVER_CERT}}"
SSLCertificateKeyFile "${{POLYAUTH_SERVER_KEY}}"
{lines}
</VirtualHost>
"""


@pytest.mark.parametrize("lines", CONFIGURATIONS)
def test_the_examples_of_the_manual_are_accepted(server, lines):
    lines = lines.replace("/etc/polyauth/phones.acl", str(acl(server)))
    lines = re.sub(r"/etc/polyauth/[a-z-]*trust\.pem", str(server.pki.bundle), lines)
    lines = lines.replace("/etc/polyauth/crls.pem", str(crls(server)))
    lines = lines.replace("/etc/polyauth/passwords",
                          str(put(server, "passwords", htpasswd("phone", "word"))))
    lines = lines.replace("/etc/polyauth/device-secrets",
                          str(put(server, "secrets", secret_line(1, "x"), mode=0o600)))
    lines = lines.replace("/etc/polyauth/common-password",
                          str(put(server, "common", "phone:word", mode=0o600)))
    lines = re.sub(r"/etc/polyauth/\w+\.xml", str(put(server, "told.xml", "<a b='{mac}'/>")), lines)
    state = f"{server.own(server.root / 'state')}/state.sqlite"
    lines = lines.replace("/var/lib/polyauth/state.sqlite", state)
    if "PolyAuthPage" in lines:
        lines = PAGE_HOST.format(state=state, lines=lines)
    server_wide = re.match("<Dir|<Loc|PolyAuth(?:ReloadInterval|ExpiredCertificates|TrustedProxy|"
                           "ClientCertHeader|State)|SSL",
                           lines)
    body = lines if server_wide else f'<Directory "/srv/phones">\n{lines}\n</Directory>'
    configure(server, body, modules=("auth_basic", "authn_file", "authz_host", "authz_user",
                                     "headers"))
    done = server.configtest()
    assert done.returncode == 0, done.output


def test_the_settings_for_the_whole_server_are_accepted_once_uncommented(server):
    text = (ROOT / "conf/polyauth.conf").read_text()
    settings = re.findall(r"^#((?:PolyAuth|LogLevel)\w* .*)$", text, re.MULTILINE)
    assert len(settings) >= 4
    assert not re.findall(r"^[^#\n]", text, re.MULTILINE), "a setting is not commented"
    configure(server, "\n".join(settings))
    done = server.configtest()
    assert done.returncode == 0, done.output


def test_the_load_file_names_the_module_as_debian_expects():
    text = (ROOT / "conf/polyauth.load").read_text()
    assert re.search(r"^# Depends: ssl authz_core$", text, re.MULTILINE)
    assert re.search(r"^LoadModule polyauth_module /usr/lib/apache2/modules/mod_polyauth\.so$", text,
                     re.MULTILINE)
