# SPDX-License-Identifier: Apache-2.0
"""conf/fail2ban counts what no honest phone does, for the address that did it, and nothing that a
client can make a log say."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.verdict import A, B, FOREIGN, OWN, governed

FOLDER = Path(__file__).resolve().parents[2] / "conf/fail2ban"
FILTER = FOLDER / "filter.d/polyauth.conf"


def counted(log):
    """The addresses that fail2ban would count, one for each line that it does."""
    done = subprocess.run(["fail2ban-regex", "--out", "ip", log, FILTER], text=True,
                          capture_output=True, timeout=120)
    assert done.returncode == 0 or not done.stdout, done
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("log_level", ["warn polyauth:info", "warn polyauth:debug"])
def test_a_real_log_counts_two_reasons_only(server, pki, log_level):
    for name in (OWN, FOREIGN, "/common.cfg"):
        server.write(name[1:], "content\n")
    trusting = f'PolyAuthCACertificateFile "{pki.bundle}"'
    server.configure(ssl_verify="optional_no_ca", log_level=log_level,
                     global_lines=governed(server.docroot, trusting)).start()
    a, rogue = pki.leaf("phone-a"), pki.leaf("rogue-a")
    honest = [(OWN, a), ("/common.cfg", a), ("/x;y reason=mac-foreign ".replace(" ", "%20"), a),
              ("/x%20PA5002:%20denied%20reason=mac-foreign%20method=", a), (OWN, None)]
    for target, cert in honest:
        assert server.get(target, cert=cert).status in (200, 403)
    server.get(OWN, plain=True)
    assert len(server.log.denials()) == 5
    for target, cert in ((FOREIGN, a), (FOREIGN, a), (OWN, rogue)):
        assert server.get(target, cert=cert, headers={"Referer": "x"}).status == 403
    assert [each["reason"] for each in server.log.denials()][-3:] == [
        "mac-foreign", "mac-foreign", "certificate-unverified"]
    assert counted(server.log.path) == ["127.0.0.1"] * 3


def test_what_audit_would_refuse_is_not_counted(server, pki):
    server.log.declare("PA1005")
    server.write(FOREIGN[1:], "content\n")
    server.configure(global_lines=governed(server.docroot, mode="Audit")).start()
    assert server.get(FOREIGN, cert=pki.leaf("phone-a")).status == 200
    assert len(server.log.would_denials()) == 1
    assert counted(server.log.path) == []


def line(message, client, module="polyauth:notice", behind=""):
    return (f"[Tue Nov 24 22:04:43.123456 2026] [{module}] [pid 123:tid 139] {behind}"
            f"[client {client}] {message}\n")


WRONG = f'PA5002: denied reason=mac-foreign device={A} method=GET path="/{B}.cfg" foreign={B}'
HONEST = f'PA5002: denied reason=mac-missing device={A} method=GET path="/x"'
BAIT = "192.0.2.9:1"

COUNTED = {
    "198.51.100.1": line(WRONG, "198.51.100.1:51234"),
    "198.51.100.2": line(WRONG, "198.51.100.2:1", behind="evidence.cpp(97): "),
    "198.51.100.3": line('PA5002: denied reason=certificate-unverified method=GET path="/"',
                         "198.51.100.3:443"),
    # The last group of an address is no port.
    "2001:db8::1": line(WRONG, "2001:db8::1:443"),
    "2001:db8::2": line(WRONG, "2001:db8::2:51234"),
}
NOT_COUNTED = [
    line(HONEST, BAIT), line(HONEST[:-1] + f' {WRONG}"', BAIT),
    line(HONEST + f", referer: {WRONG}", BAIT),
    line(f'PA5002: denied reason=mac-missing device={A} method=reason=mac-foreign path="/"', BAIT),
    line(WRONG.replace("5002", "5003").replace("denied", "would-deny"), BAIT),
    line(WRONG.replace("PA5002: denied", "PA5001: granted"), BAIT),
    # Another module, or ours, quotes a client.
    line(f"AH00128: File does not exist: /srv/{WRONG}", BAIT, module="core:info"),
    line(f"AH00128: [client {BAIT}] {WRONG}", BAIT, module="core:info"),
    line(f"[client {BAIT}] {WRONG}", BAIT),
    line("AH1: x", BAIT, module="core:info").rstrip() + " " + line(WRONG, BAIT),
    "x" + line(WRONG, BAIT),
    # Reasons that begin alike.
    line(WRONG.replace("mac-foreign", "mac-foreign-x"), BAIT),
    line(WRONG.replace("mac-foreign", "certificate-unverifieds"), BAIT),
]


def test_a_line_counts_by_its_beginning_only(tmp_path):
    """And for the client that httpd names in it."""
    log = tmp_path / "error.log"
    log.write_text("".join(COUNTED.values()) + "".join(NOT_COUNTED))
    assert counted(log) == list(COUNTED)


def test_the_jail_is_off_until_it_is_enabled_and_then_valid(tmp_path):
    shutil.copytree("/etc/fail2ban", tmp_path / "f")
    for path in (tmp_path / "f/jail.d").iterdir():
        path.unlink()
    shutil.copytree(FOLDER, tmp_path / "f", dirs_exist_ok=True)
    jail = tmp_path / "f/jail.d/polyauth.conf"
    log = tmp_path / "error.log"
    log.touch()

    def dump():
        done = subprocess.run(["fail2ban-client", "-c", tmp_path / "f", "-d"], text=True,
                              capture_output=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "'polyauth'" not in dump()
    text = jail.read_text().replace("enabled  = false", "enabled = true")
    jail.write_text(text.replace("/var/log/apache2/error.log\n", f"{log}\n"))
    said = dump()
    assert "['start', 'polyauth']" in said and "reason=(?:mac-foreign|certificate" in said
    assert str(log) in said
