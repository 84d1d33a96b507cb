# SPDX-License-Identifier: Apache-2.0
"""The portal behind mod_auth_form: a page to log in, a session in a cookie; in a real browser."""

import re

import pytest

from harness import portal
from harness.browser import Browser
from harness.examples import passwords

LOGIN = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log in</title></head><body>
<form method="post" action="/login">
<label>User <input name="httpd_username"></label>
<label>Password <input type="password" name="httpd_password"></label>
<button>Log in</button></form></body></html>
"""
SECTION = """\
Session On
SessionCookieName session path=/;Secure;HttpOnly;SameSite=Lax
SessionCryptoPassphrase "of this test alone"
<Location /portal>
  PolyAuthPage portal
  AuthType Form
  AuthName "Staff"
  AuthFormProvider file
  AuthFormLoginRequiredLocation "/login.html"
  AuthUserFile "{people}"
  Require valid-user
</Location>
<Location /login>
  SetHandler form-login-handler
  AuthType Form
  AuthName "Staff"
  AuthFormProvider file
  AuthFormLoginRequiredLocation "/login.html"
  AuthFormLoginSuccessLocation "/portal"
  AuthUserFile "{people}"
  Require valid-user
</Location>
"""
MODULES = ("request", "session", "session_cookie", "session_crypto", "auth_form")


@pytest.fixture
def site(server):
    server.write("login.html", LOGIN)
    portal.configure(server, section=SECTION.replace("{people}", str(passwords(server, **portal.PEOPLE))),
                     modules=MODULES)
    return server.start()


def test_a_person_logs_in_by_a_form_and_issues_a_password(site):
    # mod_auth_form says so of whoever has no session yet.
    site.log.declare("AH01806", "AH01807", "AH01809")
    browser = Browser(site)
    try:
        page = browser.page()
        page.open(f"https://localhost:{site.tls_port}/portal")
        assert page.evaluate("location.pathname") == "/login.html"
        page.tab_to('[name="httpd_username"]')
        page.type("alice")
        page.press("Tab")
        page.type("wonderland")
        page.press_and_load("Enter")
        assert page.evaluate("location.pathname") == "/portal"
        assert "alice" in page.text("header")
        page.tab_to("#mac")
        page.type("0004f2aaaaaa")
        page.press_and_load("Enter")
        assert re.fullmatch(r"\d{13}", re.sub(r"\D", "", page.text("#code")))
        page.tab_to('[aria-label^="Revoke"]')
        page.press_and_load("Enter")
        assert "opens nothing any more" in page.text('[role="status"]')
        page.close()
    finally:
        browser.close()


def test_without_a_session_nothing_is_issued(site):
    site.log.declare("AH01806", "AH01807", "AH01809")
    for options in ({}, {"method": "POST", "body": "action=issue&mac=0004f2aaaaaa",
                         "headers": {"Content-Type": portal.FORM, "Origin": "https://localhost"}}):
        answer = site.get("/portal", **options)
        assert answer.status == 302 and answer.headers["Location"].endswith("/login.html")
    assert not site.log.lines("PA4032")
