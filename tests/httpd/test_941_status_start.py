# SPDX-License-Identifier: Apache-2.0
"""A status page that anybody could read keeps the server from starting."""

import pytest

from harness import status

OPEN = {
    "no Require": "", "granted": "Require all granted", "method": "Require method GET", "phones": "Require polyauth-device",
    "any": "<RequireAny>\nRequire ip 10\nRequire all granted\n</RequireAny>",
    "not": "<RequireAll>\nRequire all granted\nRequire not ip 10\n</RequireAll>",
    "or a method": "Require ip 10\nRequire method GET", "or phones": "Require ip 10\nRequire polyauth-device",
    "or all of the others": "Require ip 10\n<RequireAll>\nRequire method GET\nRequire not ip 10\n</RequireAll>",
    "any in all": "<RequireAll>\n<RequireAny>\nRequire ip 10\nRequire method GET\n</RequireAny>\n</RequireAll>",
    "for a method": "<Limit POST>\nRequire ip 10\n</Limit>",
    "for all but a method": "Require ip 10\n<LimitExcept POST>\nRequire all granted\n</LimitExcept>",
    "none": "<RequireAll>\nRequire method GET\n<RequireNone>\nRequire ip 10\n</RequireNone>\n</RequireAll>",
    "satisfy": "Require ip 10\nSatisfy Any\nAllow from all", "merging": "Require ip 10\nAuthMerging Or"}


def section(lines):
    return f"<Location /status>\nPolyAuthPage status\nPolyAuth Off\n{lines}\n</Location>\n"


@pytest.mark.parametrize("lines", OPEN.values(), ids=OPEN)
def test_it_needs_a_require_of_the_sites_own(server, lines):
    status.configure(server, section=section(lines), modules=("access_compat",))
    result = server.configtest()
    assert result.returncode != 0
    (line,) = [each for each in result.output.splitlines() if "PA1037: " in each]
    assert f"{server.config_file}:" in line and "write a Require of your own in it" in line and "emerg" in line


def test_an_outer_require_will_not_do(server):
    status.configure(server, section="<Location />\nRequire ip 10\n</Location>\n" + section(""))
    assert "PA1037: " in server.configtest().output


def test_a_later_location_around_it_opens_it(server):
    status.configure(server, section=section("Require ip 10") + "<Location />\nRequire all granted\n</Location>\n")
    assert "PA1037: " in server.configtest().output
    own = section("Require ip 10").replace("Location /status", f'Directory "{server.docroot}"').replace("Location", "Directory")
    status.configure(server, section="<Location />\nRequire all granted\n</Location>\n" + own)
    assert "PA1037: " in server.configtest().output


@pytest.mark.parametrize("before, after", [
    ("<Location />\nRequire all granted\n</Location>\n", ""), ("", "<Location />\nRequire ip 10\n</Location>\n"),
    ("", "<Location /other>\nRequire all granted\n</Location>\n")])
def test_other_locations_leave_it_as_it_is(server, before, after):
    status.configure(server, section=before + section("Require ip 10") + after)
    assert server.configtest().returncode == 0


def test_what_stands_in_an_if_comes_after_each_location(server):
    own = '<If "true">\nPolyAuthPage status\nPolyAuth Off\nRequire ip 10\n</If>\n'
    status.configure(server, section=f"<Location /status>\n{own}</Location>\n"
                                     "<Location />\nRequire all granted\n</Location>\n")
    assert server.configtest().returncode == 0


@pytest.mark.parametrize("line", ["Require local", "Require ip 192.0.2.0/24", "Require host example.net",
                                  "Require expr \"%{REMOTE_ADDR} == '127.0.0.1'\"", "Require all denied",
                                  "Require ip 10\nRequire local",
                                  "<RequireAll>\nRequire ip 10\nRequire method GET\n</RequireAll>",
                                  "Require local\n<RequireAll>\nRequire method GET\n<RequireAny>\nRequire ip 10\n"
                                  "Require host x\n</RequireAny>\n</RequireAll>",
                                  "Require ip 10\n<Limit POST>\nRequire local\n</Limit>"])
def test_a_require_of_the_sites_own_will_do(server, line):
    status.configure(server, section=section(line))
    result = server.configtest()
    assert result.returncode == 0 and "PA10" not in result.output, result.output


def test_a_login_will_do_without_tls(server):
    status.configure(server, section="", plain_lines=section("AuthType Basic\nAuthName x\nRequire valid-user"),
                     modules=("auth_basic", "authn_file", "authz_user"))
    result = server.configtest()
    assert result.returncode == 0 and "PA10" not in result.output, result.output


def test_after_a_restart_with_that_mistake_nobody_reads_it(server):
    status.configure(server).start()
    assert status.page(server).status == 200
    server.log.declare("PA1037")
    status.configure(server, section=section("Require all granted"))
    server.graceful()
    assert status.page(server).status == 403


@pytest.mark.parametrize("how", ["graceful", "restart"])
def test_a_restart_brings_the_first_page_and_takes_the_last_one_away(server, how):
    status.configure(server, section="").start()
    assert status.page(server).status == 403
    status.configure(server)
    getattr(server, how)()
    status.figures(server)
    status.configure(server, section="")
    getattr(server, how)()
    assert status.page(server).status == 403


@pytest.mark.parametrize("lines", [
    "Require ip 10\n<LimitExcept GET HEAD>\nOrder deny,allow\nDeny from all\n</LimitExcept>",
    "Require ip 10\n<LimitExcept GET HEAD>\nRequire all denied\n</LimitExcept>"])
def test_other_methods_may_be_closed(server, lines):
    status.configure(server, section=section(lines), modules=("access_compat",))
    assert server.configtest().returncode == 0


def test_a_later_location_that_only_adds_opens_nothing(server):
    later = "<Location />\nAuthMerging And\nRequire all granted\n</Location>\n"
    status.configure(server, section=section("Require ip 10") + later)
    assert server.configtest().returncode == 0
    # The last word counts.
    later = later.replace("And\n", "And\nAuthMerging Off\n")
    status.configure(server, section=section("Require ip 10") + later)
    assert "PA1037: " in server.configtest().output
