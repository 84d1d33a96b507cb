# SPDX-License-Identifier: Apache-2.0
"""A status page as a site sets it up, beside phones' files that PolyAuth On governs."""

import json

from harness.verdict import governed

SECTION = """\
<Location /status>
  PolyAuthPage status
  PolyAuth Off
  Require local
</Location>
"""
MODULES = ("authz_host", "watchdog")


def configure(server, *, mode="On", settings=(), section=SECTION, modules=(), **lines):
    lines.setdefault("ssl_verify", "optional")
    lines["global_lines"] = governed(server.docroot, *settings, mode=mode) + lines.get("global_lines", "")
    lines["vhost_lines"] = section + lines.get("vhost_lines", "")
    return server.configure(modules=MODULES + tuple(modules), **lines)


def page(server, **options):
    return server.get("/status", **options)


def figures(server):
    answer = server.get("/status?format=json")
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/json", answer
    return json.loads(answer.text)


def totals(server):
    """What is counted: {(decision, reason): number}."""
    return {(each["decision"], each["reason"]): each["total"] for each in figures(server)["requests"]}
