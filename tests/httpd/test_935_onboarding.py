# SPDX-License-Identifier: Apache-2.0
"""The onboarding page tells exactly the requesting phone its regular settings."""

import xml.etree.ElementTree as ElementTree

import pytest

from harness import onboarding
from harness.examples import passwords
from harness.onboarding import MAC, SERVER, derived

PAGE, MASTER = f"/onboard/{MAC}-onboard.cfg", f"/onboard/{MAC}.cfg"
LOGIN = (MAC, derived())


@pytest.fixture(scope="module")
def site(shared_server):
    onboarding.configure(shared_server)
    return shared_server.start()


@pytest.fixture
def phone(pki):
    return pki.leaf("phone-a")


def told(answer):
    assert answer.status == 200, answer
    device = ElementTree.fromstring(answer.text).find("device").attrib
    return device["device.prov.user"], device["device.prov.password"], device["device.prov.serverName"]


def test_the_master_file_names_the_file_with_the_settings(site, phone):
    answer = site.get(MASTER, cert=phone, auth=LOGIN)
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert ElementTree.fromstring(answer.text).attrib["CONFIG_FILES"] == f"{MAC}-onboard.cfg"


def test_a_phone_is_told_its_own_password(site, phone):
    answer = site.get(PAGE, cert=phone, auth=LOGIN)
    assert told(answer) == (MAC, derived(), SERVER)
    assert "site=1&amp;x=2" in answer.text
    line = site.log.wait_for("PA4034")
    assert f'told device={MAC} its regular password label="now"' in line
    assert derived() not in site.log.text() and derived() not in site.access.text()
    for name, value in {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}.items():
        assert answer.headers.get_all(name) == [value]


@pytest.mark.parametrize("name", [
    "0004F2AAAAAA-ONBOARD.CFG", "00-04-f2-aa-aa-aa-onboard.cfg", "0004.f2aa.aaaa-onboard.cfg"])
def test_a_name_in_another_spelling_is_the_same(site, phone, name):
    answer = site.get(f"/onboard/{name}", cert=phone, auth=LOGIN)
    assert told(answer)[0] == MAC


def test_another_phone_is_told_its_own_and_never_this_ones(site, pki, phone):
    b, other = pki.leaf("phone-b"), "0004f2bbbbbb"
    assert told(site.get(f"/onboard/{other}-onboard.cfg", cert=b, auth=(other, derived(other))))[:2] == (
        other, derived(other))
    site.log.declare("AH01617")
    # Neither by this one's name nor with this one's password.
    assert site.get(PAGE, cert=b, auth=(other, derived(other))).status == 403
    answer = site.get(f"/onboard/{other}-onboard.cfg", cert=b, auth=LOGIN)
    assert answer.status == 401 and derived(other) not in answer.text
    assert site.get(f"/onboard/{other}-onboard.cfg", cert=phone, auth=LOGIN).status == 403


def test_without_the_right_password_there_is_nothing(site, phone):
    site.log.declare("AH01617", "AH01618")
    assert site.get(PAGE, cert=phone).status == 401
    answer = site.get(PAGE, cert=phone, auth=(MAC, "wrong"))
    assert answer.status == 401 and "device.prov" not in answer.text


@pytest.mark.parametrize("name", [
    f"{MAC}-phone.cfg", f"{MAC}.xml", f"x{MAC}.cfg", f"{MAC}.cfg.bak", f"{MAC}-app.log",
    "000000000000.cfg", f"{MAC}.cfg/", f"{MAC}.cfg/more", "sip.ver", "other.cfg", "more/other.xml", ""])
def test_other_names_are_not_found(site, phone, name):
    if name:
        site.write(f"onboard/{name.rstrip('/').replace('.cfg/', '.d/')}", "a file of that name")
    answer = site.get(f"/onboard/{name}", cert=phone, auth=LOGIN)
    assert answer.status == 404 and "a file of that name" not in answer.text
    assert answer.headers.get_all("Cache-Control") == ["private, no-store"]


def test_head_tells_nothing_but_the_length(site, phone):
    answer = site.get(PAGE, cert=phone, auth=LOGIN, method="HEAD")
    assert answer.status == 200 and answer.body == b"" and int(answer.headers["Content-Length"]) > 300


@pytest.mark.parametrize("method, name", [
    ("OPTIONS", f"{MAC}.cfg"), ("PUT", f"{MAC}-app.log"), ("PUT", f"{MAC}.cfg"), ("PUT", "sip.ver"), ("PUT", "app.log")])
def test_another_method_of_a_phone_is_refused(site, phone, method, name):
    """The upload of the log does not succeed here; phones go on all the same."""
    answer = site.get(f"/onboard/{name}", cert=phone, auth=LOGIN, method=method, body="log")
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("match", ["path", "none"])
def test_a_name_of_another_device_is_refused_under_each_match(server, phone, match):
    other = "0004f2bbbbbb"
    section = onboarding.section(server).replace("PolyAuth On", f"PolyAuth On\nPolyAuthMatch {match}")
    onboarding.configure(server, vhost_lines=section.replace("{mac}-onboard.cfg", "*.cfg")).start()
    for target in (f"{other}.cfg", f"x.cfg?mac={other}", f"{other}/x.cfg"):
        assert server.get(f"/onboard/{target}", cert=phone, auth=LOGIN).status == 403
        assert server.log.denials()[-1]["reason"] == "mac-foreign", target
    answer = server.get("/onboard/x.cfg", cert=phone, auth=LOGIN)
    assert answer.status == 200 and derived() in answer.text


@pytest.mark.parametrize("method", ["POST", "DELETE", "BREW"])
def test_a_method_that_no_phone_uses_is_refused_by_the_gate(site, phone, method):
    assert site.get(PAGE, cert=phone, auth=LOGIN, method=method).status == 403


def test_the_page_is_for_verified_devices_that_are_listed(make_server, pki):
    server = make_server()
    server.write(server.root / "phones.acl", "0004f2bbbbbb\n")
    onboarding.templates(server)
    server.configure(modules=onboarding.MODULES, ssl_verify="optional",
                     vhost_lines=f'PolyAuthAclFile "{server.root}/phones.acl"\n' + onboarding.section(server))
    server.start()
    assert server.get(PAGE, auth=LOGIN).status == 403
    assert server.get(PAGE, cert=pki.leaf("phone-a"), auth=LOGIN).status == 403
    assert [each["reason"] for each in server.log.denials()] == ["no-certificate", "acl-unlisted"]


def test_a_password_of_another_provider_does_not_do(make_server, pki):
    """The page may stand behind several; only ours says which phone asks."""
    server = make_server()
    onboarding.templates(server)
    text = onboarding.section(server).replace(
        "AuthBasicProvider polyauth",
        f'AuthBasicProvider polyauth file\nAuthUserFile "{passwords(server, staff="secret")}"')
    server.configure(modules=onboarding.MODULES + ("authn_file",), vhost_lines=text).start()
    answer = server.get(PAGE, cert=pki.leaf("phone-a"), auth=("staff", "secret"))
    assert answer.status == 403 and "device.prov" not in answer.text
    assert "reason=no-password-of-ours" in server.log.wait_for("PA4035")
    assert server.get(PAGE, cert=pki.leaf("phone-a"), auth=LOGIN).status == 200


def test_the_newest_secret_in_its_window_is_told(make_server, pki):
    server = make_server()
    old, new, late = bytes(32), bytes([1]) * 32, bytes([2]) * 32
    path = onboarding.secrets(server, old=(old, "from=2020-01-01"), new=(new, "from=2024-01-01"),
                              late=(late, "from=2099-01-01"))
    onboarding.configure(server, f'PolyAuthDeviceSecretFile "{path}"')
    server.start()
    for secret in (old, new):
        answer = server.get(PAGE, cert=pki.leaf("phone-a"), auth=(MAC, derived(secret=secret)))
        assert told(answer)[1] == derived(secret=new)


def test_a_common_password_is_told_with_every_character_it_has(make_server, pki):
    server = make_server()
    password = "p<>&\"'@:/% \u00e9"
    common = server.write(server.root / "common", f"fleet & co:{password}\n", mode=0o600)
    path = onboarding.secrets(server, now=(onboarding.SECRET, ""))
    onboarding.configure(server, f'PolyAuthDeviceSecretFile "{path}"\n'
                                 f'PolyAuthOnboardingPasswordFile "{common}"')
    server.start()
    answer = server.get(PAGE, cert=pki.leaf("phone-a"), auth=LOGIN)
    assert told(answer)[:2] == ("fleet & co", password)
    assert 'label="common"' in server.log.wait_for("PA4034")
    assert password not in server.log.text()


def test_without_a_secret_in_its_window_there_is_nothing_to_tell(make_server, pki):
    server = make_server()
    path = onboarding.secrets(server, late=(onboarding.SECRET, "from=2099-01-01"))
    server.write(server.root / "phones.passwords", f"{MAC}:{{SHA}}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n")
    onboarding.configure(server, f'PolyAuthDeviceSecretFile "{path}"\n'
                                 f'PolyAuthPasswordFile "{server.root}/phones.passwords"')
    server.start()
    server.log.declare("PA4036")
    answer = server.get(PAGE, cert=pki.leaf("phone-a"), auth=(MAC, "admin"))
    assert answer.status == 503
    assert f"device={MAC}" in server.log.wait_for("PA4036")
    # The master file asks for neither user nor password.
    assert server.get(MASTER, cert=pki.leaf("phone-a"), auth=(MAC, "admin")).status == 200
