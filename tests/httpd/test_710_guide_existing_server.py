# SPDX-License-Identifier: Apache-2.0
"""conf/guides/existing-server.md, from the maker's snippet to PolyAuth On."""

from harness.error_log import LogFile
from harness.examples import (EXAMPLES, FOREIGN, OWN, SHARED, denied, expect_refused_handshake,
                              phone)
from harness.guides import Guide
from harness.waiting import wait_until

COMMON = "/common.cfg"


def status(server, *targets, cert="phone-a"):
    return [server.get(each, cert=cert and phone(server, cert)).status for each in targets]


def test_from_the_snippet_to_on(server):
    server.log.declare("PA1005", "AH01630", "AH01797")
    with Guide("existing-server.md", server) as guide:
        server.write(server.root / "apache2/phones.conf", (EXAMPLES / "01-drop-in.conf").read_text())
        assert "-strcmatch" in guide.run("grep -rnE").out
        audit = guide.configuration("-strcmatch").config_file.read_text()
        server.write(COMMON[1:], "common")
        server.write("north/0004f2aaaaaa.cfg", "mine")
        server.write("north/0004f2bbbbbb.cfg", "b's")
        server.write("north/000000000000.cfg", "all")
        server.start()
        guide.run("apache2ctl")
        expect_refused_handshake(server, "rogue-a")
        server.log.wait_for("AH02039: ")
        assert guide.run("grep -cE").out == "1\n"

        # The snippet goes on deciding, the audit sees what it granted and refused.
        log = LogFile(server.root / "logs/phones_access.log")
        assert status(server, OWN, COMMON, SHARED) == [200, 403, 403]
        assert status(server, FOREIGN, cert=None) == [200]
        wait_until(lambda: len(log.lines()) >= 4, "the requests in the log")
        report = guide.run("polyauthctl report", status=1).out
        for word in ("no-certificate", "mac-missing", "PolyAuthSharedFiles poly common.cfg"):
            assert word in report

        shared = guide.take("PolyAuthSharedFiles")
        north = guide.take("/north")
        text = audit.replace("</VirtualHost>", f"{shared}\n{north}\n</VirtualHost>")
        server.config_file.write_text(text)
        server.graceful()
        server.log.mark()
        assert status(server, *("/north" + each for each in (OWN, SHARED, FOREIGN))) == [200, 200, 403]
        assert status(server, FOREIGN, cert=None) == [200]
        assert denied(server) == ["mac-foreign"]

        server.stop()
        guide.configuration("PolyAuth On").start()
        assert status(server, OWN, COMMON, SHARED, FOREIGN) == [200, 200, 200, 403]
        assert denied(server) == ["mac-foreign"]
