# SPDX-License-Identifier: Apache-2.0
"""What scripts/fetch-crl does to the file that the server reads: all, or nothing."""
import fcntl
import os
import signal
from pathlib import Path

import pytest
from authority import HOUR, Authority, iso, pem
from conftest import DONE, ENVIRONMENT, REFUSED, wait_for


def comm(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def children(pid):
    try:
        return [comm(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


# ---- never back -----------------------------------------------------------------------------

NEWER = {
    "number": (dict(number=8), dict(number=9)),
    "many-digits": (dict(number=0xFF), dict(number=0x100)),
    "twenty-octets": (dict(number=2**159 - 2), dict(number=2**159 - 1)),
    "date": (dict(number=8, last=-9 * HOUR), dict(number=8, last=-8 * HOUR)),
    "date-without-number": (dict(number=None, last=-9 * HOUR), dict(number=None, last=-8 * HOUR)),
    "number-lost": (dict(number=8, last=-9 * HOUR), dict(number=None, last=-8 * HOUR)),
}


@pytest.mark.parametrize("older, newer", NEWER.values(), ids=NEWER)
def test_only_a_newer_crl_replaces_one(fetch, web, issuing, older, newer):
    older, newer = issuing.crl(**older), issuing.crl(**newer)
    fetch.out.write_bytes(pem(older))
    web["/issuing.crl"] = newer
    fetch("/issuing.crl")
    assert fetch.out.read_bytes() == pem(newer)
    web["/issuing.crl"] = older
    answer = fetch.fails(REFUSED, "/issuing.crl", options=["--drop"])
    assert f'the CRL of "CN=Lab Issuing CA" is older than that in "{fetch.out}"' in answer.error


def test_later_by_one_and_older_by_the_other_is_refused(fetch, web, issuing):
    for newer in (dict(number=9, last=-9 * HOUR), dict(number=7, last=-7 * HOUR)):
        fetch.out.write_bytes(pem(issuing.crl(number=8, last=-8 * HOUR)))
        web["/issuing.crl"] = issuing.crl(**newer)
        assert "is older than that in" in fetch.fails(REFUSED, "/issuing.crl").error


def test_both_sides_of_a_refusal_are_named(fetch, web, issuing):
    fetch.out.write_bytes(pem(issuing.crl(number=0x20, last=-HOUR)))
    web["/issuing.crl"] = issuing.crl(number=0x1F, last=-2 * HOUR)
    assert fetch.fails(REFUSED, "/issuing.crl").error.endswith(
        f": number 0x1F of {iso(-2 * HOUR)}, there 0x20 of {iso(-HOUR)}")


def test_the_newest_of_one_issuer_in_the_file_counts(fetch, web, issuing):
    for numbers in ((5, 3), (3, 5)):
        fetch.out.write_bytes(pem(*(issuing.crl(number=number) for number in numbers)))
        web["/issuing.crl"] = issuing.crl(number=4)
        fetch.fails(REFUSED, "/issuing.crl")
    web["/issuing.crl"] = newest = issuing.crl(number=5)
    fetch("/issuing.crl")
    assert fetch.out.read_bytes() == pem(newest)


# ---- unchanged, new, dropped ----------------------------------------------------------------

def test_what_has_not_changed_is_not_touched(fetch, web, root, issuing):
    fetch.trusts(root, issuing)
    crls = root.crl(), issuing.crl()
    # In an order and with words of somebody else.
    fetch.out.write_bytes(b"# by hand\r\n" + pem(*reversed(crls)).replace(b"\n", b"\r\n"))
    web["/root.crl"], web["/issuing.crl"] = crls
    before = fetch.files()
    answer = fetch("/root.crl", "/issuing.crl")
    assert fetch.files() == before
    assert len(answer.out.splitlines()) == 2


def test_a_new_issuer_is_added(fetch, web, root, issuing):
    fetch.trusts(root, issuing)
    web["/root.crl"], web["/issuing.crl"] = crls = root.crl(), issuing.crl()
    fetch("/issuing.crl")
    inode = fetch.out.stat().st_ino
    fetch("/root.crl", "/issuing.crl")
    assert fetch.out.read_bytes() == pem(*crls) and fetch.out.stat().st_ino != inode


def test_an_issuer_is_forgotten_on_demand_only(fetch, web, root, issuing):
    fetch.trusts(root, issuing)
    fetch.out.write_bytes(pem(root.crl(), issuing.crl()))
    web["/issuing.crl"] = der = issuing.crl(number=2)
    answer = fetch.fails(REFUSED, "/issuing.crl")
    assert answer.error == f'"{fetch.out}" has a CRL of "CN=Lab Root CA", and no URL gives one'
    assert "--drop" in answer.said("hint")[0]
    fetch("/issuing.crl", options=["--drop"])
    assert fetch.out.read_bytes() == pem(der)


@pytest.mark.parametrize("content", [b"rubbish\n", b"-----BEGIN X509 CRL-----\n", b"cut", b"certificate"])
def test_an_old_file_that_cannot_be_read_is_not_replaced(fetch, web, issuing, content):
    if content == b"cut":
        content = pem(issuing.crl(), issuing.crl())[:-40]
    if content == b"certificate":
        content = pem(issuing.crl()) + issuing.pem
    fetch.out.write_bytes(content)
    web["/issuing.crl"] = issuing.crl()
    answer = fetch.fails(ENVIRONMENT, "/issuing.crl", options=["--drop"])
    assert "does not hold CRLs in PEM, and nothing else" in answer.error


def test_an_empty_file_is_filled(fetch, web, issuing):
    fetch.out.touch()
    web["/issuing.crl"] = issuing.crl()
    fetch("/issuing.crl")
    assert fetch.out.stat().st_size > 0


# ---- how it is replaced ---------------------------------------------------------------------

def test_mode_and_owner_stay(fetch, web, issuing):
    fetch.out.write_bytes(pem(issuing.crl(number=1)))
    fetch.out.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(fetch.out, 65534, 12345)
    before = fetch.out.stat()
    web["/issuing.crl"] = issuing.crl(number=2)
    fetch("/issuing.crl")
    after = fetch.out.stat()
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_the_target_of_a_link_is_replaced(fetch, web, issuing):
    target = fetch.root / "target.pem"
    target.write_bytes(pem(issuing.crl(number=1)))
    fetch.out.symlink_to(target)
    web["/issuing.crl"] = der = issuing.crl(number=2)
    fetch("/issuing.crl")
    assert fetch.out.is_symlink() and target.read_bytes() == pem(der)


@pytest.mark.parametrize("name", ["chmod", "mv", "sync", "mktemp", "stat"])
def test_a_step_that_fails_changes_nothing(fetch, web, issuing, name):
    fetch.out.write_bytes(pem(issuing.crl(number=1)))
    web["/issuing.crl"] = issuing.crl(number=2)
    # Only where it works on the file; the download has its own use for some of them.
    fetch.program(name, 'case "$*" in *"the crls.pem"*) echo "no space left" >&2; exit 1 ;; esac\n'
                        f'PATH={os.defpath}; exec {name} "$@"')
    answer = fetch.fails(ENVIRONMENT, "/issuing.crl")
    assert answer.error == f'--out: "{fetch.out}" cannot be replaced: no space left'


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("name", ["cat", "chmod", "chown"])
def test_a_link_in_place_of_the_new_file_leads_nowhere(fetch, web, issuing, name, exists):
    """Whoever writes to the folder as well is as fast as can be: at each program that we run."""
    other = fetch.root / "other"
    other.write_text("not ours\n")
    other.chmod(0o600)
    before = other.stat()
    if exists:
        fetch.out.write_bytes(pem(issuing.crl(number=1)))
        if os.geteuid() == 0:
            os.chown(fetch.out, 65534, 12345)
    web["/issuing.crl"] = issuing.crl(number=2)
    fetch.program(name, f"""\
for each in "{fetch.folder}"/.*.fetch-crl.*; do [ ! -e "$each" ] || ln -sf "{other}" "$each"; done
PATH={os.defpath}; exec {name} "$@\"""")
    fetch.run(*fetch.command(["/issuing.crl"], []))
    after = other.stat()
    assert other.read_text() == "not ours\n"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_the_new_file_is_on_the_disk_before_it_has_the_name(fetch, web, issuing):
    log = fetch.root / "log"
    for name in ("sync", "mv"):
        fetch.program(name, f'case "$*" in *"the folder"*) echo "{name} $*" >>"{log}" ;; esac\n'
                            f'PATH={os.defpath}; exec {name} "$@"')
    web["/issuing.crl"] = issuing.crl()
    fetch("/issuing.crl")
    temporary = f"{fetch.folder}/.the crls.pem.fetch-crl."
    first, second, third = log.read_text().splitlines()
    assert first.startswith(f"sync -- {temporary}")
    assert second.startswith(f"mv -f -T -- {temporary}") and second.endswith(f" {fetch.out}")
    assert third == f"sync -- {fetch.folder}"


# ---- files that are not as they should be ---------------------------------------------------

@pytest.mark.parametrize("content, message", [
    (None, "is no file that can be read"), (b"", "does not hold certificates in PEM"),
    (b"rubbish", "does not hold certificates in PEM"),
    (b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "does not hold certificates in PEM"),
    (b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", "does not hold certificates in PEM"),
    ("folder", "is no file that can be read"),
])
def test_a_bad_trust_file_is_named(fetch, web, issuing, content, message):
    fetch.out.write_bytes(pem(issuing.crl(number=1)))
    web["/issuing.crl"] = issuing.crl(number=2)
    fetch.trust.unlink()
    if content == "folder":
        fetch.trust = fetch.root
    elif content is not None:
        fetch.trust.write_bytes(content)
    answer = fetch.fails(ENVIRONMENT, "/issuing.crl")
    assert answer.error.startswith(f'--trust: "{fetch.trust}"') and message in answer.error
    assert web.asked == []


def test_a_missing_folder_is_named(fetch, web):
    fetch.out = fetch.root / "missing" / "crls.pem"
    assert "the folder of" in fetch.fails(ENVIRONMENT, "/issuing.crl").error
    fetch.out = fetch.folder
    assert "is no file that can be read" in fetch.fails(ENVIRONMENT, "/issuing.crl").error


def test_an_unwritable_folder_is_named_before_anything_is_fetched(fetch, web, issuing):
    fetch.out.write_bytes(pem(issuing.crl(number=1)))
    web["/issuing.crl"] = issuing.crl(number=2)
    fetch.folder.chmod(0o555)
    if os.geteuid() == 0:
        # Root may write anywhere, and nobody may not even read the sources.
        fetch.script = fetch.root / "fetch-crl"
        fetch.script.write_bytes((Path(__file__).parents[2] / "scripts/fetch-crl").read_bytes())
        fetch.script.chmod(0o755)
        fetch.user = dict(user=65534, group=65534, extra_groups=[])
    assert "cannot be written" in fetch.fails(ENVIRONMENT, "/issuing.crl").error
    assert web.asked == []
    fetch.folder.chmod(0o755)


# ---- interrupted, and two at once -----------------------------------------------------------

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_download_and_leaves_nothing(fetch, web, issuing, number):
    fetch.out.write_bytes(pem(issuing.crl()))
    before = fetch.files()
    web["/issuing.crl"] = web.hang
    run = fetch.start(*fetch.command(["/issuing.crl"], ["--timeout", "600"]))
    assert web.arrived.wait(30)
    run.send_signal(number)
    assert fetch.end(run).code == 128 + number
    assert web.gone.wait(30), "curl is still there"
    assert fetch.files() == before and not any(fetch.scratch.iterdir())


def test_what_a_killed_run_leaves_is_cleared_by_the_next(fetch, web, issuing):
    fetch.out.write_bytes(old := pem(issuing.crl(number=1)))
    web["/issuing.crl"] = new = issuing.crl(number=2)
    # At the worst moment: all is written but the name.
    killer = fetch.program("mv", f'case "$*" in *-T*) kill -KILL "$PPID"; exit ;; esac\n'
                                 f'PATH={os.defpath}; exec mv "$@"')
    assert fetch.end(fetch.start(*fetch.command(["/issuing.crl"], []))).code == -signal.SIGKILL
    assert fetch.out.read_bytes() == old
    assert len(list(fetch.folder.iterdir())) == 3
    killer.unlink()
    for left in fetch.scratch.iterdir():
        for file in left.iterdir():
            file.unlink()
        left.rmdir()
    fetch("/issuing.crl")
    assert fetch.out.read_bytes() == pem(new)


def test_runs_at_once_all_end_well(fetch, web, issuing):
    web["/issuing.crl"] = der = issuing.crl()
    command = fetch.command(["/issuing.crl"], [])
    runs = [fetch.start(*command) for _ in range(4)]
    assert [fetch.end(run).code for run in runs] == [DONE] * 4
    assert fetch.out.read_bytes() == pem(der)
    assert {path.name for path in fetch.folder.iterdir()} == {fetch.out.name, fetch.trust.name}


def test_a_run_judges_by_the_file_that_the_other_has_left(fetch, web, issuing):
    fetch.out.write_bytes(pem(issuing.crl(number=1)))
    web["/issuing.crl"] = issuing.crl(number=2)
    folder = os.open(fetch.folder, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    run = fetch.start(*fetch.command(["/issuing.crl"], []))
    wait_for(lambda: "flock" in children(run.pid), "waiting for the lock")
    fetch.out.write_bytes(newest := pem(issuing.crl(number=3)))
    os.close(folder)
    answer = fetch.end(run)
    assert answer.code == REFUSED and "is older" in answer.error
    assert fetch.out.read_bytes() == newest


def test_a_run_does_not_wait_for_ever(fetch, web, issuing):
    web["/issuing.crl"] = issuing.crl()
    folder = os.open(fetch.folder, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    answer = fetch.fails(ENVIRONMENT, "/issuing.crl", options=["--timeout", "1"])
    os.close(folder)
    assert "another run" in answer.error


def test_trust_without_its_root_is_enough(fetch, web, root):
    policy = Authority("Lab Policy CA", root)
    fetch.trusts(policy)
    web["/policy.crl"] = policy.crl()
    fetch("/policy.crl")
