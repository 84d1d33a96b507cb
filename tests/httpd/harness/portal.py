# SPDX-License-Identifier: Apache-2.0
"""A portal as a site sets it up: Basic passwords of htpasswd, a list of phones, a database."""

import html
import json
import re

from harness.examples import passwords

MODULES = ("auth_basic", "authn_file", "authz_user", "watchdog")
PEOPLE = dict(alice="wonderland", bob="builder")
ALICE, BOB = tuple(PEOPLE.items())
FORM = "application/x-www-form-urlencoded"

SECTION = """\
<Location /portal>
  PolyAuthPage portal
{settings}
  AuthType Basic
  AuthName "Staff"
  AuthBasicProvider file
  AuthUserFile "{people}"
  Require valid-user
</Location>
"""


def configure(server, settings="", section=SECTION, people=PEOPLE, **lines):
    """A server whose virtual host has a portal; people are strangers without certificates."""
    state = server.own(server.root / "state")
    section = section.format(settings=settings, people=passwords(server, **people))
    return server.configure(
        vhost_lines=section + lines.pop("vhost_lines", ""), ssl_verify=lines.pop("ssl_verify", None),
        modules=MODULES + lines.pop("modules", ()),
        global_lines=f'PolyAuthState "{state}/state.sqlite"\n' + lines.pop("global_lines", ""), **lines)


def get(server, auth=ALICE, **options):
    return server.get("/portal", auth=auth, **options)


def token(server, auth=ALICE):
    """The one of the form that this person is shown."""
    return re.search(r'name="token" value="([^"]+)"', get(server, auth=auth).text).group(1)


def post(server, auth=ALICE, origin="https://localhost", content_type=FORM, headers=None, body=None,
         method="POST", **fields):
    """The form, as a browser would send it; without a token, with the right one."""
    if body is None:
        fields.setdefault("action", "issue")
        if "token" not in fields:
            fields["token"] = token(server, auth)
        body = "&".join(f"{name}={_encoded(value)}" for name, value in fields.items()
                        if value is not None)
    headers = {"Origin": origin, "Content-Type": content_type, **(headers or {})}
    return server.get("/portal", method=method, auth=auth, body=body,
                      headers={name: value for name, value in headers.items() if value is not None})


def post_json(server, content, auth=ALICE, headers=None):
    body = content if isinstance(content, (str, bytes)) else json.dumps(content)
    return server.get("/portal", method="POST", auth=auth, body=body,
                      headers={"Content-Type": "application/json", **(headers or {})})


def pending(server, auth=ALICE):
    answer = get(server, auth=auth, headers={"Accept": "application/json"})
    assert answer.status == 200, answer
    return json.loads(answer.text)["pending"]


def code(answer):
    """The password that the page shows, as its digits."""
    shown = re.search(r'id="code">(.*?)</p>', answer.text).group(1)
    return re.sub(r"\D", "", re.sub(r"<[^>]*>", "", shown))


def problem(answer):
    """What the summary of the page says."""
    found = re.search(r'<section class="card bad".*?<p>(.*?)</p>', answer.text, re.S)
    return found and html.unescape(re.sub(r"<[^>]*>", "", found.group(1)))


def _encoded(value):
    data = value.encode() if isinstance(value, str) else value
    return "".join(f"%{byte:02X}" for byte in data)
