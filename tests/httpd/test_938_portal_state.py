# SPDX-License-Identifier: Apache-2.0
"""The portal when its database or its list is away: it says so, changes nothing, and comes back
by itself."""

import json
import os
import sqlite3

import pytest

from harness import portal
from harness.portal import code, pending, post, post_json, problem
from harness.waiting import wait_until

MAC = "0004f2aaaaaa"


@pytest.fixture
def site(server):
    server.write(server.root / "phones.acl", "0004f2*\n")
    portal.configure(server, f'PolyAuthAclFile "{server.root}/phones.acl"')
    return server.start()


def expect_away(site):
    """Every way to ask, while it cannot be answered."""
    token = site.token
    answer = post(site, mac=MAC, token=token)
    assert answer.status == 503 and 'id="code"' not in answer.text
    assert "Nothing was changed." in problem(answer)
    assert post(site, action="revoke", mac=MAC, token=token).status == 503
    page = portal.get(site)
    assert page.status == 503 and "They cannot be shown at the moment." in page.text
    for answer in (post_json(site, {"mac": MAC}),
                   portal.get(site, headers={"Accept": "application/json"})):
        assert answer.status == 503 and "Nothing was changed." in json.loads(answer.text)["error"]
    site.log.wait_for("PA4043")
    assert not site.log.lines("PA4032|PA4033")


def expect_back(site):
    wait_until(lambda: portal.get(site).status == 200, "the portal to come back")
    before = pending(site)
    assert code(post(site, mac="0004f2aaaa01"))
    assert len(pending(site)) == len(before) + 1
    site.log.wait_for("PA4044")


@pytest.mark.parametrize("trouble", ["locked", "read-only", "gone"])
def test_the_portal_refuses_while_the_database_is_away_and_recovers(site, trouble):
    site.log.declare("PA4043")
    site.token = portal.token(site)
    folder, file = site.root / "state", site.root / "state/state.sqlite"
    if trouble == "locked":
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        expect_away(site)
        holder.execute("ROLLBACK")
        holder.close()
    elif trouble == "read-only":
        os.chmod(file, 0o000)
        os.rename(folder, site.root / "aside")
        folder.mkdir(mode=0o755)
        expect_away(site)
        folder.rmdir()
        os.rename(site.root / "aside", folder)
        os.chmod(file, 0o600)
    else:
        os.rename(folder, site.root / "aside")
        expect_away(site)
        os.rename(site.root / "aside", folder)
    expect_back(site)


def test_a_list_that_cannot_be_read_admits_nobody(site):
    """The published list is what every process reads: here it is gone."""
    assert post(site, mac=MAC).status == 200
    for folder in (site.root / "run").glob("*polyauth*"):
        for image in folder.iterdir():
            image.unlink()
    site.kill_children()
    site.log.declare("PA2005")
    answer = post(site, mac=MAC)
    assert answer.status == 503 and "list of phones cannot be read" in problem(answer)
    assert post_json(site, {"mac": MAC}).status == 503
