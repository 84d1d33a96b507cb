# SPDX-License-Identifier: Apache-2.0
"""Everything that can go wrong with a list under a running server: reported once, with what was
seen, and the list in force stays. All lists go bad in one server, each in a section of its own."""

import os

import pytest

from harness.live_acl import A, B, C, LiveAcl
from harness.waiting import wait_until

LIMIT = 64 << 20


def truncated(path):
    os.truncate(path, 0)


def unreadable(path):
    path.chmod(0o600)


def folder(path):
    path.unlink()
    path.mkdir()


def fifo(path):
    path.unlink()
    os.mkfifo(path)


def dangling_link(path):
    path.unlink()
    path.symlink_to("nowhere")


def link_to_itself(path):
    path.unlink()
    path.symlink_to(path.name)


def too_large(path):
    with open(path, "ab") as file:
        file.truncate(LIMIT + 1)


def of_text(text):
    return lambda path: path.write_bytes(text)


BAD_CHANGES = {
    "truncated": (truncated, "PA2002", ":1:1: there is no entry"),
    "comments-only": (of_text(b"# nobody\n\n"), "PA2002", ":1:1: there is no entry"),
    "syntax": (of_text(b"0004f2aaaaaa\n0004f2bbbbb\n"), "PA2002", ':2:1: "0004f2bbbbb" is no entry'),
    "many": (of_text(b"x\n" * 25), "PA2002", "; and 24 more errors"),
    "nul": (of_text(b"0004f2aaaaaa\n# \0\n"), "PA2002", ":2:3: a NUL byte"),
    "denial": (of_text(b"*\n!0004f2bbbbb\n"), "PA2003", ':2:1: "!0004f2bbbbb" is no entry'),
    "denials-only": (of_text(b"!0004f2bbbbbb\n"), "PA2002", "admits nobody; write * to admit the rest"),
    "unreadable": (unreadable, "PA2002", ": cannot be read: Permission denied"),
    "deleted": (os.unlink, "PA2002", ": cannot be read: No such file or directory"),
    "folder": (folder, "PA2002", ": is not a regular file"),
    "fifo": (fifo, "PA2002", ": is not a regular file"),
    "dangling-link": (dangling_link, "PA2002", ": cannot be read: No such file or directory"),
    "endless-link": (link_to_itself, "PA2002", ": cannot be read: Too many levels of symbolic links"),
    "too-large": (too_large, "PA2002", f": is larger than the limit: {LIMIT + 1} of at most {LIMIT} bytes"),
}




@pytest.fixture(scope="module")
def gone_bad(make_shared_server):
    """The lines about each list, and what three phones were answered: all good, bad, repaired."""
    server = make_shared_server()
    server.log.declare("PA2002", "PA2003", always=True)
    live = LiveAcl(server)
    paths = {name: live.folder / f"{name}.acl" for name in [*BAD_CHANGES, "probe"]}
    for name, path in paths.items():
        live.put(A, B, path=path)
        for mac in (A, B, C):
            server.write(f"{name}/{mac}.cfg", "x")
    live.put(A)
    live.configure(more="".join(
        f'<Directory "{server.docroot}/{name}">\nPolyAuth On\nPolyAuthAclFile "{path}"\n</Directory>\n'
        for name, path in paths.items()))
    server.start()

    def ask():
        return {name: [live.status(mac, f"/{name}/{mac}.cfg") for mac in (A, B, C)]
                for name in BAD_CHANGES}

    statuses = [ask()]
    for name, (change, _, _) in BAD_CHANGES.items():
        change(paths[name])
    wait_until(lambda: len(live.complaints()) >= len(BAD_CHANGES), live.server.log.text)
    statuses.append(ask())
    # Once another file has settled and is in force, every child has looked at these again.
    live.put(A, path=paths["probe"])
    live.loaded(2, path=paths["probe"])
    for path in paths.values():
        if path.is_dir():
            path.rmdir()
        live.put(B, path=path)
    for path in paths.values():
        live.loaded(3 if path == paths["probe"] else 2, path=path)
    statuses.append(ask())
    lines = {name: [line for line in live.complaints() if f" {path}:" in line]
             for name, path in paths.items()}
    return paths, lines, statuses


@pytest.mark.parametrize("name", BAD_CHANGES)
def test_a_bad_change_is_reported_once_and_the_list_in_force_stays(gone_bad, name):
    paths, lines, statuses = gone_bad
    _, message, text = BAD_CHANGES[name]
    # One line, though several children look.
    (line,) = lines[name]
    level = {"PA2002": "error", "PA2003": "crit"}[message]
    assert f"[polyauth:{level}]" in line and f"{message}: {paths[name]}:" in line
    assert text in line and "; keeping generation=1 loaded at 20" in line
    assert ("; a denial is NOT in force;" in line) == (message == "PA2003")
    assert [each[name] for each in statuses] == [[200, 200, 403], [200, 200, 403], [403, 200, 403]]
