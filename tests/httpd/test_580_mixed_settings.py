# SPDX-License-Identifier: Apache-2.0
"""Sections that say different things of one request: the stricter word holds."""
import os
import signal
import subprocess

import pytest

from harness.verdict import CGI, CGI_LINES, environment

A, B = "0004f2aaaaaa", "0004f2bbbbbb"
SECRET = "the secret of b"
SSI = "Options +Includes\nAddOutputFilter INCLUDES .shtml\nAddType text/html .shtml\n"

# A page of a's own that includes b's file, from its own folder and from one below.
PAGES = {
    "Audit does not soften Require polyauth":
        '<Directory "{root}/prov">\nPolyAuth Audit\nRequire polyauth\n' + SSI + "</Directory>",
    "an audited folder below a governed URL":
        '<Directory "{root}/prov">\nPolyAuth Audit\n' + SSI + "</Directory>\n"
        "<Location /prov>\nPolyAuth On\n</Location>",
    "of two providers the strict one":
        '<Directory "{root}/prov">\n' + SSI + "<RequireAll>\nRequire polyauth\n"
        "Require polyauth-device\n</RequireAll>\n</Directory>",
}


@pytest.mark.parametrize("lines", PAGES.values(), ids=PAGES.keys())
def test_the_stricter_setting_holds_for_what_a_page_includes(make_server, pki, lines):
    server = make_server(modules=["include"])
    server.log.declare("PA1005", "PA1013", "AH01372", "AH01374", "AH01797", always=True)
    server.write(f"prov/{A}.shtml",
                 f'[<!--#include file="sub/{B}.cfg" -->][<!--#include file="{B}.cfg" -->]')
    server.write(f"prov/sub/{B}.cfg", SECRET)
    server.write(f"prov/{B}.cfg", SECRET)
    server.configure(vhost_lines=lines.replace("{root}", str(server.docroot)),
                     log_level="info polyauth:debug ssl:warn include:crit").start()
    answer = server.get(f"/prov/{A}.shtml", cert=pki.leaf("phone-a"))
    assert answer.status == 200
    assert SECRET not in answer.text


AS_IS = "Content-Type: text/plain\n\n{}\n"
TYPE_MAP = "Content-type: text/html\nBody:----end----\n{}\n----end----\n"


@pytest.mark.parametrize("module, form, how", [
    ("asis", AS_IS, "AddHandler send-as-is .one"), ("asis", AS_IS, "AddType httpd/send-as-is .one"),
    ("negotiation", TYPE_MAP, "AddHandler type-map .one"),
    ("negotiation", TYPE_MAP, "AddType application/x-type-map .one")])
def test_a_file_that_httpd_sends_by_another_handler_must_be_own_under_query(make_server, pki, module, form, how):
    server = make_server(modules=[module])
    server.write("q/common.one", form.format(SECRET))
    server.write(f"q/{A}.one", form.format("for a"))
    server.configure(vhost_lines=f'<Directory "{server.docroot}/q">\nPolyAuth On\n'
                                 f"PolyAuthMatch query mac\n{how}\n</Directory>").start()
    phone = pki.leaf("phone-a")
    refused = server.get(f"/q/common.one?mac={A}", cert=phone)
    assert refused.status == 403 and SECRET not in refused.text
    assert server.log.denials()[-1]["reason"] == "mac-missing"
    own = server.get(f"/q/{A}.one?mac={A}", cert=phone)
    assert own.status == 200 and "for a" in own.text


def test_a_file_that_is_held_open_must_be_own_under_query(make_server, pki):
    server = make_server(modules=["file_cache"])
    server.write("q/common.cfg", SECRET)
    server.write(f"q/{A}.cfg", "for a")
    folder = server.docroot / "q"
    server.configure(vhost_lines=f'CacheFile "{folder}/common.cfg" "{folder}/{A}.cfg"\n<Directory "{folder}">\n'
                                 "PolyAuth On\nPolyAuthMatch query mac\n</Directory>").start()
    phone = pki.leaf("phone-a")
    refused = server.get(f"/q/common.cfg?mac={A}", cert=phone)
    assert refused.status == 403 and SECRET not in refused.text
    assert server.log.denials()[-1]["reason"] == "mac-missing"
    assert server.get(f"/q/{A}.cfg?mac={A}", cert=phone).text == "for a"


@pytest.mark.parametrize("directive", ["Alias", "ScriptAlias"])
def test_an_alias_that_the_request_chooses_hides_no_address(make_server, pki, directive):
    server = make_server(modules=["alias", "cgi"])
    folder = server.root / "other"
    server.write(folder / B / "door.jpg", f"#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n{SECRET}'\n", 0o755)
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    server.configure(vhost_lines=f'<Directory "{folder}">\nRequire all granted\nPolyAuth On\n</Directory>\n'
                                 '<Location "/f">\nAliasPreservePath On\n'
                                 f'{directive} "{folder}/%{{unbase64:%{{QUERY_STRING}}}}"\n</Location>').start()
    answer = server.get("/f/door.jpg?MDAwNGYyYmJiYmJi", cert=pki.leaf("phone-a"))
    assert answer.status == 403 and SECRET not in answer.text
    assert server.log.denials()[-1]["reason"] == "mac-foreign"


@pytest.mark.parametrize("vote", ["", "Require polyauth", "Require polyauth-device"])
def test_a_vote_takes_nothing_from_what_an_own_file_opens(make_server, pki, vote):
    server = make_server(modules=["cgi"])
    server.write("prov/apps/index.cgi", CGI, 0o755)
    server.configure(vhost_lines=f'<Directory "{server.docroot}/prov">\nPolyAuth On\n{vote}\n{CGI_LINES}\n'
                                 'FallbackResource /prov/apps/index.cgi\n</Directory>\n'
                                 # Another section, so that httpd asks for votes there again.
                                 f'<Directory "{server.docroot}/prov/apps">\nFallbackResource disabled\n'
                                 '</Directory>').start()
    phone = pki.leaf("phone-a")
    answer = server.get(f"/prov/{A}.cfg", cert=phone)
    assert answer.status == 200 and environment(answer)["POLYAUTH_REASON"] == "own-file"
    assert not server.log.denials()
    for target in ("/prov/settings.txt", "/prov/apps/index.cgi"):
        assert server.get(target, cert=phone).status == 403
        assert server.log.denials()[-1]["reason"] == "mac-missing"


def test_a_fifo_named_at_a_restart_does_not_hang_the_server(make_server, pki):
    server = make_server()
    server.write(f"prov/{A}.cfg", "for a")
    server.configure(vhost_lines=f'<Directory "{server.docroot}/prov">\nPolyAuth On\n</Directory>').start()
    fifo = server.root / "phones.acl"
    os.mkfifo(fifo)
    os.chmod(fifo, 0o644)
    server.log.declare("PA1002", "PA2004", always=True)
    server.configure(vhost_lines=f'<Directory "{server.docroot}/prov">\nPolyAuth On\n'
                                 f'PolyAuthAclFile "{fifo}"\n</Directory>')
    server.graceful()
    assert server.log.lines(r"PA1002.*is not a regular file")
    assert server.get(f"/prov/{A}.cfg", cert=pki.leaf("phone-a")).status == 403
    assert server.log.denials()[-1]["reason"] == "acl-unavailable"


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_a_restart_that_brings_the_module_in_with_a_mistake_ends_nothing(make_server, pki, mpm):
    server = make_server(mpm=mpm)
    server.write(f"prov/{A}.cfg", "for a")
    governed = f'<Directory "{server.docroot}/prov">\nPolyAuth On\nPolyAuthAclFile "{server.root}/bad.acl"\n</Directory>'
    server.write(server.root / "bad.acl", "garbage\n")
    # A server that has never seen the module.
    server.configure()
    lines = server.config_file.read_text().split("\n")
    server.config_file.write_text("\n".join(
        line.replace(" polyauth:debug", "") for line in lines if "LoadModule polyauth" not in line))
    server.start()
    server.log.declare("PA1001", "PA2004", always=True)
    server.configure(vhost_lines=governed)
    os.kill(server.pid, signal.SIGUSR1)
    server.log.wait_for(r"PA2004")
    server.log.wait_for(r"resuming normal operations")
    assert server.running
    assert server.get(f"/prov/{A}.cfg", cert=pki.leaf("phone-a")).status == 403
