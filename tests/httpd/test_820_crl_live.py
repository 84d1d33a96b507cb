# SPDX-License-Identifier: Apache-2.0
"""CRLs are changed while the server runs: what they revoke is refused at its next request, and no
older CRL ever takes the place of a later one."""

import re
import threading
from datetime import datetime, timedelta, timezone

import pytest

from harness.crl import crl
from harness.trust import GRANTED, PINNED, TrustFiles, verdict
from harness.verdict import OWN
from harness.waiting import wait_for_moment

REVOKED = "certificate-revoked"
DAY = timedelta(days=1)


class Stage(TrustFiles):
    """A good phone, one to be revoked, and one of another issuing CA."""

    def __init__(self, server):
        super().__init__(server)
        pki = self.pki
        self.good, self.lost = pki.leaf("phone-a"), pki.issue(cn="0004F2AAAAAA")
        self.third = pki.issue(cn="0004F2AAAAAA", issuer="issuing3")

    def begin(self, **options):
        self.trust()
        self.revoke()
        self.configure(self.section(revocation=True), **options).server.start()
        self.loaded(self.crl, 1)
        return self

    def verdicts(self):
        return [self.verdict(each) for each in (self.good, self.lost, self.third)]


@pytest.fixture
def files(server):
    return Stage(server)


def in_place(files, *revoked, **options):
    files.crl.write_text(files.crls(revoked={"issuing1": revoked}, **options))


@pytest.mark.parametrize("change", [TrustFiles.revoke, in_place], ids=["rename", "in place"])
def test_a_device_is_revoked_and_taken_back(files, change):
    files.begin()
    assert files.verdicts() == [GRANTED] * 3
    change(files, files.lost, number=2)
    assert f"crls={len(PINNED)} revoked=1 " in files.loaded(files.crl, 2)
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]
    change(files, number=3)
    files.loaded(files.crl, 3)
    assert files.verdicts() == [GRANTED] * 3
    assert files.server.log.lines("PA200[23467]: ") == []


@pytest.mark.parametrize("issuer, ca, expected", [
    ("policy", "issuing3", [GRANTED, GRANTED, REVOKED]),
    ("root", "policy", [REVOKED] * 3),
    # A serial counts with its issuer only.
    ("policy", None, [GRANTED] * 3),
    ("issuing3", None, [GRANTED] * 3),
])
def test_a_revoked_ca_takes_its_devices_along(files, pki, issuer, ca, expected):
    files.begin()
    files.revoke(pki.ca(ca) if ca else files.lost, issuer=issuer, number=2)
    files.loaded(files.crl, 2)
    assert files.verdicts() == expected


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_it_counts_on_what_is_open_and_only_while_it_is_revoked(files, tls):
    files.begin(session_cache=True)

    def ask(connection):
        return verdict(files.server, lambda: connection.request(f"/prov{OWN}"))

    with files.server.connect(files.lost, tls=tls) as connection, \
            files.server.connect(files.good, tls=tls) as bystander:
        assert [ask(connection), ask(bystander)] == [GRANTED, GRANTED]
        files.revoke(files.lost, number=2)
        files.loaded(files.crl, 2)
        assert [ask(connection), ask(connection), ask(bystander)] == [REVOKED, REVOKED, GRANTED]
        with connection.resume() as resumed:
            assert ask(resumed) == REVOKED and resumed.resumed
            files.revoke(number=3)
            files.loaded(files.crl, 3)
            assert [ask(connection), ask(resumed), ask(bystander)] == [GRANTED] * 3


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_an_older_crl_never_comes_back(make_server, mpm):
    files = Stage(make_server(mpm=mpm)).begin()
    server = files.server
    files.revoke(files.lost, number=2, this_update=timedelta(minutes=-30))
    files.loaded(files.crl, 2)
    server.log.declare("PA2003")
    files.revoke(number=1)
    line = server.log.wait_for("PA2003: ")
    assert "[polyauth:crit]" in line and " is older than number 2 of 20" in line
    assert "; keeping generation=2 " in line
    for change in (lambda: None, server.kill_children, server.graceful,
                   server.kill_children, server.restart, server.graceful):
        change()
        assert [files.verdicts() for _ in range(3)] == [[GRANTED, REVOKED, GRANTED]] * 3
    assert len(server.log.lines("PA2003: ")) == 1
    files.revoke(files.lost, number=3, this_update=timedelta(minutes=-10))
    files.loaded(files.crl, 3)


def test_the_log_says_that_revocations_are_not_in_force(files):
    files.begin()
    files.server.log.declare("PA2003")
    files.put(files.crl, "no PEM at all")
    assert re.search("; revocations? .*NOT in force; ", files.server.log.wait_for("PA2003: "))


@pytest.mark.parametrize("options, text", [
    (dict(number=4, this_update=-2 * DAY), "number 4 of 20"),
    (dict(number=6, this_update=-5 * DAY), "may be older than"),
    (dict(number=4, this_update=-DAY), "may be older than"),
    (dict(number=None, this_update=-5 * DAY), "is older than"),
], ids=["earlier", "later number of an earlier day", "earlier number of a later day", "no number"])
def test_neither_number_nor_date_may_go_back(files, options, text):
    files.trust()
    files.revoke(files.lost, number=5, this_update=-2 * DAY)
    files.configure(files.section(revocation=True)).server.start()
    files.server.log.declare("PA2003")
    files.revoke(**options)
    assert text in files.server.log.wait_for("PA2003: ")
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]


def test_the_latest_of_several_crls_of_an_issuer_counts(files, pki):
    files.server.log.declare("PA2006")
    files.trust()
    signer = pki.ca("issuing1")
    later = crl(signer, [files.lost], number=7, this_update=-DAY)
    earlier = crl(signer, [files.good], number=6, this_update=-2 * DAY)
    files.put(files.crl, files.crls(("root", "policy", "issuing3")) + later + earlier)
    files.configure(files.section(revocation=True)).server.start()
    assert files.server.log.lines("PA2006: PolyAuthCARevocationFile .*: the later counts")
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]


def test_the_crl_of_one_issuer_that_is_left_out_stays_in_force(files):
    files.server.log.declare("PA2006")
    files.trust()
    files.revoke(files.lost)
    files.configure(files.section(revocation=True)).server.start()
    files.put(files.crl, files.crls(("root", "policy", "issuing3"), number=2))
    files.loaded(files.crl, 2)
    assert files.server.log.lines("PA2006: .*there is no CRL of .*Issuing CA 1.* any more")
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]


def test_a_ca_without_a_crl_is_warned_of(files):
    files.server.log.declare("PA2006")
    files.trust()
    files.put(files.crl, files.crls(("issuing1",), revoked={"issuing1": [files.lost]}))
    files.configure(files.section(revocation=True)).server.start()
    remarks = files.server.log.lines("PA2006: PolyAuthCARevocationFile .*: there is no CRL of ")
    assert len(remarks) == 3 and all("[polyauth:warn]" in line for line in remarks)
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]


# Time.

def test_a_crl_past_its_next_update_still_applies(files):
    files.server.log.declare("PA2006", "PA2007")
    files.trust()
    files.revoke(files.lost, this_update=-2 * DAY, next_update=-DAY)
    files.configure(files.section(revocation=True))
    assert files.server.configtest().returncode == 0
    files.server.start()
    remarks = files.server.log.lines("PA2006: PolyAuthCARevocationFile .* was due to be replaced on 20")
    assert len(remarks) == len(PINNED) and all("it still applies" in line for line in remarks)
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]


def test_a_crl_that_comes_due_while_the_server_runs_is_warned_of_once(files):
    files.trust()
    due = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=3)
    files.revoke(files.lost, next_update=due)
    probe = files.trust(path=files.folder / "probe.pem")
    files.configure(files.section(revocation=True) + files.section("probe", trust=probe)).server.start()
    assert files.server.log.lines("PA200[67]: ") == []
    files.server.log.declare("PA2007")
    wait_for_moment(due)
    line = files.server.log.wait_for("PA2007: ")
    assert "[polyauth:warn]" in line and str(files.crl) in line
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]
    # Once another file has settled and is in force, each child has looked again.
    files.trust("root", "policy", path=probe)
    files.loaded(probe, 2)
    assert len(files.server.log.lines("PA2007: ")) == 1
    files.revoke(files.lost, number=2)
    files.loaded(files.crl, 2)
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]
    assert len(files.server.log.lines("PA2007: ")) == 1


# Under load.

def test_no_good_device_is_refused_while_crls_are_rewritten_in_place(files):
    files.begin()
    stop, others, asked = threading.Event(), [], []

    def ask():
        with files.server.connect(files.good) as connection:
            while not stop.is_set():
                status = connection.request(f"/prov{OWN}").status
                asked.append(status)
                if status != 200:
                    others.append(status)

    phones = [threading.Thread(target=ask) for _ in range(4)]
    for phone in phones:
        phone.start()
    number = 2
    # Longer than a file must stand still, so that a half-written one would have been read.
    deadline = datetime.now(timezone.utc) + timedelta(seconds=4)
    while datetime.now(timezone.utc) < deadline:
        text = files.crls(revoked={"issuing1": [files.lost]}, number=number)
        with open(files.crl, "w", buffering=1) as file:
            for line in text.splitlines(keepends=True):
                file.write(line)
        number += 1
    files.server.log.wait_for(f'PA2001: loaded "{files.crl}" .* revoked=1 ')
    stop.set()
    for phone in phones:
        phone.join()
    assert others == [] and len(asked) > 100
    assert files.verdicts() == [GRANTED, REVOKED, GRANTED]
    assert files.server.log.lines("PA200[2345]: ") == []
