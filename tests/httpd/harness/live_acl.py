# SPDX-License-Identifier: Apache-2.0
"""An ACL file as an administrator changes it under a running server."""

import ctypes
import itertools
import os
import re
import select
from contextlib import ExitStack

from harness.waiting import PATIENCE, wait_until

A, B, C = "0004f2aaaaaa", "0004f2bbbbbb", "0004f2cccccc"
LOADED = r"PA2001: loaded \"{path}\" devices=\d+ ranges=\d+ denials=\d+ generation={generation}$"
REFUSED = r"PA200[234]: "


class LiveAcl:
    """A server whose folder prov/ is held to `path`, and phones that ask for their files there."""

    def __init__(self, server, interval="2s"):
        self.server, self.interval = server, interval
        self.folder = server.root / "lists"
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.path = self.folder / "phones.acl"
        for mac in (A, B, C):
            server.write(f"prov/{mac}.cfg", f"config of {mac}\n")

    def configure(self, path=None, more="", global_lines="", **lines):
        self.server.configure(
            global_lines=f"PolyAuthReloadInterval {self.interval}\n{global_lines}",
            vhost_lines=f'<Directory "{self.server.docroot}/prov">\n  PolyAuth On\n'
                        f'  PolyAuthAclFile "{path or self.path}"\n</Directory>\n{more}', **lines)
        return self

    def start(self, *entries, **lines):
        """With this list; returns when it is in force."""
        self.put(*entries)
        self.configure(**lines).server.start()
        self.loaded(1)
        return self

    # Changes.

    def put(self, *entries, path=None):
        """By rename, as an editor or a script should."""
        path = path or self.path
        beside = path.with_name(path.name + ".new")
        beside.write_bytes(_text(entries))
        os.rename(beside, path)

    def rewrite(self, *entries):
        """In place: truncated, then written."""
        self.path.write_bytes(_text(entries))

    # What came of them.

    def loaded(self, generation, path=None):
        """Waits until that generation is in force, and returns the line that says so."""
        return self.server.log.wait_for(
            LOADED.format(path=re.escape(str(path or self.path)), generation=generation))

    def complaints(self):
        return self.server.log.lines(REFUSED)

    def status(self, mac, target=None, **options):
        """What the phone with this address is answered for its own file."""
        return self.server.get(target or own(mac), cert=self.phone(mac), **options).status

    def statuses(self, *macs):
        return [self.status(mac) for mac in macs]

    def phone(self, mac):
        names = {A: "phone-a", B: "phone-b"}
        pki = self.server.pki
        return pki.leaf(names[mac]) if mac in names else _issued(pki, mac)

    def ask_every_child(self, mac):
        """The statuses that the phone gets, once each child there is has answered it."""
        log, wanted = self.server.log, set(self.server.children())
        seen_before = len(log.lines(f"PA500[12]: .*{mac}"))
        statuses = set()

        def answered():
            lines = log.lines(f"PA500[12]: .*{mac}")[seen_before:]
            return {int(re.search(r"\[pid (\d+)", line).group(1)) for line in lines}

        def missing():
            # A child that httpd has ended in the meantime need not answer.
            return wanted & set(self.server.children()) - answered()

        with ExitStack() as held:
            asked = itertools.count(1)

            # A child that holds a connection leaves the next one to its siblings; one that
            # httpd is about to end lets go of none, so they are not held for ever.
            def ask():
                connection = held.enter_context(self.server.connect(self.phone(mac)))
                statuses.add(connection.request(own(mac)).status)
                if next(asked) % 12 == 0:
                    held.close()
                return not missing()

            wait_until(ask, lambda: f"answers from {missing()}")
        return statuses

    def reasons(self, mac):
        return {each["reason"] for each in self.server.log.denials() if each.get("device") == mac}


def wait_for_reader(path):
    """Returns as soon as some process has opened the file."""
    in_open = 0x20
    libc = ctypes.CDLL(None, use_errno=True)
    events = libc.inotify_init1(os.O_CLOEXEC)
    try:
        assert libc.inotify_add_watch(events, os.fsencode(path), in_open) >= 0, "no inotify"
        assert select.select([events], [], [], PATIENCE)[0], f"nobody opened {path}"
    finally:
        os.close(events)


def own(mac):
    return f"/prov/{mac}.cfg"


def _text(entries):
    return b"".join(each if isinstance(each, bytes) else f"{each}\n".encode() for each in entries)


def _issued(pki, mac):
    made = vars(pki).setdefault("_live_acl_phones", {})
    if mac not in made:
        made[mac] = pki.issue(cn=mac.upper())
    return made[mac]
