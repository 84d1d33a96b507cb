# SPDX-License-Identifier: Apache-2.0
"""Passwords and everything that httpd puts around them: other rules, inner requests, the label."""

import urllib.parse

import pytest

from harness.error_log import LogFile
from harness.passwords import (MODULES, A, B, authorization, derived, htpasswd, put, secret_line,
                               section)
from harness.verdict import CGI, CGI_LINES, environment

FORGED = "forged"
LABEL = "POLYAUTH_PASSWORD_LABEL"
FORGERY = (f'SetEnv {LABEL} "{FORGED}"', f'SetEnvIf X-Label "(.+)" {LABEL}=$1',
           f'SetEnvIf X-Label "(.+)" polyauth_Password_label=$1',
           f'SetEnvIfExpr "true" {LABEL}={FORGED}', "RewriteEngine On",
           f"RewriteRule .* - [E={LABEL}:%{{HTTP:X-Label}}]")
CLAIMS = {"X-Label": FORGED, LABEL: FORGED, "Polyauth-Password-Label": FORGED}


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server(modules=[*MODULES, "include", "cgi", "headers", "setenvif", "rewrite",
                                       "http2"])
    made.write(f"{A}.cfg", "a's\n")
    made.write(f"{A}.cgi", CGI, mode=0o755)
    for folder in ("forged", "free", "label", "user", "staff", "off"):
        made.write(f"{folder}/{A}.cgi", CGI, mode=0o755)
        made.write(f"{folder}/{A}.cfg", "a's\n")
    made.write("free/x.cgi", CGI, mode=0o755)
    made.write(f"inner/{A}.shtml", f'<!--#include virtual="/{A}.cgi" -->')
    made.write(f"inner/free-{A}.shtml", '<!--#include virtual="/free/x.cgi" -->')
    made.write(f"inner/file-{A}.shtml", f'<!--#include virtual="/user/{A}.cfg" -->')
    passwords = put(made, "passwords", htpasswd("phone", "old") + " label=2025",
                    htpasswd("phone", "new") + " label=2026", htpasswd("plain", "none"))
    secrets = put(made, "secrets", secret_line(1, "fleet"), mode=0o600)
    staff = put(made, "staff", htpasswd("staff", "secret", "-m"))
    made.log.declare("AH01617", "AH01618", "AH01629", "AH01631", "AH10034", always=True)
    made.configure(
        log_level="info polyauth:debug ssl:warn include:crit", tls_lines="Protocols h2 http/1.1",
        global_lines="".join([
            f'CustomLog "{made.root}/logs/labels.log" "%U %u %>s %{{{LABEL}}}e"\n',
            section(made.docroot, "PolyAuth On", f'PolyAuthPasswordFile "{passwords}"',
                    f'PolyAuthDeviceSecretFile "{secrets}"', CGI_LINES, "Options +Includes +ExecCGI",
                    "AddOutputFilter INCLUDES .shtml"),
            f'<Directory "{made.docroot}/forged">\n', "\n".join(FORGERY), "\n</Directory>\n",
            f'<Directory "{made.docroot}/free">\nPolyAuth Off\nRequire all granted\n',
            "\n".join(FORGERY[:4]), "\n</Directory>\n",
            f'<Directory "{made.docroot}/label">\nRequire expr "-n %{{REMOTE_USER}} && '
            f'reqenv(\'{LABEL}\') == \'2026\'"\n</Directory>\n',
            f'<Directory "{made.docroot}/user">\nRequire user phone\n</Directory>\n',
            section(f"{made.docroot}/off", "PolyAuth Off", *FORGERY),
            section(f"{made.docroot}/staff", "PolyAuth Off", f'AuthUserFile "{staff}"',
                    provider="polyauth file", require="<RequireAny>\nRequire polyauth\n"
                    "Require user staff\n</RequireAny>")]))
    return made.start()


@pytest.fixture
def get(server, pki):
    def ask(target, *auth, headers=None, **options):
        return server.get(target, cert=pki.leaf("phone-a"), auth=auth or None, headers=headers, **options)
    return ask


# The label.


@pytest.mark.parametrize("auth, label", [
    (("phone", "old"), "2025"), (("phone", "new"), "2026"), ((A, derived(1, A)), "fleet"),
    (("plain", "none"), None)])
@pytest.mark.parametrize("folder", ["", "/forged", "/off"])
def test_the_label_of_what_has_opened(server, get, auth, label, folder):
    answer = get(f"{folder}/{A}.cgi", *auth, headers=CLAIMS)
    assert answer.status == 200
    assert environment(answer).get(LABEL) == label
    assert FORGED not in {value for name, value in environment(answer).items()
                          if name.upper() == LABEL}
    log = LogFile(server.root / "logs/labels.log")
    log.wait_for(f"^{folder}/{A}.cgi {auth[0]} 200 {label or '-'}$")


def test_no_label_without_a_password_of_ours(server, get):
    answer = get("/free/x.cgi", headers=CLAIMS)
    assert answer.status == 200 and LABEL not in environment(answer)
    answer = get(f"/staff/{A}.cgi", "staff", "secret", headers=CLAIMS)
    assert answer.status == 200 and LABEL not in environment(answer)


def test_rules_may_ask_for_it(get):
    assert get(f"/label/{A}.cfg", "phone", "new").status == 200
    answer = get(f"/label/{A}.cfg", "phone", "old")
    assert answer.status in (401, 403) and "a's" not in answer.text


# Inner requests.


def test_an_inner_request_has_the_label_of_the_outer_one(get):
    answer = get(f"/inner/{A}.shtml", "phone", "old", headers=CLAIMS)
    assert environment(answer)[LABEL] == "2025"
    answer = get(f"/inner/free-{A}.shtml", "phone", "old", headers=CLAIMS)
    assert environment(answer)[LABEL] == "2025"


def test_an_inner_request_asks_by_the_rules_of_its_own_section(get):
    assert "a's" in get(f"/inner/file-{A}.shtml", "phone", "new").text
    assert "a's" not in get(f"/inner/file-{A}.shtml", "plain", "none").text


# Other rules.


def test_require_user(get):
    assert get(f"/user/{A}.cfg", "phone", "old").status == 200
    assert get(f"/user/{A}.cfg", "plain", "none").status in (401, 403)


def test_require_any_of_device_and_staff(server, get):
    assert get(f"/staff/{A}.cfg").status == 200
    assert server.get(f"/staff/{A}.cfg", cert=server.pki.leaf("phone-b")).status == 401
    b = dict(cert=server.pki.leaf("phone-b"))
    assert server.get(f"/staff/{A}.cfg", auth=("staff", "secret"), **b).status == 200
    assert server.get(f"/staff/{A}.cfg", auth=("phone", "old"), **b).status in (401, 403)


# Connections.


def test_each_request_of_a_connection_for_itself(server, pki):
    with server.connect(pki.leaf("phone-a")) as connection:
        for auth, label in ((("phone", "old"), "2025"), (("phone", "new"), "2026"),
                            (("plain", "none"), None), (("phone", "old"), "2025")):
            assert environment(connection.get(f"/{A}.cgi", auth=auth)).get(LABEL) == label
        assert connection.get(f"/{A}.cgi").status == 401
        assert connection.get(f"/{A}.cgi", auth=(B, derived(1, B))).status == 401


def test_over_http2(server, pki):
    # mod_http2 leaves it at HTTP/1.1 with prefork.
    with server.connect(pki.leaf("phone-a"), http2=server.mpm != "prefork") as connection:
        for auth, status in ((("phone", "old"), 200), (("phone", "none"), 401),
                             ((A, derived(1, A)), 200), ((B, derived(1, B)), 401)):
            headers = {"authorization": authorization(*auth)["Authorization"]}
            assert connection.get(f"/{A}.cfg", headers=headers).status == status


# The provider where it does not belong.


def configured(server, *lines, **options):
    passwords = put(server, "passwords", htpasswd("phone", "old"))
    return server.configure(global_lines=section(
        server.docroot, "PolyAuth On", f'PolyAuthPasswordFile "{passwords}"', *lines, **options))


def test_digest_is_refused_where_it_is_written(make_server):
    server = make_server(modules=[*MODULES, "auth_digest"])
    done = configured(server, "AuthDigestProvider polyauth").configtest()
    assert done.returncode != 0
    assert "The 'polyauth' Authn provider doesn't support Digest Authentication" in done.output


def test_a_digest_of_basic_passwords_fails_closed(make_server):
    server = make_server(modules=MODULES)
    server.log.declare("AH02493")
    server.write(f"{A}.cfg", "a's\n")
    configured(server, "AuthBasicUseDigestAlgorithm MD5").start()
    assert server.get(f"/{A}.cfg", cert=server.pki.leaf("phone-a"), auth=("phone", "old")).status == 500


def test_not_authoritative_opens_to_nobody_else(make_server):
    server = make_server(modules=MODULES)
    server.log.declare("AH01796", "AH00027")
    server.write(f"{A}.cfg", "a's\n")
    configured(server, "AuthBasicAuthoritative Off").start()
    a = server.pki.leaf("phone-a")
    assert server.get(f"/{A}.cfg", cert=a, auth=("phone", "old")).status == 200
    answer = server.get(f"/{A}.cfg", cert=a, auth=("phone", "wrong"))
    assert answer.status in (401, 500) and "a's" not in answer.text


def test_a_made_up_login_counts_for_the_backend_alone(make_server):
    server = make_server(modules=MODULES)
    server.log.declare("AH01618")
    server.write(f"{A}.cfg", "a's\n")
    configured(server, "AuthBasicFake phone old").start()
    a = server.pki.leaf("phone-a")
    assert server.get(f"/{A}.cfg", cert=a).status == 401
    assert server.get(f"/{A}.cfg", cert=a, auth=("phone", "wrong")).status == 401
    assert server.get(f"/{A}.cfg", cert=a, auth=("phone", "old")).status == 200


def test_an_alias_has_a_file_of_its_own(make_server):
    server = make_server(modules=MODULES)
    server.log.declare("AH01618")
    server.write(f"{A}.cfg", "a's\n")
    names = {}
    for name in ("first", "second"):
        names[name] = put(server, name, htpasswd(name, "word"))
    aliases = "".join(f'<AuthnProviderAlias polyauth {name}>\nPolyAuthPasswordFile "{path}"\n'
                      "</AuthnProviderAlias>\n" for name, path in names.items())
    server.configure(global_lines=aliases + section(
        server.docroot, "PolyAuth On", provider="first second")).start()
    a = server.pki.leaf("phone-a")
    for name, status in (("first", 200), ("second", 200), ("third", 401)):
        assert server.get(f"/{A}.cfg", cert=a, auth=(name, "word")).status == status


# Start-up checks.


@pytest.mark.parametrize("lines", [(), ("PolyAuthPasswordFile none",)])
def test_a_provider_without_passwords_is_an_error(make_server, lines):
    server = make_server(modules=MODULES)
    server.configure(global_lines=section(server.docroot, "PolyAuth On", *lines))
    done = server.configtest()
    assert done.returncode != 0
    assert "PA1021: " in done.output and "write PolyAuthPasswordFile or PolyAuthDeviceSecretFile" in done.output


def test_a_restart_without_passwords_lets_nobody_in(make_server):
    server = make_server(modules=MODULES)
    server.log.declare("PA1021", "AH01618")
    server.write(f"{A}.cfg", "a's\n")
    configured(server).start()
    a = server.pki.leaf("phone-a")
    assert server.get(f"/{A}.cfg", cert=a, auth=("phone", "old")).status == 200
    server.configure(global_lines=section(server.docroot, "PolyAuth On"))
    server.graceful()
    assert server.log.lines(r":crit\].*PA1021: ")
    assert server.get(f"/{A}.cfg", cert=a, auth=("phone", "old")).status == 401


def test_what_ties_to_a_device_wants_polyauth_on(make_server):
    server = make_server(modules=MODULES)
    passwords = put(server, "passwords", htpasswd("phone", "old"))
    secrets = put(server, "secrets", secret_line(1, "x"), mode=0o600)
    for line in ("PolyAuthUserName device", f'PolyAuthDeviceSecretFile "{secrets}"'):
        server.configure(global_lines=section(
            server.docroot, line, f'PolyAuthPasswordFile "{passwords}"'))
        done = server.configtest()
        assert done.returncode == 0
        assert "PA1022: " in done.output and line.split()[0] + " asks who a device is" in done.output
        server.configure(global_lines=section(
            server.docroot, line, "PolyAuth On", f'PolyAuthPasswordFile "{passwords}"'))
        assert "PA1022" not in server.configtest().output


def test_satisfy_any_is_warned_of(make_server):
    server = make_server(modules=[*MODULES, "access_compat"])
    done = configured(server, "Satisfy Any").configtest()
    assert done.returncode == 0 and "PA1023: " in done.output and "write Satisfy All" in done.output
    assert "PA1023" not in configured(server, "Satisfy All").configtest().output


# Another form of login.


def test_a_form_asks_the_provider_as_well(make_server, pki):
    server = make_server(modules=["auth_form", "authz_user", "authn_file", "request", "session",
                                  "session_cookie", "cgi"])
    server.log.declare("AH01807", "AH01808")
    secrets = put(server, "secrets", secret_line(1, "fleet"), mode=0o600)
    server.write(f"{A}.cgi", CGI, mode=0o755)
    server.log.declare("PA1022")
    server.configure(ssl_verify="optional", global_lines="\n".join([
        f'<Directory "{server.docroot}">', CGI_LINES, "AuthType Form", 'AuthName "Phones"',
        "AuthFormProvider polyauth", "Session On", "SessionCookieName session path=/",
        "Require valid-user", f'PolyAuthDeviceSecretFile "{secrets}"', "</Directory>\n"])).start()

    def login(user, password, phone="phone-a"):
        body = urllib.parse.urlencode({"httpd_username": user, "httpd_password": password})
        return server.request("POST", f"/{A}.cgi", cert=pki.leaf(phone), body=body,
                              headers={"Content-Type": "application/x-www-form-urlencoded"})

    for user in (A, "00:04:F2:AA:AA:AA"):
        answer = login(user, derived(1, A))
        assert answer.status == 200 and environment(answer)[LABEL] == "fleet"
    assert login(A, derived(1, B)).status == 401
    assert login(A, derived(1, A), "phone-b").status == 401
    assert [each["reason"] for each in server.log.denials()] == ["user-not-device"]
