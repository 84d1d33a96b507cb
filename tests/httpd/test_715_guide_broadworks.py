# SPDX-License-Identifier: Apache-2.0
"""conf/guides/broadworks.md: what the formats read, and what a profile's folder gives."""

from harness.examples import FOREIGN, OWN, denied
from harness.guides import Guide


def test_formats_and_folders(server):
    with Guide("broadworks.md", server) as guide:
        assert guide.run("'CN~").out == "granted own-file\n"
        assert guide.run("A0 --path").out == "denied identity-malformed\n"
        assert guide.run("0004F2BBBBBB'").out == "denied identity-multiple\n"
        guide.configuration("PolyAuthIdentity broadworks")
        for name in (OWN, FOREIGN, "/sys.cfg", "/other.cfg"):
            server.write("dms/VVX" + name, "x")
        server.start()
        for cn in ("0004F2AAAAAA", "Polycom 00:04:f2:aa:aa:aa VVX"):
            phone = server.pki.issue(cn=cn)
            status = [server.get("/dms/VVX" + each, cert=phone).status
                      for each in (OWN, "/sys.cfg", FOREIGN, "/other.cfg")]
            assert status == [200, 200, 403, 403], cn
            assert denied(server) == ["mac-foreign", "mac-missing"]
        longer = server.pki.issue(cn="0004F2AAAAAA0")
        assert server.get("/dms/VVX/sys.cfg", cert=longer).status == 403
        assert denied(server) == ["identity-malformed"]
