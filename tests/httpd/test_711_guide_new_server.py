# SPDX-License-Identifier: Apache-2.0
"""conf/guides/new-server.md, from an empty folder to a phone that is served."""

from harness.examples import FOREIGN, OWN, SHARED, UPLOAD, denied, phone
from harness.guides import Guide


def test_from_nothing_to_a_phone_that_is_served(server):
    with Guide("new-server.md", server, "dav", "dav_fs") as guide:
        guide.run("mkdir")
        assert "valid" in guide.run("polyauthctl check").out
        guide.configuration("Listen")
        server.own("")
        guide.run("apache2ctl")
        server.start()
        assert guide.run("explain").out.endswith("granted own-file\n")
        server.log.declare("AH02039")
        guide.run("curl")
        a = phone(server)
        assert [server.get(each, cert=a).status for each in (OWN, SHARED)] == [200, 200]
        assert server.put(UPLOAD, "log", cert=a).status == 201
        assert server.put(OWN, "mine", cert=a).status == 403
        assert server.get(FOREIGN, cert=a).status == 403
        assert server.get(FOREIGN, cert=phone(server, "phone-b")).status == 403
        assert denied(server) == ["upload-refused", "mac-foreign", "acl-unlisted"]
        assert "reason=own-file" in guide.run("grep -E").out
