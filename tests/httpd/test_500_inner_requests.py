# SPDX-License-Identifier: Apache-2.0
"""Requests that httpd makes inside itself: none of them brings another device's file to a phone."""

import base64

import pytest

from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, assert_shut, furnish, ungoverned, written

A, B = OWN_MAC, FOREIGN_MAC
# What a client may say in a query without naming the file: only httpd puts it together.
HIDDEN = base64.b64encode(f"{B}.cfg".encode()).decode()
SPLIT = f"{B[:6]}_{B[6:]}"
MODULES = ["include", "rewrite", "negotiation", "actions", "cgi", "autoindex"]
LINES = r"""
<Directory "@DOC@/prov">
  PolyAuth On
  PolyAuthSharedFiles poly common.txt menu.shtml
  Options +Includes +ExecCGI +Indexes +FollowSymLinks
  AcceptPathInfo On
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
  AddHandler cgi-script .cgi
  AddHandler type-map .var
  AddHandler peek .peek
  Action peek /prov/@B@.cfg
  RewriteEngine On
  RewriteCond %{QUERY_STRING} ^(\w+)_(\w+)$
  RewriteRule ^@A@\.go$ %1%2.cfg? [L]
  RewriteCond %{QUERY_STRING} ^(\w+)_(\w+)$
  RewriteCond /prov/%1%2.cfg -U
  RewriteRule ^@A@\.ask$ @A@.cfg? [L]
  RewriteCond %{LA-U:REQUEST_FILENAME} .
  RewriteRule ^@A@\.look$ @A@.cfg? [L]
</Directory>
<Directory "@DOC@/prov/@A@">
  DirectoryIndex @B@.cfg
</Directory>
<Directory "@DOC@/prov/@A@-far">
  DirectoryIndex /prov/@B@.cfg
</Directory>
<Directory "@DOC@/prov/@A@-list">
  DirectoryIndex disabled
  IndexOptions FancyIndexing
  HeaderName @B@.cfg
  ReadmeName /prov/@B@.cfg
</Directory>
<Directory "@DOC@/prov/fallback">
  FallbackResource /prov/@B@.cfg
</Directory>
<Directory "@DOC@/prov/views">
  Options +MultiViews
  MultiviewsMatch Any
</Directory>
<Directory "@DOC@/prov/errors">
  ErrorDocument 404 "/prov/%{unbase64:%{QUERY_STRING}}"
  ErrorDocument 403 /pages/sorry.html
</Directory>
<Directory "@DOC@/pages">
  ErrorDocument 404 "/prov/%{escape:%{QUERY_STRING}}"
</Directory>
RewriteEngine On
RewriteRule ^/prov/@A@\.disk$ @DOC@/prov/@B@.cfg [L]
RewriteRule ^/prov/@A@\.through$ /prov/@B@.cfg [PT]
RewriteRule ^/prov/@A@\.root$ /prov/@B@.cfg [L]
RewriteRule ^/prov/@A@\.mine$ @DOC@/prov/@A@.cfg [L]
"""


@pytest.fixture(scope="module")
def stage(make_shared_server):
    server = furnish(make_shared_server(modules=MODULES), "prov", f"prov/{A}", f"prov/{A}-list",
                     "prov/errors")
    write = server.write
    write(f"prov/{A}-far/x", "")
    write("prov/fallback/x", "")
    write(f"prov/{A}-virtual.shtml", f'[<!--#include virtual="/prov/{B}.cfg" -->]')
    write(f"prov/{A}-file.shtml", f'[<!--#include file="{B}.cfg" -->]')
    write(f"prov/{A}-below.shtml", f'[<!--#include file="{A}/{B}.cfg" -->]')
    write(f"prov/{A}-exec.shtml", f'[<!--#exec cgi="/prov/{B}.cgi" -->]')
    write(f"prov/{A}-size.shtml", f'[<!--#fsize file="{B}.cfg" --> <!--#fsize virtual="{B}.cfg" -->]')
    write(f"prov/{A}-menu.shtml", '[<!--#include virtual="menu.shtml" -->|'
                                  f'<!--#include file="common.txt" -->|'
                                  f'<!--#include virtual="{A}.cfg" -->]')
    write("prov/menu.shtml", f'[<!--#include virtual="{B}.cfg" -->]')
    write(f"prov/{A}.var", f"URI: {B}.cfg\nContent-Type: text/plain\n\n")
    write(f"prov/{A}-mine.var", f"URI: {A}.cfg\nContent-Type: text/plain\n\n")
    write(f"prov/{A}.peek", "")
    write(f"prov/{A}.go", "")
    write(f"prov/{A}.ask", "nothing asked")
    write(f"prov/{A}.look", "nothing found")
    write(f"prov/views/{A}/menu.{B}.cfg", SECRET)
    write(f"prov/views/{A}-page.cfg", "variant of a")
    write("pages/sorry.html", "we are sorry")
    script = "#!/bin/sh\n"
    write(f"prov/{A}.cgi", f"{script}echo 'Location: /prov/{B}.cfg'; echo\n", 0o755)
    write(f"prov/{B}.cgi", f"{script}echo Content-Type: text/plain; echo; echo {SECRET}\n", 0o755)
    lines = written(LINES, server)
    # mod_include complains of a refused include without an id that could be declared.
    server.configure(vhost_lines=lines, plain_lines=ungoverned(lines),
                     log_level="info polyauth:debug ssl:warn include:crit").start()
    return server


@pytest.fixture
def phone(pki):
    return pki.leaf("phone-a")


@pytest.mark.parametrize("target", [
    f"/prov/{A}.go?{SPLIT}",
    f"/prov/{A}.disk",
    f"/prov/{A}.through",
    f"/prov/{A}.root",
    f"/prov/{A}/",
    f"/prov/{A}-far/",
    f"/prov/fallback/{A}-nothing",
    f"/prov/{A}.var",
    f"/prov/{A}.peek",
    f"/prov/{A}.cgi",
    f"/pages/nothing?{B}.cfg",
], ids=["rewriting in a directory", "rewriting to a file", "rewriting passed through",
        "rewriting to a URL", "directory index", "directory index elsewhere", "fallback",
        "type map", "action", "CGI location", "error page from outside"])
def test_no_redirect_inside_leads_to_a_foreign_file(stage, phone, target):
    assert_shut(stage, phone, target, **({"status": 404} if "nothing?" in target else {}))


def test_an_error_page_made_of_the_query_is_no_foreign_file(stage, phone):
    assert_shut(stage, phone, f"/prov/errors/{A}-nothing?{HIDDEN}", status=404)


@pytest.mark.parametrize("name", ["virtual", "file", "below", "exec"])
def test_a_page_of_its_own_includes_no_foreign_file(stage, phone, name):
    stage.log.declare("AH01230")
    answer = assert_shut(stage, phone, f"/prov/{A}-{name}.shtml", status=200)
    assert answer.text.startswith("[") and answer.text.endswith("]")


def test_a_shared_page_includes_no_foreign_file(stage, phone):
    assert_shut(stage, phone, "/prov/menu.shtml", status=200)


def test_an_included_page_includes_no_foreign_file(stage, phone):
    answer = assert_shut(stage, phone, f"/prov/{A}-menu.shtml", status=200)
    assert "for everybody" in answer.text and "config of a" in answer.text


def test_included_shared_files_are_whole(stage, phone, pki):
    stage.write(f"prov/{A}-whole.shtml", '<!--#include virtual="common.txt" -->'
                                         '<!--#include file="common.txt" -->')
    assert stage.get(f"/prov/{A}-whole.shtml", cert=phone).text == "for everybody\n" * 2
    assert not stage.log.denials()
    assert stage.get(f"/prov/{A}-whole.shtml", cert=pki.leaf("phone-b")).status == 403


def test_a_page_does_not_tell_the_size_of_a_foreign_file(stage, phone):
    size = f"{len(SECRET) + 1}"
    assert size in stage.get(f"/prov/{A}-size.shtml", plain=True).text
    answer = stage.get(f"/prov/{A}-size.shtml", cert=phone)
    assert answer.status == 200 and size not in answer.text


def test_refused_lookups_are_no_attack_in_the_log(stage, phone):
    stage.get(f"/prov/{A}-virtual.shtml", cert=phone)
    line = stage.log.wait_for("PA5002: denied reason=mac-foreign")
    assert "polyauth:debug" in line and f"foreign={B}" in line
    stage.log.wait_for(f"PA5001: granted reason=own-file device={A}")


def test_variants_of_foreign_devices_are_not_negotiated(stage, phone):
    stage.log.declare("AH00687")
    assert_shut(stage, phone, f"/prov/views/{A}/menu", status=404)
    assert stage.get(f"/prov/views/{A}-page", cert=phone).text == "variant of a"
    assert stage.get(f"/prov/views/{B}", cert=phone).status == 403


def test_own_targets_of_rewriting_and_type_maps_are_served(stage, phone):
    for target in (f"/prov/{A}.mine", f"/prov/{A}-mine.var", f"/prov/{A}.go?{A[:6]}_{A[6:]}"):
        answer = stage.get(target, cert=phone)
        assert (answer.status, answer.text) == (200, "config of a\n"), target


def test_a_refusal_is_shown_with_the_page_outside(stage, phone):
    answer = stage.get(f"/prov/errors/{B}.cfg", cert=phone)
    assert (answer.status, answer.text) == (403, "we are sorry")
    assert [each["reason"] for each in stage.log.denials()] == ["mac-foreign"]
    stage.access.wait_for("status=403 mac=0004f2aaaaaa decision=denied reason=mac-foreign")


def test_a_listing_hides_foreign_names_and_banners(stage, phone):
    control = stage.get(f"/prov/{A}-list/", plain=True).text
    assert B in control and SECRET in control
    answer = stage.get(f"/prov/{A}-list/", cert=phone)
    assert answer.status == 200 and "common.txt" in answer.text and f"{A}.cfg" in answer.text
    assert B not in answer.text and SECRET not in answer.text
    assert not stage.log.lines(r"polyauth:notice.*PA5002")
    assert stage.get("/prov/", cert=phone).status == 403


def test_rewriting_learns_nothing_of_foreign_files(stage, phone):
    assert stage.get(f"/prov/{A}.ask?{SPLIT}", plain=True).text == "config of a\n"
    assert stage.get(f"/prov/{A}.ask?{SPLIT}", cert=phone).text == "nothing asked"
    assert stage.get(f"/prov/{A}.ask?{A[:6]}_{A[6:]}", cert=phone).text == "config of a\n"
    assert stage.get(f"/prov/{A}.look", cert=phone).text == "config of a\n"
