# SPDX-License-Identifier: Apache-2.0
"""The examples of the second factor start as they are and do what their headers say."""

from harness.error_log import LogFile
from harness.examples import (FOREIGN, OWN, SHARED, acl, configure, denied,
                              expect_refused_handshake, include, phone)
from harness.passwords import A, B, derived, htpasswd, put, secret_line, when

# 12


def test_passwords_change_without_a_day_on_which_no_phone_can_fetch(server):
    old, new, own = ("phone", "old"), ("phone", "new"), (A, derived(1, A))
    lines = [htpasswd(*old) + f" label=2025 until={when(86400)}",
             htpasswd(*new) + f" label=2026 from={when(-86400)}"]
    configure(server, include("12-rotating-passwords.conf"),
              modules=("auth_basic", "authz_user", "env"), ACL=acl(server),
              PASSWORDS=put(server, "passwords", *lines), ACCESS_LOG=server.access.path,
              SECRETS=put(server, "secrets", secret_line(1, "fleet"), mode=0o600)).start()
    server.log.declare("AH01617", "AH01618")
    a = phone(server)
    for auth, label in ((old, "2025"), (new, "2026"), (own, "fleet")):
        assert server.get(OWN, cert=a, auth=auth).status == 200
        LogFile(server.access.path).wait_for(f'"GET {OWN} HTTP/1.1" 200 .* mac={A} .* label={label}$')
    assert server.get(SHARED, cert=a, auth=new).status == 200
    assert server.get(OWN, cert=a).status == server.get(OWN, cert=a, auth=("phone", "x")).status == 401
    assert denied(server) == []
    assert server.get(OWN, cert=a, auth=(B, derived(1, B))).status == 401
    assert server.get(FOREIGN, cert=a, auth=new).status == 403
    assert denied(server) == ["user-not-device", "mac-foreign"]
    expect_refused_handshake(server, None)
    put(server, "passwords", lines[1])
    server.log.wait_for("PA2001: .*passwords=1 generation=2")
    assert server.get(OWN, cert=a, auth=old).status == 401
    assert server.get(OWN, cert=a, auth=new).status == 200
    # An ended label is gone from the log with its password.
    LogFile(server.access.path).wait_for(f'"GET {OWN} HTTP/1.1" 401 .* mac={A} .* label=-$')
