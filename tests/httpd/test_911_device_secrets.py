# SPDX-License-Identifier: Apache-2.0
"""PolyAuthDeviceSecretFile: each device's own password, which opens with its certificate alone."""

import os

import pytest

from harness.passwords import MODULES, A, B, derived, htpasswd, put, secret_line, section, when
from harness.verdict import governed

OWN = f"/{A}.cfg"
# The fourth, with colons, ends at its first colon in Basic authentication.
SPELLINGS = (A, A.upper(), "00-04-F2-AA-AA-AA", "0004.f2aa.aaaa")


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server(modules=[*MODULES, "access_compat"])
    for folder in ("", "free/", "audit/", "any/", "acl/", "both/"):
        made.write(f"{folder}{A}.cfg", "a's\n")
        made.write(f"{folder}{B}.cfg", "b's\n")
    made.write("free/common.txt", "for every user\n")
    secrets = put(made, "secrets", "# newest last", secret_line(1, "2025", f"until={when(86400)}"),
                  secret_line(2, "2026", f"from={when(-60)}"),
                  secret_line(3, "2024", f"until={when(-1)}"),
                  secret_line(4, "2027", f"from={when(3600)}"), mode=0o600)
    passwords = put(made, "passwords", htpasswd("common", "word") + " label=common",
                    htpasswd(A, "of the file") + " label=by-file")
    acl = put(made, "phones.acl", B)
    here = f'PolyAuthDeviceSecretFile "{secrets}"'
    made.log.declare("PA1005", "PA1022", "PA1023", "AH01617", "AH01618", always=True)
    made.configure(ssl_verify="optional", global_lines="".join([
        section(made.docroot, "PolyAuth On", here),
        section(f"{made.docroot}/free", "PolyAuth Off"),
        section(f"{made.docroot}/audit", "PolyAuth Audit", f'PolyAuthAclFile "{acl}"'),
        section(f"{made.docroot}/acl", "PolyAuth Off", f'PolyAuthAclFile "{acl}"'),
        section(f"{made.docroot}/any", "Satisfy Any", "Order deny,allow", "Deny from all"),
        section(f"{made.docroot}/both", f'PolyAuthPasswordFile "{passwords}"')]))
    return made.start()


@pytest.fixture
def get(server, pki):
    def ask(user, password, target=OWN, phone="phone-a"):
        return server.get(target, cert=phone and pki.leaf(phone), auth=(user, password)).status
    return ask


def reasons(server):
    return [each["reason"] for each in server.log.denials()]


@pytest.mark.parametrize("user", SPELLINGS)
def test_the_user_is_the_address_in_any_spelling(get, user):
    assert get(user, derived(1, A)) == get(user, derived(2, A)) == 200


def test_both_secrets_in_their_window_open_and_no_other(server, get):
    assert get(A, derived(1, A)) == get(A, derived(2, A)) == 200
    assert get(A, derived(3, A)) == get(A, derived(4, A)) == get(A, derived(5, A)) == 401
    assert reasons(server) == []


@pytest.mark.parametrize("user, password", [
    (A, ""), (A, derived(1, A)[:-1]), (A, derived(1, A) + "a"), (A, derived(1, A).upper()),
    (A, derived(1, B)), ("phone", derived(1, A)), ("", derived(1, A)), (A + " ", derived(1, A)),
    (A + "0", derived(1, A)), ("00:04:f2:aa:aa:aa", derived(1, A)), (A, "x" * 1025)])
def test_nothing_else_opens(server, get, user, password):
    assert get(user, password) == 401
    assert reasons(server) == []


def test_another_devices_password_is_refused_as_such(server, get):
    assert get(B, derived(1, B), phone="phone-a") == 401
    line, = server.log.denials()
    assert (line["reason"], line["device"]) == ("user-not-device", A)
    server.access.wait_for("status=401 .*decision=denied reason=user-not-device")


def test_it_opens_with_the_certificate_alone_where_nothing_is_governed_too(server, get):
    target = "/free/common.txt"
    assert get(A, derived(1, A), target) == 200
    assert get(B, derived(1, B), target) == 401
    assert get(A, derived(1, A), target, phone=None) == 401
    assert reasons(server) == ["user-not-device", "user-not-device"]


def test_the_certificate_is_held_to_the_acl_of_the_section(server, get):
    assert get(A, derived(1, A), f"/acl/{A}.cfg") == 401
    assert get(B, derived(1, B), f"/acl/{B}.cfg", phone="phone-b") == 200
    assert reasons(server) == ["acl-unlisted"]


def test_audit_refuses_no_device_but_any_other(server, get):
    assert get(A, derived(1, A), f"/audit/{A}.cfg") == 200
    assert reasons(server) == []
    assert [each["reason"] for each in server.log.would_denials()] == ["acl-unlisted"]
    assert get(B, derived(1, B), f"/audit/{A}.cfg") == 401
    assert get(A, derived(1, A), f"/audit/{A}.cfg", phone=None) == 401


def test_satisfy_any_opens_to_no_other_either(server, get):
    server.log.declare("AH01797")
    assert get(A, derived(1, A), f"/any/{A}.cfg") == 200
    assert get(B, derived(1, B), f"/any/{A}.cfg") == 401
    assert get(A, derived(1, A), f"/any/{A}.cfg", phone=None) == 401
    assert get(A, derived(1, A), f"/any/{B}.cfg") == 403


def test_beside_a_password_file(server, get):
    assert get(A, derived(1, A), f"/both/{A}.cfg") == get("common", "word", f"/both/{A}.cfg") == 200
    assert get(A, "of the file", f"/both/{A}.cfg") == 200
    assert get(B, derived(1, B), f"/both/{A}.cfg") == 401


def test_nobody_but_the_parent_can_read_it(server, get):
    path = server.root / "conf/secrets"
    assert path.stat().st_mode & 0o777 == 0o600
    if os.geteuid() == 0:
        assert path.stat().st_uid == 0
    assert get(A, derived(1, A)) == 200


def test_a_section_without_it(make_server):
    server = make_server(modules=MODULES)
    secrets = put(server, "secrets", secret_line(1, "2025"), mode=0o600)
    passwords = put(server, "passwords", htpasswd("x", "y"))
    server.write(OWN[1:], "a's\n")
    server.write(f"in/{A}.cfg", "a's\n")
    server.log.declare("AH01618")
    server.configure(global_lines=section(
        server.docroot, "PolyAuth On", f'PolyAuthDeviceSecretFile "{secrets}"',
        f'PolyAuthPasswordFile "{passwords}"')
        + governed(f"{server.docroot}/in", "PolyAuthDeviceSecretFile none")).start()
    a = server.pki.leaf("phone-a")
    assert server.get(OWN, cert=a, auth=(A, derived(1, A))).status == 200
    assert server.get(f"/in{OWN}", cert=a, auth=(A, derived(1, A))).status == 401
    assert server.get(f"/in{OWN}", cert=a, auth=("x", "y")).status == 200


# The file itself.


def configured(server, path):
    server.write(OWN[1:], "a's\n")
    return server.configure(global_lines=section(
        server.docroot, "PolyAuth On", f'PolyAuthDeviceSecretFile "{path}"'))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o601, 0o660, 0o644, 0o777])
def test_rights_for_anybody_else_are_an_error(server_alone, mode):
    server = server_alone
    path = put(server, "secrets", secret_line(1, "x"), mode=mode)
    done = configured(server, path).configtest()
    assert done.returncode != 0
    assert f"PA1002: PolyAuthDeviceSecretFile {path}: group or others have rights on it " \
           f"(mode 0{mode:o})" in done.output, done.output


@pytest.fixture
def server_alone(make_server):
    return make_server(modules=MODULES)


@pytest.mark.parametrize("line, place", [
    ("x", ":2:"), ("x:", ":2:"), ("x:QUJD", ":2:3"), (":QUJD", ":2:1"),
    (secret_line(2, "x") + " until=soon", ":2:"), (secret_line(2, "x") + " label=y", ":2:"),
    (secret_line(1, "first"), ":2:")])
def test_a_bad_line_stops_the_start_and_is_not_shown(server_alone, line, place):
    server = server_alone
    path = put(server, "secrets", secret_line(1, "first"), line, mode=0o600)
    done = configured(server, path).configtest()
    assert done.returncode != 0
    assert f"PA1001: PolyAuthDeviceSecretFile {path}{place}" in done.output, done.output
    failure = server.start_fails()
    assert "PA1001: " in failure.output + failure.error_log
    for text in (done.output, failure.output, failure.error_log):
        assert secret_line(1, "")[1:20] not in text and secret_line(2, "")[1:20] not in text


def test_a_missing_file_stops_the_start(server_alone):
    done = configured(server_alone, "/nowhere/secrets").configtest()
    assert done.returncode != 0
    assert "PA1002: PolyAuthDeviceSecretFile /nowhere/secrets: cannot be read" in done.output


@pytest.mark.parametrize("how", ["graceful", "restart"])
def test_a_restart_reads_it_again_and_nothing_else_does(server_alone, how):
    server = server_alone
    server.log.declare("AH01618")
    path = put(server, "secrets", secret_line(1, "x"), mode=0o600)
    configured(server, path).start()
    a = server.pki.leaf("phone-a")

    def statuses():
        return [server.get(OWN, cert=a, auth=(A, derived(each, A))).status for each in (1, 2)]

    put(server, "secrets", secret_line(2, "x"), mode=0o600)
    assert statuses() == [200, 401]
    getattr(server, how)()
    assert statuses() == [401, 200]


def test_a_restart_with_a_bad_file_opens_nothing_and_serves_on(server_alone):
    server = server_alone
    server.log.declare("AH01618", "PA1001", "PA1002")
    path = put(server, "secrets", secret_line(1, "x"), mode=0o600)
    configured(server, path).start()
    a = server.pki.leaf("phone-a")
    for content, mode, message in ((["nonsense"], 0o600, "PA1001"),
                                   ([secret_line(1, "x")], 0o644, "PA1002")):
        put(server, "secrets", *content, mode=mode)
        server.graceful()
        assert server.log.lines(rf":crit\].*{message}: PolyAuthDeviceSecretFile")
        assert server.log.lines(r":crit\].*no password derived from it opens")
        assert server.get(OWN, cert=a, auth=(A, derived(1, A))).status == 401
        server.log.mark()
    put(server, "secrets", secret_line(1, "x"), mode=0o600)
    server.graceful()
    assert server.get(OWN, cert=a, auth=(A, derived(1, A))).status == 200
