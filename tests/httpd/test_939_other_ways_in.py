# SPDX-License-Identifier: Apache-2.0
"""One-time passwords and the onboarding page by ways that no phone takes, and behind a balancer."""

import base64
import subprocess
import time

import pytest

from harness import onboarding
from harness.balanced import ask, from_phone
from harness.onboarding import derived
from harness.onetime import MAC, OTHER, RIGHT, WRONG, OneTime
from harness.waiting import PATIENCE

PAGE = f"/onboard/{MAC}-onboard.cfg"


@pytest.fixture(scope="module")
def site(shared_server):
    return OneTime(shared_server).start()


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def ask_page(site, authorization=None, mac=MAC, **options):
    return site.server.get(f"/onboard/{mac}-onboard.cfg", cert=site.server.pki.leaf("phone-a"),
                           headers=authorization and {"Authorization": authorization}, **options)


def counted(site):
    record = site.record()
    return record["uses"], record["tries"]


@pytest.mark.parametrize("method, name, status", [
    ("HEAD", "onboard.cfg", 200), ("OPTIONS", "onboard.cfg", 405), ("PUT", "app.log", 405)])
def test_a_wrong_one_counts_whatever_the_method(site, method, name, status):
    site.issue()
    for password, answered, counts in ((WRONG[0], 401, (0, 1)), (RIGHT, status, (1, 1))):
        answer = site.server.get(f"/onboard/{MAC}-{name}", cert=site.server.pki.leaf("phone-a"),
                                 method=method, auth=("x", password), body="log" if method == "PUT" else None)
        assert answer.status == answered and "device.prov" not in answer.text
        assert counted(site) == counts


@pytest.mark.parametrize("method", ["POST", "DELETE", "TRACE", "BREW"])
def test_what_the_gate_refuses_is_not_even_tried(site, method):
    site.issue()
    for password in (RIGHT, WRONG[0]):
        answer = site.get(password, method=method)
        assert answer.status in (403, 405) and "device.prov" not in answer.text
    assert counted(site) == (0, 0)


@pytest.mark.parametrize("authorization", [
    f"Digest username=\"x\", response=\"{RIGHT}\"", f"Bearer {RIGHT}", f"Basic {RIGHT}", f"Basic x:{RIGHT}",
    "Basic", "Basic =", basic(RIGHT, ""), basic(RIGHT, "x"), basic("x", RIGHT + "\n"), basic("x", f"\u00a0{RIGHT}"),
    basic("x", "".join(chr(ord(digit) + 0xfee0) for digit in RIGHT)), basic("x", RIGHT * 60),
    basic("x" * 3000, WRONG[0] + "x" * 2000), "Basic " + base64.b64encode(bytes(range(256)) * 8).decode()])
def test_what_is_no_one_time_password_of_basic_never_counts(site, authorization):
    site.issue()
    site.server.log.declare("AH01614", "AH01617", "AH02661", "AH01618", "AH00569")
    answer = ask_page(site, authorization)
    assert answer.status in (400, 401) and "device.prov" not in answer.text
    assert counted(site) == (0, 0)


def test_of_two_authorizations_one_counts_at_most(site):
    site.issue()
    with site.server.connect(site.server.pki.leaf("phone-a")) as connection:
        for first, second in ((WRONG[0], WRONG[1]), (WRONG[2], RIGHT)):
            connection.send((f"GET {PAGE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {basic('x', first)}\r\n"
                             f"Authorization: {basic('x', second)}\r\n\r\n").encode())
            assert connection.read().status == 401
    assert counted(site) == (0, 2)


def test_streams_of_one_connection_race_for_the_first_use(make_server, pki):
    site = OneTime(make_server(mpm="event", modules=["http2"]))
    changed(site.server, "<Location /onboard>", "Protocols h2 http/1.1\n<Location /onboard>")
    site.start()
    phone = pki.leaf("phone-a")
    command = ["curl", "-q", "-sS", "-Z", "--parallel-max", "12", "--noproxy", "*", "--http2",
               "--max-time", str(PATIENCE), "--resolve", f"localhost:{site.server.tls_port}:127.0.0.1",
               "--cacert", str(pki.ca("server-ca").leaf), "--cert", str(phone.cert), "--key", str(phone.key),
               "-u", f"x:{RIGHT}", "-w", "%{http_code} %{http_version}\\n"]
    url = f"https://localhost:{site.server.tls_port}{PAGE}"
    for _ in range(3):
        site.issue()
        done = subprocess.run([*command, *["-o", "/dev/null", url] * 12], capture_output=True, text=True,
                              check=True)
        assert done.stdout.split("\n")[:-1] == ["200 2"] * 12
        assert len(site.server.log.lines("PA4041")) == 1
        assert site.record()["tries"] == 0 and site.record()["last_wrong"] is None
        site.server.log.mark()


def changed(server, old, new):
    text = server.config_file.read_text()
    assert old in text
    server.config_file.write_text(text.replace(old, new, 1))


def test_the_answer_to_a_refusal_tries_it_no_second_time(server):
    """httpd asks for the error page with what the phone has sent."""
    site = OneTime(server)
    changed(server, "<Location /onboard>", f"ErrorDocument 401 {PAGE}\n<Location /onboard>")
    site.start()
    site.issue()
    for number, wrong in enumerate(WRONG[:3]):
        answer = ask_page(site, basic("x", wrong))
        assert answer.status == 401 and "device.prov" not in answer.text
        assert counted(site) == (0, number + 1)
    # Neither is there anything in it without a password.
    assert "device.prov" not in ask_page(site).text


@pytest.mark.parametrize("require", [
    "Require valid-user\nSatisfy Any", "<RequireAny>\nRequire valid-user\nRequire all granted\n</RequireAny>",
    "<RequireAny>\nRequire valid-user\nRequire polyauth-device\n</RequireAny>"])
def test_a_section_that_asks_for_less_tells_nobody(make_server, require):
    server = make_server(modules=["access_compat"])
    server.log.declare("PA1023", always=True)
    site = OneTime(server)
    changed(server, "  Require valid-user\n</Location>", f"{require}\n</Location>")
    site.start()
    site.issue()
    for authorization in (None, basic("x", WRONG[0]), basic(MAC, "wrong")):
        answer = ask_page(site, authorization)
        assert answer.status in (401, 403) and "device.prov" not in answer.text


def test_not_authoritative_opens_to_nobody_else(server):
    server.log.declare("AH00027", "AH01796", always=True)
    site = OneTime(server)
    changed(server, "  Require valid-user\n", "  AuthBasicAuthoritative Off\n  Require valid-user\n")
    site.start()
    site.issue()
    assert site.status(WRONG[0]) in (401, 500) and site.status() == 200
    assert site.status(RIGHT, OTHER) in (401, 500)


# Behind a balancer.


@pytest.fixture
def behind(server):
    """The onboarding page where TLS ends at a balancer on 127.0.0.1."""
    site = OneTime(server)
    section = onboarding.section(server).replace(
        "AuthBasicProvider polyauth",
        f'AuthBasicProvider polyauth polyauth-onetime\nPolyAuthCACertificateFile "{server.pki.bundle}"')
    server.configure(
        modules=onboarding.MODULES, global_lines=f"PolyAuthState {site.path}",
        plain_lines=f"PolyAuthTrustedProxy 127.0.0.1\nPolyAuthClientCertHeader Client-Cert\n{section}")
    return site.start()


def through_balancer(site, password, name="phone-a", mac=MAC, user="x", **options):
    headers = {"Authorization": basic(user, password), **from_phone(name and site.server.pki.leaf(name))}
    return ask(site.server, f"/onboard/{mac}-onboard.cfg", headers, **options)


def test_a_phone_behind_a_balancer_is_told_its_own_password(behind):
    behind.issue()
    answer = through_balancer(behind, RIGHT)
    assert answer.status == 200 and derived() in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert through_balancer(behind, derived(), user=MAC).status == 200
    # That was the regular one.
    assert through_balancer(behind, RIGHT).status == 401 and behind.reasons() == ["used-up"]
    behind.wait_for_seen((MAC, "one-time"), (MAC, "now"))
    (end,), = behind.database("SELECT certificate_until FROM polyauth_seen WHERE label = 'now'")
    assert time.gmtime(end)[:6] == behind.server.pki.leaf("phone-a").x509.not_valid_after.timetuple()[:6]


def test_nobody_else_behind_or_beside_it_is_told_anything(behind):
    behind.issue()
    assert through_balancer(behind, RIGHT, "phone-b", OTHER).status == 401
    behind.server.log.declare("AH01617")
    assert through_balancer(behind, derived(), "phone-b", OTHER, user=MAC).status == 401
    assert through_balancer(behind, RIGHT, "phone-b").status == 403
    assert through_balancer(behind, RIGHT, None).status == 403
    assert through_balancer(behind, RIGHT, address="127.0.0.2").status == 403
    assert counted(behind) == (0, 0)


def test_without_a_balancer_a_page_is_where_tls_is(server):
    OneTime(server)
    section = onboarding.section(server)
    server.configure(modules=onboarding.MODULES, plain_lines=section)
    result = server.configtest()
    assert result.returncode != 0 and "PA1032: " in result.output
