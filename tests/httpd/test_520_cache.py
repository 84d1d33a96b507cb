# SPDX-License-Identifier: Apache-2.0
"""mod_cache, which answers before every check: what is governed never enters it."""

import os

import pytest

from harness.ways import FOREIGN_MAC, OWN_MAC, SECRET, furnish, ungoverned, written

A, B = OWN_MAC, FOREIGN_MAC
LINES = """
CacheRoot "@ROOT@/cache"
CacheEnable disk /
CacheQuickHandler {quick}
CacheDefaultExpire 3600
CacheMinExpire 600
CacheStorePrivate {keep}
CacheStoreNoStore {keep}
CacheIgnoreNoLastMod On
CacheIgnoreCacheControl On
CacheHeader On
<Directory "@DOC@/prov">
  PolyAuth On
  PolyAuthSharedFiles poly common.txt
  Options +Includes
  AddOutputFilter INCLUDES .shtml
</Directory>
<Directory "@DOC@/page">
  Options +Includes
  AddOutputFilter INCLUDES .shtml
  AddType text/html .shtml
  XBitHack full
</Directory>
{more}
"""
MODES = pytest.mark.parametrize("quick", ["On", "Off"], ids=["quick handler", "normal handler"])


def stage(make_server, quick, keep="Off", more="", plain=False, modules=()):
    server = furnish(make_server(modules=["cache", "cache_disk", "include", *modules]), "prov")
    server.own(server.root / "cache")
    lines = written(LINES.format(quick=quick, keep=keep, more=more), server)
    lines = lines.replace("@ROOT@", str(server.root))
    server.log.declare("PA1010", always=True)
    server.configure(vhost_lines=lines, plain_lines=ungoverned(lines) if plain else "",
                     log_level="info polyauth:debug ssl:warn include:crit")
    return server.start()


def stored(server):
    return b"".join((server.root / "cache" / folder / name).read_bytes()
                    for folder, _, names in os.walk(server.root / "cache") for name in names)


@MODES
def test_without_the_gate_a_cache_gives_away_what_it_holds(make_server, quick):
    """The control: here mod_cache stores and serves."""
    server = stage(make_server, quick, plain=True)
    answers = [server.get(f"/prov/{B}.cfg", plain=True) for _ in range(2)]
    assert "HIT" in answers[1].headers["X-Cache"] and SECRET.encode() in stored(server)


@MODES
@pytest.mark.parametrize("keep", ["Off", "On"], ids=["careful", "storing even the private"])
def test_governed_answers_are_neither_stored_nor_served(make_server, pki, quick, keep):
    server = stage(make_server, quick, keep)
    for _ in range(2):
        own = server.get(f"/prov/{B}.cfg", cert=pki.leaf("phone-b"))
        assert own.status == 200 and SECRET in own.text
        assert "HIT" not in (own.headers["X-Cache"] or "")
        assert "private" in own.headers["Cache-Control"]
        refused = server.get(f"/prov/{B}.cfg", cert=pki.leaf("phone-a"))
        assert refused.status == 403 and SECRET not in refused.text
        assert server.get("/prov/common.txt", cert=pki.leaf("phone-a")).status == 200
    assert b"/prov/" not in stored(server)
    assert {each["reason"] for each in server.log.denials()} == {"mac-foreign"}


@MODES
def test_conditional_requests_and_ranges_are_not_stored_either(make_server, pki, quick):
    server = stage(make_server, quick)
    first = server.get(f"/prov/{B}.cfg", cert=pki.leaf("phone-b"))
    for headers, status in [({"If-None-Match": first.headers["ETag"]}, 304),
                            ({"Range": "bytes=0-3"}, 206)]:
        target = f"/prov/{B}.cfg"
        assert server.get(target, cert=pki.leaf("phone-b"), headers=headers).status == status
        assert server.get(target, cert=pki.leaf("phone-a"), headers=headers).status == 403
    assert b"/prov/" not in stored(server)


@MODES
def test_a_page_outside_that_includes_a_file_is_not_stored(make_server, pki, quick):
    server = stage(make_server, quick)
    server.write("page/of-b.shtml", f'[<!--#include virtual="/prov/{B}.cfg" -->]')
    page = server.get("/page/of-b.shtml", cert=pki.leaf("phone-b"))
    assert SECRET in page.text
    assert SECRET not in server.get("/page/of-b.shtml", cert=pki.leaf("phone-a")).text
    assert SECRET.encode() not in stored(server)


@MODES
def test_a_way_from_an_open_url_into_the_governed_folder_is_not_stored(make_server, pki, quick):
    server = stage(make_server, quick, modules=["rewrite"],
                   more="RewriteEngine On\nRewriteRule ^/get-(\\w+)$ @DOC@/prov/$1.cfg [L]\n"
                        "RewriteRule ^/see-(\\w+)$ /prov/$1.cfg [PT]\n")
    for target in (f"/get-{B}", f"/see-{B}"):
        assert server.get(target, cert=pki.leaf("phone-b")).status == 200
        assert server.get(target, cert=pki.leaf("phone-a")).status == 403
    assert SECRET.encode() not in stored(server)


@MODES
def test_an_answer_that_a_script_outside_gives_is_not_stored(make_server, pki, quick):
    """Even where the administrator makes the cache ignore that an answer is private."""
    ways = ("RewriteEngine On\nRewriteRule ^ /apps/index.html [L]", "FallbackResource /apps/index.html")
    more = "".join(f'<Directory "@DOC@/prov/{number}">\n{way}\n</Directory>\n'
                   for number, way in enumerate(ways))
    server = stage(make_server, quick, "On", more, modules=["rewrite"])
    server.write("apps/index.html", "made for the device")
    for number, _ in enumerate(ways):
        server.write(f"prov/{number}/x", "")
        target = f"/prov/{number}/{B}-page"
        assert server.get(target, cert=pki.leaf("phone-b")).text == "made for the device"
        assert server.get(target, cert=pki.leaf("phone-a")).status == 403
    assert b"/prov/" not in stored(server)


@MODES
def test_what_require_admits_is_not_stored(make_server, pki, quick):
    server = stage(make_server, quick, "On", '<Directory "@DOC@/voted">\nRequire polyauth\n'
                   '</Directory>')
    server.write(f"voted/{B}.cfg", SECRET)
    for _ in range(2):
        assert server.get(f"/voted/{B}.cfg", cert=pki.leaf("phone-b")).text == SECRET
        assert server.get(f"/voted/{B}.cfg", cert=pki.leaf("phone-a")).status == 403
    assert SECRET.encode() not in stored(server)


def test_the_normal_handler_serves_nothing_that_was_stored_before(make_server, pki):
    """What the quick handler would do with it, start-up warns of."""
    server = furnish(make_server(modules=["cache", "cache_disk", "include"]), "prov")
    server.own(server.root / "cache")
    lines = written(LINES.format(quick="Off", keep="Off", more=""), server)
    lines = lines.replace("@ROOT@", str(server.root))
    server.log.declare("PA1010")
    server.configure(vhost_lines=ungoverned(lines)).start()
    assert server.get(f"/prov/{B}.cfg", cert=pki.leaf("phone-a")).text == SECRET + "\n"
    assert SECRET.encode() in stored(server)
    server.configure(vhost_lines=lines).restart()
    answer = server.get(f"/prov/{B}.cfg", cert=pki.leaf("phone-a"))
    assert answer.status == 403 and SECRET not in answer.text


@MODES
def test_what_is_ungoverned_is_cached_as_usual(make_server, quick):
    server = stage(make_server, quick, plain=True)
    server.write("open/page.html", "open page")
    answers = [server.get("/open/page.html", plain=True) for _ in range(2)]
    assert "HIT" in answers[1].headers["X-Cache"]


def test_start_up_warns_of_the_cache(make_server):
    server = stage(make_server, "On")
    assert server.log.lines("PA1010") or "PA1010" in server.log.startup.text()
