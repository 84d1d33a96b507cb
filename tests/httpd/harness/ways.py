# SPDX-License-Identifier: Apache-2.0
"""What the tests of other ways to a file share: the stage, and what "held shut" means."""

OWN_MAC, FOREIGN_MAC = "0004f2aaaaaa", "0004f2bbbbbb"
SECRET = "secret of b"


def furnish(server, *folders):
    """In each folder below the document root a file of a, one of b and a shared one."""
    for folder in folders:
        server.write(f"{folder}/{OWN_MAC}.cfg", "config of a\n")
        server.write(f"{folder}/{FOREIGN_MAC}.cfg", SECRET + "\n")
        server.write(f"{folder}/common.txt", "for everybody\n")
    return server


def written(lines, server):
    """Configuration with @DOC@ for the document root and @A@, @B@ for the two addresses."""
    return (lines.replace("@DOC@", str(server.docroot)).replace("@A@", OWN_MAC)
            .replace("@B@", FOREIGN_MAC))


def ungoverned(lines):
    """The same configuration without the gate, to show that the way exists."""
    return lines.replace("PolyAuth On", "PolyAuth Off")


def assert_shut(server, cert, target, status=403, reason="mac-foreign", control=True, **options):
    """The way leads to b's file where nobody guards it, and a's phone does not get it here."""
    if control:
        answer = server.get(target, plain=True, **options)
        assert SECRET in answer.text, f"no way at all: {answer}"
    server.log.mark()
    answer = server.get(target, cert=cert, **options)
    assert SECRET not in answer.text, answer
    assert answer.status == status, answer
    reasons = [each["reason"] for each in server.log.denials()]
    assert reason in reasons, server.log.text()
    return answer
