# SPDX-License-Identifier: Apache-2.0
"""A page that would be open to anybody, or could not answer, keeps the server from starting."""

import pytest

from harness import onboarding, portal

REQUIRES = {
    "no Require": "", "granted": "Require all granted", "address": "Require ip 10",
    "certificate": "Require polyauth-device", "any": "<RequireAny>\nRequire local\nRequire env x\n</RequireAny>"}


def refused(server, number):
    """The one line that says why neither `httpd -t` nor a start goes on."""
    result = server.configtest()
    assert result.returncode != 0
    lines = [line for line in result.output.splitlines() if f"{number}: " in line]
    assert lines, result.output
    assert "emerg" in lines[0]
    return lines[0]


def portal_section(server, *, login="AuthType Basic\nAuthBasicProvider file", require="Require valid-user"):
    return f"<Location /portal>\nPolyAuthPage portal\n{login}\n{require}\n</Location>\n"


@pytest.mark.parametrize("require", REQUIRES.values(), ids=REQUIRES)
def test_a_portal_asks_for_a_login(server, require):
    portal.configure(server, section=portal_section(server, require=require), modules=("authz_host",))
    line = refused(server, "PA1031")
    assert f"{server.config_file}:" in line and "write AuthType Basic (or another)" in line


@pytest.mark.parametrize("login", ["", "AuthType None"])
def test_a_portal_has_a_kind_of_login(server, login):
    portal.configure(server, section=portal_section(server, login=login))
    refused(server, "PA1031")


def test_an_outer_require_counts_unless_there_is_a_nearer_one(server):
    outer = "<Location />\nAuthType Basic\nAuthBasicProvider file\nRequire valid-user\n</Location>\n"
    portal.configure(server, section=outer + "<Location /portal>\nPolyAuthPage portal\n</Location>\n")
    assert server.configtest().returncode == 0
    portal.configure(server, section=outer + "<Location /portal>\nPolyAuthPage portal\n"
                                             "Require all granted\n</Location>\n")
    refused(server, "PA1031")


@pytest.mark.parametrize("require", ["Require user alice", "Require group staff", "Require ldap-user x"])
def test_other_ways_to_ask_for_a_user_will_do(server, require):
    if "ldap" in require:
        portal.configure(server, section=portal_section(server, require=require),
                         modules=("ldap", "authnz_ldap"))
    else:
        portal.configure(server, section=portal_section(server, require=require), modules=("authz_groupfile",))
    result = server.configtest()
    assert "PA10" not in result.output, result.output


def test_a_page_is_where_tls_is(server):
    portal.configure(server, section="", plain_lines=portal_section(server))
    assert "write SSLEngine On" in refused(server, "PA1032")


def test_a_portal_has_a_place_for_its_passwords(server):
    server.configure(vhost_lines=portal_section(server), modules=portal.MODULES, ssl_verify=None)
    assert "write PolyAuthState" in refused(server, "PA1033")


@pytest.mark.parametrize("line", ["SSLUserName SSL_CLIENT_S_DN_CN", "SSLOptions +FakeBasicAuth"])
def test_a_certificate_does_not_log_in_to_a_portal(server, line):
    portal.configure(server, tls_lines=line, ssl_verify="optional")
    assert "makes a user of whoever shows a certificate" in refused(server, "PA1034")


# The onboarding page.


def test_a_provider_is_no_page(server):
    """One-time passwords would be good wherever it is asked."""
    portal.configure(server, global_lines="<AuthnProviderAlias polyauth-onetime x>\n"
                                          "PolyAuthPage onboarding\n</AuthnProviderAlias>\n")
    result = server.configtest()
    assert result.returncode != 0
    assert "PolyAuthPage: it is not accepted within <AuthnProviderAlias>" in result.output


def test_an_onboarding_page_needs_the_gate(server):
    onboarding.templates(server)
    for mode in ("", "PolyAuth Off\n", "PolyAuth Audit\n"):
        onboarding.configure(server, vhost_lines=onboarding.section(server).replace("PolyAuth On\n", mode))
        assert "write PolyAuth On in the same section" in refused(server, "PA1036")


def test_an_onboarding_page_has_something_to_tell(server):
    text = "\n".join(line for line in onboarding.section(server).splitlines()
                     if "PolyAuthOnboardingTemplate" not in line)
    onboarding.configure(server, vhost_lines=text)
    assert "write PolyAuthOnboardingTemplate" in refused(server, "PA1036")


def test_an_onboarding_page_knows_the_server_that_it_tells(server):
    onboarding.templates(server)
    text = "\n".join(line for line in onboarding.section(server).splitlines()
                     if "PolyAuthOnboardingServer" not in line)
    onboarding.configure(server, vhost_lines=text)
    line = refused(server, "PA1036")
    assert "onboard.xml asks for {server}; write PolyAuthOnboardingServer" in line


def test_an_onboarding_page_knows_the_password_that_it_tells(server):
    server.write(server.root / "phones.passwords", "a:$apr1$x$y\n")
    onboarding.configure(server, f'PolyAuthPasswordFile "{server.root}/phones.passwords"')
    line = refused(server, "PA1036")
    assert "onboard.xml asks for {user} or {password}; write PolyAuthDeviceSecretFile" in line


BAD_TEMPLATES = {
    "unknown placeholder": ("<a>\n <b c='{serial}'/></a>", ":2:8: \"{serial}\" is no placeholder; accepted are {mac}"),
    "a brace": ("<a>{</a>", ':1:4: "{" is no placeholder'),
    "not closed": ("<a>\n  <b>\n</a>", ":3:3: the file is not well-formed XML: mismatched tag"),
    "no quotes": ("<a b=c/>", ":1:6: the file is not well-formed XML"),
    "two roots": ("<a/>\n<b/>", ":2:1: the file is not well-formed XML"),
    "a lone ampersand": ("<a>x & y</a>", ":1:7: the file is not well-formed XML"),
    "as a name": ("<{mac}/>", ":1:2: the file is not well-formed XML"),
    "empty": ("", ":1:1: the file is not well-formed XML: no element found"),
    "document type": ("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>", ":1:13: a document type is not accepted"),
    "another encoding": ('<?xml version="1.0" encoding="ISO-8859-1"?><a/>', ":1:1: the encoding is not accepted"),
    "not UTF-8": (b"<a>caf\xe9</a>", ":1:7: the file is not well-formed XML"),
    "in a comment": ("<a>\n<!-- {password} --></a>", ":2:1: a placeholder is not accepted in a comment"),
    "in an instruction": ("<?x {mac}?><a/>", ":1:1: a placeholder is not accepted in a processing instruction"),
    "CDATA": ("<a><![CDATA[{mac}]]></a>", ":1:4: a CDATA section is not accepted"),
}


@pytest.mark.parametrize("text, message", BAD_TEMPLATES.values(), ids=BAD_TEMPLATES)
def test_a_bad_template_is_told_with_its_place(server, text, message):
    onboarding.templates(server)
    server.write(server.root / "onboard.xml", text)
    onboarding.configure(server)
    line = refused(server, "PA1001")
    assert f"PA1001: PolyAuthOnboardingTemplate {server.root}/onboard.xml{message}" in line


def test_a_missing_template_is_told(server):
    onboarding.configure(server)
    (server.root / "onboard.xml").unlink()
    assert "onboard.xml: cannot be read: No such file or directory" in refused(server, "PA1002")
    failure = server.start_fails()
    assert "PA1002" in failure.output + failure.error_log


def test_a_template_that_a_restart_finds_broken_answers_nothing_and_the_rest_does(server, pki):
    onboarding.configure(server).start()
    auth, phone = (onboarding.MAC, onboarding.derived()), pki.leaf("phone-a")
    page, master = f"/onboard/{onboarding.MAC}-onboard.cfg", f"/onboard/{onboarding.MAC}.cfg"
    assert server.get(page, cert=phone, auth=auth).status == 200
    server.write(server.root / "onboard.xml", "<a>")
    server.log.declare("PA1001")
    server.graceful()
    assert "polyauth:crit" in server.log.wait_for("PA1001")
    assert server.get(page, cert=phone, auth=auth).status == 503
    assert server.get(master, cert=phone, auth=auth).status == 200
    onboarding.templates(server)
    server.graceful()
    assert server.get(page, cert=phone, auth=auth).status == 200


def test_a_portal_that_a_restart_finds_open_refuses_everybody(server):
    portal.configure(server).start()
    assert portal.get(server).status == 200
    portal.configure(server, section=portal.SECTION.replace("Require valid-user", "Require all granted"))
    server.log.declare("PA1031")
    server.graceful()
    assert portal.get(server).status == 403


# The common password.

BAD_ACCOUNTS = {
    "no colon": ("fleet\n", ":1:1: one line is needed, user:password, both in clear"),
    "no user": (":secret\n", ":1:1: one line is needed"), "no password": ("fleet:\n", ":1:1: one line is needed"),
    "empty": ("", ":1:1: one line is needed"),
    "two lines": ("fleet:secret\nfleet:other\n", ":1:13: there is more than one line"),
    "a tab": ("fleet:sec\tret\n", ":1:10: a control character is not accepted"),
    "not UTF-8": (b"fleet:caf\xe9\n", ":1:10: the line is not valid UTF-8"),
}


@pytest.mark.parametrize("text, message", BAD_ACCOUNTS.values(), ids=BAD_ACCOUNTS)
def test_a_bad_common_password_is_told_without_it(server, text, message):
    path = server.write(server.root / "common", text, mode=0o600)
    onboarding.configure(server, f'PolyAuthOnboardingPasswordFile "{path}"')
    line = refused(server, "PA1001")
    assert f"{path}{message}" in line
    assert "secret" not in line and "other" not in line


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_nobody_else_may_read_the_common_password(server, mode):
    path = server.write(server.root / "common", "fleet:secret\n", mode=mode)
    onboarding.configure(server, f'PolyAuthOnboardingPasswordFile "{path}"')
    assert "group or others have rights on it" in refused(server, "PA1002")


def test_the_common_password_opens_what_phones_will_ask_for(server):
    path = server.write(server.root / "common", "fleet:admin\n", mode=0o600)
    phones = server.write(server.root / "phones.passwords", "fleet:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n")
    settings = f'PolyAuthOnboardingPasswordFile "{path}"\nPolyAuthPasswordFile "{phones}"'
    onboarding.configure(server, settings)
    assert server.configtest().returncode == 0
    server.write(server.root / "common", "fleet:Admin\n", mode=0o600)
    line = refused(server, "PA1035")
    assert "opens no line of PolyAuthPasswordFile" in line and "Admin" not in line
    server.write(server.root / "common", "fleet:admin\n", mode=0o600)
    server.write(phones, "fleet:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc= until=2020-01-01\n")
    refused(server, "PA1035")
