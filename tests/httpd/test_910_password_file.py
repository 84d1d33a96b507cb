# SPDX-License-Identifier: Apache-2.0
"""AuthBasicProvider polyauth with PolyAuthPasswordFile: who is let in, and by which line."""

import pytest

from harness.passwords import MODULES, A, authorization, htpasswd, put, section, when

OWN = f"/{A}.cfg"
HASHES = {"bcrypt": ("-B", "-C", "4"), "apr1": ("-m",), "sha1": ("-s",), "crypt": ("-d",),
          "sha512": ("-5", "-r", "1000"), "sha256": ("-2", "-r", "1000")}


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server(modules=MODULES)
    made.write(OWN[1:], "own\n")
    made.write(f"files/{A}.cfg", "own\n")
    lines = [
        htpasswd("plain", "pass"),
        "# the fleet moves over",
        htpasswd("phone", "old") + f" label=2025 until={when(86400)}",
        htpasswd("phone", "new", "-m") + f"   label=2026 from={when(-60)}",
        htpasswd("phone", "future") + f" label=2027 from={when(3600)}",
        htpasswd("phone", "past") + f" label=2024 until={when(-1)}",
        *(htpasswd(name, f"{name}-pw", *options) + f" label={name}"
          for name, options in HASHES.items()),
        htpasswd("umlaut", "pässwörd %41:?&"),
        htpasswd("long", "x" * 72)]
    path = put(made, "passwords", *lines)
    other = put(made, "other", htpasswd("staff", "secret", "-m"))
    made.configure(
        ssl_verify="optional", global_lines=section(
            made.docroot, "PolyAuth On", f'PolyAuthPasswordFile "{path}"')
        + section(f"{made.docroot}/files", f'AuthUserFile "{other}"', provider="polyauth file"))
    made.log.declare("AH01617", "AH01618", always=True)
    return made.start()


@pytest.fixture
def status(server, pki):
    return lambda *auth, target=OWN: server.get(target, cert=pki.leaf("phone-a"), auth=auth).status


def test_nobody_without_a_password(server, pki):
    answer = server.get(OWN, cert=pki.leaf("phone-a"))
    assert answer.status == 401 and answer.headers["WWW-Authenticate"] == 'Basic realm="Phones"'


def test_the_password_does_not_replace_the_certificate(server):
    assert server.get(OWN, auth=("plain", "pass")).status == 403
    assert server.log.denials()[0]["reason"] == "no-certificate"


def test_each_password_in_its_window_opens(status):
    assert status("phone", "old") == status("phone", "new") == 200


def test_no_password_opens_before_or_after_its_window(status):
    assert status("phone", "future") == status("phone", "past") == 401


@pytest.mark.parametrize("name", HASHES)
def test_every_hash_of_htpasswd_opens(status, name):
    assert status(name, f"{name}-pw") == 200
    assert status(name, f"{name}-px") == 401
    assert status(name, "") == 401


@pytest.mark.parametrize("user, password", [
    ("plain", "new"), ("phone", "pass"), ("nobody", "pass"), ("", "pass"), ("PLAIN", "pass"),
    ("plain ", "pass"), ("plain", "pass "), ("plain", ""), ("# the fleet moves over", ""),
    ("long", "x" * 71), ("long", "x" * 73), ("plain", "x" * 2000), ("x" * 5900, "pass"), ("plain:pass", "")])
def test_nothing_else_opens(status, user, password):
    assert status(user, password) == 401


def test_a_user_name_of_8_kib_is_refused_before_anybody_asks(server, status):
    assert status("x" * 8192, "pass") == 400


def test_the_password_is_taken_as_it_is(status):
    assert status("umlaut", "pässwörd %41:?&") == status("long", "x" * 72) == 200
    assert status("umlaut", "pässwörd A:?&") == 401


def test_nothing_is_cut_at_a_nul(server, pki):
    for user, password in ((b"plain", b"pass\0"), (b"plain\0x", b"pass"), (b"plain", b"pass\0more")):
        answer = server.get(OWN, cert=pki.leaf("phone-a"), headers=authorization(user, password))
        assert answer.status == 401
    assert len(server.log.lines("PA4001: ")) == 3


def test_what_is_no_basic_authorization_opens_nothing(server, pki):
    server.log.declare("AH01614")
    for value in ("Basic", "Basic !!", "Basic cGxhaW4=", "Bearer cGxhaW46cGFzcw==", "Basic AAAA"):
        answer = server.get(OWN, cert=pki.leaf("phone-a"), headers={"Authorization": value})
        assert answer.status == 401, value


def test_a_mismatch_lets_the_next_provider_try(status):
    target = f"/files/{A}.cfg"
    assert status("staff", "secret", target=target) == 200
    assert status("plain", "pass", target=target) == 200
    assert status("staff", "wrong", target=target) == status("staff", "secret") == 401


def test_a_boot_pass_over_one_connection(server, pki):
    with server.connect(pki.leaf("phone-a")) as connection:
        statuses = [connection.get(OWN, auth=("phone", "new")).status for _ in range(11)]
        assert statuses == [200] * 11
        assert connection.get(OWN, auth=("phone", "neu")).status == 401
        assert connection.get(OWN).status == 401


def test_no_password_or_hash_is_logged(server, status):
    assert status("phone", "old") == 200 and status("phone", "a-wrong-password") == 401
    for text in (server.log.text(), server.log.startup.text(), server.access.text()):
        assert "a-wrong-password" not in text and "$2y$" not in text and "$apr1$" not in text
