# SPDX-License-Identifier: Apache-2.0
"""What a list of devices means in the server, and how sections merge, setting by setting."""

import pytest

from harness.verdict import A, B, FOREIGN, OWN, expect, fill, governed

OWNED, UNLISTED, DENIED = (200, "own-file"), (403, "acl-unlisted"), (403, "acl-denied")

# name: (text of the list, verdict for a, verdict for b, each at its own file)
LISTS = {
    "both": (f"{A}\n{B}\n", OWNED, OWNED),
    "listed": (f"{A}\n", OWNED, UNLISTED),
    "upper-case": (f"{A.upper()}\n", OWNED, UNLISTED),
    "colons": ("00:04:F2:AA:AA:AA # the lab's\n", OWNED, UNLISTED),
    "hyphens": ("00-04-f2-aa-aa-aa", OWNED, UNLISTED),
    "dots": ("# all\n\n\t0004.f2aa.aaaa  \n", OWNED, UNLISTED),
    "crlf": (f"\ufeff# from a table\r\n{A}\r\n\r\n", OWNED, UNLISTED),
    "commented-out": (f"{B}\n# {A}\n", UNLISTED, OWNED),
    "somebody": ("0004f2cccccc\n", UNLISTED, UNLISTED),
    "prefix": ("0004f2a*\n", OWNED, UNLISTED),
    "maker": ("0004F2*\n", OWNED, OWNED),
    "one-digit": ("0*\n", OWNED, OWNED),
    "other-digit": ("6*\n", UNLISTED, UNLISTED),
    "eleven-digits": (f"{A[:-1]}*\n{B[:-1]}0\n", OWNED, UNLISTED),
    "everybody": ("*\n", OWNED, OWNED),
    "but-one": (f"*\n!{B}\n", OWNED, DENIED),
    "but-one-first": (f"!{B}\n*\n", OWNED, DENIED),
    "but-a-range": ("*\n!0004f2b*\n", OWNED, DENIED),
    "but-the-maker": (f"*\n!0004f2*\n{A}\n", DENIED, DENIED),
    "listed-and-denied": (f"{A}\n!{A}\n{B}\n", DENIED, OWNED),
    "denied-and-listed": (f"!00:04:f2:aa:aa:aa\n{A}\n{B}\n", DENIED, OWNED),
    "denied-and-in-range": (f"0004f2*\n!{B}\n", OWNED, DENIED),
    "others-denied": (f"{A}\n!0004f2cccccc\n", OWNED, UNLISTED),
    "twice": (f"{A}\n{A}\n0004f2a*\n", OWNED, UNLISTED),
}

# What sections say, in the folder sections/; @LIST@ admits a only.
SECTIONS = """
<Directory "@DOC@/sections">
  PolyAuth On
  PolyAuthAclFile "@LIST@"
  PolyAuthSharedFiles none
</Directory>
<Directory "@DOC@/sections/none">
  PolyAuthAclFile none
</Directory>
<Directory "@DOC@/sections/shared">
  PolyAuthSharedFiles poly
</Directory>
<Directory "@DOC@/sections/other">
  PolyAuthAclFile "@OTHER@"
</Directory>
<Directory "@DOC@/sections/off">
  PolyAuth Off
</Directory>
<Directory "@DOC@/sections/off/on">
  PolyAuth On
</Directory>
<Location "/sections/hidden">
  PolyAuthDenyStatus 404
</Location>
<Location "/sections/hidden/none">
  PolyAuthAclFile none
</Location>
<Files "*.free">
  PolyAuthMatch none
</Files>
<Files "*.closed">
  PolyAuthAclFile "@OTHER@"
</Files>
<If "%{QUERY_STRING} == 'open'">
  PolyAuthAclFile none
  PolyAuthMatch none
</If>
<Location "/by-location">
  PolyAuth On
  PolyAuthAclFile "@LIST@"
</Location>
<Location "/by-location/off">
  PolyAuth Off
</Location>
<Directory "@DOC@/by-location/on">
  PolyAuth Off
</Directory>
<If "%{REQUEST_URI} =~ m#^/by-if/#">
  PolyAuth On
  PolyAuthAclFile "@LIST@"
</If>
"""
FREE = (200, None)
HIDDEN = (404, "acl-unlisted")
# (target below the folder, verdict for a, verdict for b); @ is the phone's own address.
MERGED = [
    ("/sections/@.cfg", OWNED, UNLISTED),
    ("/sections/sip.ld", (403, "mac-missing"), UNLISTED),
    ("/sections/none/@.cfg", OWNED, OWNED),
    ("/sections/none/sip.ld", (403, "mac-missing"), (403, "mac-missing")),
    ("/sections/shared/@.cfg", OWNED, UNLISTED),
    ("/sections/shared/sip.ld", (200, "shared-file"), UNLISTED),
    ("/sections/other/@.cfg", UNLISTED, OWNED),
    ("/sections/off/@.cfg", FREE, FREE),
    ("/sections/off/sip.ld", FREE, FREE),
    ("/sections/off/on/@.cfg", OWNED, UNLISTED),
    ("/sections/off/on/sip.ld", (403, "mac-missing"), UNLISTED),
    ("/sections/hidden/@.cfg", OWNED, HIDDEN),
    ("/sections/hidden/sip.ld", (404, "mac-missing"), HIDDEN),
    ("/sections/hidden/none/@.cfg", OWNED, OWNED),
    ("/sections/hidden/none/sip.ld", (404, "mac-missing"), (404, "mac-missing")),
    ("/sections/x.free", (200, "device"), UNLISTED),
    ("/sections/none/x.free", (200, "device"), (200, "device")),
    ("/sections/off/x.free", FREE, FREE),
    ("/sections/@.closed", UNLISTED, OWNED),
    ("/sections/none/@.closed", UNLISTED, OWNED),
    ("/sections/sip.ld?open", (200, "device"), (200, "device")),
    ("/sections/hidden/sip.ld?open", (200, "device"), (200, "device")),
    ("/sections/sip.ld?opened", (403, "mac-missing"), UNLISTED),
    ("/by-location/@.cfg", OWNED, UNLISTED),
    ("/by-location/sip.ld", (200, "shared-file"), UNLISTED),
    ("/by-location/off/@.cfg", FREE, FREE),
    ("/by-location/on/@.cfg", OWNED, UNLISTED),
    ("/by-if/@.cfg", OWNED, UNLISTED),
    ("/outside/@.cfg", FREE, FREE),
]
FOLDERS = ("sections", "sections/none", "sections/shared", "sections/other", "sections/off",
           "sections/off/on", "sections/hidden", "sections/hidden/none", "by-location",
           "by-location/off", "by-location/on", "by-if", "outside")


@pytest.fixture(scope="module")
def server(make_shared_server):
    made = make_shared_server()
    sections = []
    for name, (text, *_) in LISTS.items():
        path = made.write(made.root / "lists" / f"{name}.acl", text)
        fill(made, name + OWN, name + FOREIGN, f"{name}/sip.ld")
        sections.append(governed(made.docroot / name, f'PolyAuthAclFile "{path}"'))
    for folder in FOLDERS:
        fill(made, *(f"{folder}/{name}" for name in (
            OWN[1:], FOREIGN[1:], "sip.ld", "x.free", f"{A}.closed", f"{B}.closed")))
    lines = SECTIONS
    for name, value in {"DOC": made.docroot, "LIST": made.root / "lists/listed.acl",
                        "OTHER": made.root / "lists/commented-out.acl"}.items():
        lines = lines.replace(f"@{name}@", str(value))
    return made.configure(global_lines="".join(sections), vhost_lines=lines).start()


@pytest.fixture(scope="module")
def phones(pki):
    return {A: pki.leaf("phone-a"), B: pki.leaf("phone-b")}


@pytest.mark.parametrize("name", LISTS)
def test_the_list_says_who_is_served(server, phones, name):
    for mac, verdict in zip((A, B), LISTS[name][1:]):
        expect(server, *verdict, f"/{name}/{mac}.cfg", cert=phones[mac])
        # A device that the list does not admit gets nothing else either, and not for another reason.
        admitted = verdict == OWNED
        other = B if mac == A else A
        for target, otherwise in (("sip.ld", (200, "shared-file")), (f"{other}.cfg", (403, "mac-foreign")),
                                  ("nothing", (403, "mac-missing")), (f"{mac}.cfg?%0a", (403, "path-unsafe"))):
            expect(server, *(otherwise if admitted else verdict), f"/{name}/{target}", cert=phones[mac])


@pytest.mark.parametrize("name", ["everybody", "but-one", "listed"])
def test_a_list_admits_nobody_whom_the_questions_before_refuse(server, pki, name):
    for leaf, reason in (("wildcard-cn", "identity-malformed"), ("two-cns-ab", "identity-multiple"),
                         ("no-cn", "identity-missing"), ("placeholder-65", "identity-malformed")):
        expect(server, 403, reason, f"/{name}{OWN}", cert=pki.leaf(leaf))
    expect(server, 403, "no-tls", f"/{name}{OWN}", plain=True)


def test_a_refused_device_is_named_in_the_log(server, phones):
    for name, reason in (("listed", "acl-unlisted"), ("but-one", "acl-denied")):
        answer = expect(server, 403, reason, f"/{name}{FOREIGN}", cert=phones[B])
        assert answer.line["device"] == B


@pytest.mark.parametrize("target, for_a, for_b", MERGED)
def test_the_more_specific_section_wins_setting_by_setting(server, phones, target, for_a, for_b):
    for mac, (status, reason) in ((A, for_a), (B, for_b)):
        if reason is None:
            answer = server.get(target.replace("@", mac), cert=phones[mac])
            assert answer.status == status and not server.log.lines("PA5"), answer
        else:
            expect(server, status, reason, target.replace("@", mac), cert=phones[mac])


def test_one_connection_is_judged_by_the_section_of_each_request(server, phones):
    with server.connect(phones[B]) as connection:
        for _ in range(2):
            for name in ("listed", "both", "but-one", "commented-out"):
                expect(server, *LISTS[name][2], f"/{name}{FOREIGN}", connection)


def test_what_is_governed_everywhere_may_be_opened_somewhere(make_server, phones):
    # In the server's own configuration, for every virtual host and folder.
    server = make_server()
    fill(server, OWN[1:], f"open/{B}.cfg")
    lines = server.write(server.root / "phones.acl", f"{A}\n")
    server.configure(
        global_lines=f'PolyAuth On\nPolyAuthAclFile "{lines}"\n',
        vhost_lines=f'<Directory "{server.docroot}/open">\nPolyAuth Off\n</Directory>')
    server.start()
    expect(server, 200, "own-file", OWN, cert=phones[A])
    expect(server, 403, "acl-unlisted", OWN, cert=phones[B])
    expect(server, 403, "no-tls", OWN, plain=True)
    assert server.get(f"/open/{B}.cfg", cert=phones[B]).status == 200
    expect(server, 403, "no-tls", f"/open/{B}.cfg", plain=True)


def test_a_virtual_host_has_settings_of_its_own(make_server, phones):
    server = make_server()
    fill(server, OWN[1:], FOREIGN[1:])
    path = server.write(server.root / "phones.acl", f"{A}\n")
    server.configure(global_lines="PolyAuth On\nPolyAuthDenyStatus 404\n",
                     vhost_lines=f'PolyAuthAclFile "{path}"', plain_lines="PolyAuth Off")
    server.start()
    expect(server, 200, "own-file", OWN, cert=phones[A])
    expect(server, 404, "acl-unlisted", FOREIGN, cert=phones[B])
    assert server.get(OWN, plain=True).status == 200
