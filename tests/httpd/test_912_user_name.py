# SPDX-License-Identifier: Apache-2.0
"""PolyAuthUserName device: the user must be the device, whoever has looked at the password."""

import pytest

from harness.passwords import MODULES, A, B, derived, htpasswd, put, secret_line, section

OWN = f"/{A}.cfg"
# The fourth, with colons, ends at its first colon in Basic authentication.
SPELLINGS = (A, A.upper(), "00-04-F2-AA-AA-AA", "0004.f2aa.aaaa")


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server(modules=[*MODULES, "access_compat", "cgi"])
    for folder in ("", "file/", "free/", "audit/", "vote/", "open/", "any/"):
        made.write(f"{folder}{A}.cfg", "a's\n")
        made.write(f"{folder}{A}/index.html", "a's page\n")
    names = (*SPELLINGS, B, "phone")
    passwords = put(made, "passwords", *(htpasswd(each, "word") for each in names))
    by_httpd = put(made, "by-httpd", *(htpasswd(each, "word", "-m") for each in names))
    secrets = put(made, "secrets", secret_line(1, "x"), mode=0o600)
    made.log.declare("PA1005", "PA1013", "PA1022", "AH01617", "AH01618", always=True)
    tied = "PolyAuthUserName device"
    made.configure(ssl_verify="optional", global_lines="".join([
        section(made.docroot, "PolyAuth On", tied, f'PolyAuthPasswordFile "{passwords}"',
                f'PolyAuthDeviceSecretFile "{secrets}"'),
        section(f"{made.docroot}/file", f'AuthUserFile "{by_httpd}"', provider="file"),
        section(f"{made.docroot}/free", "PolyAuth Off"),
        section(f"{made.docroot}/audit", "PolyAuth Audit"),
        section(f"{made.docroot}/vote", "PolyAuth Off", require="<RequireAny>\nRequire polyauth\n"
                "Require user phone\n</RequireAny>"),
        section(f"{made.docroot}/any", "PolyAuthUserName any"),
        f'<Directory "{made.docroot}/open">\nRequire all granted\n</Directory>\n']))
    return made.start()


@pytest.fixture
def get(server, pki):
    def ask(user, password="word", target=OWN, phone="phone-a"):
        auth = user is not None and (user, password) or None
        return server.get(target, cert=phone and pki.leaf(phone), auth=auth)
    return ask


def reasons(server):
    return [each["reason"] for each in server.log.denials()]


@pytest.mark.parametrize("user", SPELLINGS)
def test_the_device_itself_in_any_spelling(get, user):
    assert get(user).status == 200
    assert get(user, derived(1, A)).status == 200
    assert get(user, target=f"/file{OWN}").status == 200


@pytest.mark.parametrize("user", [B, "phone"])
@pytest.mark.parametrize("folder", ["", "/file", "/free"])
def test_anybody_else_is_told_to_log_in(server, get, user, folder):
    answer = get(user, target=folder + OWN)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Phones"'
    assert "a's" not in answer.text and "device" not in answer.text
    line, = server.log.denials()
    assert (line["reason"], line["device"]) == ("user-not-device", A)
    server.access.wait_for(f"status=401 mac={A} decision=denied reason=user-not-device")


def test_a_wrong_password_is_httpds_business(server, get):
    assert get(A, "wrong").status == get("phone", "wrong").status == 401
    assert reasons(server) == []


def test_no_user_is_anybody_without_a_device(server, get):
    assert get(A, target=f"/free{OWN}", phone=None).status == 401
    assert reasons(server) == ["user-not-device"]
    assert get(A, phone=None).status == 403
    assert reasons(server) == ["user-not-device", "no-certificate"]


def test_the_first_reason_is_the_one_that_counts(server, get):
    assert get("phone", target=f"/{B}.cfg").status == 403
    assert reasons(server) == ["mac-foreign"]


def test_audit_says_what_it_would(server, get):
    assert get("phone", target=f"/audit{OWN}").status == 200
    assert [each["reason"] for each in server.log.would_denials()] == ["user-not-device"]
    server.access.wait_for("decision=would-deny reason=user-not-device")
    server.log.mark()
    # However often httpd maps the request anew.
    assert get("phone", target=f"/audit/{A}/").text == "a's page\n"
    assert len(server.log.lines(r":notice\].*PA5003: would-deny reason=user-not-device")) == 1
    server.access.wait_for("decision=would-deny reason=user-not-device")
    assert not server.log.grants()


def test_whoever_is_admitted_without_a_user_has_no_name(server, get):
    assert get(None, target=f"/vote{OWN}").status == 200
    assert get("phone", target=f"/vote{OWN}", phone=None).status == 401
    assert reasons(server) == ["user-not-device"]


def test_where_nobody_logs_in_no_name_is_asked_for(server, get):
    assert get(None, target=f"/open{OWN}").status == 200
    assert get("phone", target=f"/open{OWN}").status == 200


def test_an_inner_section_may_take_it_back(server, get):
    assert get("phone", target=f"/any{OWN}").status == 200
    assert get(B, target=f"/any{OWN}").status == 200


def test_a_directory_index_is_the_same_users(server, get):
    assert get(A, target=f"/file/{A}/").text == "a's page\n"
    assert get(B, target=f"/file/{A}/").status == 401
