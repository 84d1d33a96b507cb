# SPDX-License-Identifier: Apache-2.0
"""The trust file is changed while the server runs: what it takes away is gone on connections and
sessions that are open, and no older version ever comes back."""


import pytest

from harness.trust import GRANTED, PINNED, TrustFiles, verdict
from harness.verdict import OWN

TARGET = f"/prov{OWN}"
BOTH = ("root", "policy", "issuing1", "issuing2")
UNTRUSTED = "issuer-untrusted"


@pytest.fixture
def files(server):
    return TrustFiles(server)


@pytest.fixture
def phones(pki):
    """One of each issuing CA."""
    return pki.leaf("phone-a"), pki.leaf("phone-a-issuing2")


def verdicts(files, phones):
    return [files.verdict(phone) for phone in phones]


def in_place(files, *names):
    files.ca.write_text(files.pem(*names))


@pytest.mark.parametrize("change", [TrustFiles.trust, in_place], ids=["rename", "in place"])
def test_a_ca_is_added_and_removed(files, phones, change):
    files.trust()
    files.configure().server.start()
    assert f"certificates={len(PINNED)} anchors=1" in files.loaded(files.ca, 1)
    assert verdicts(files, phones) == [GRANTED, UNTRUSTED]
    change(files, *BOTH)
    files.loaded(files.ca, 2)
    assert verdicts(files, phones) == [GRANTED, GRANTED]
    change(files, "root", "policy", "issuing2")
    files.loaded(files.ca, 3)
    assert verdicts(files, phones) == [UNTRUSTED, GRANTED]


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("tickets", [True, False], ids=["ticket", "cache"])
def test_a_ca_that_is_removed_takes_its_devices_along(files, phones, tls, tickets):
    files.trust(*BOTH)
    files.configure(session_cache=True).server.start()
    server = files.server

    def ask(connection):
        return verdict(server, lambda: connection.request(TARGET))

    with server.connect(phones[1], tls=tls, tickets=tickets) as connection, \
            server.connect(phones[0], tls=tls) as bystander:
        assert [ask(connection), ask(connection), ask(bystander)] == [GRANTED] * 3
        files.trust("root", "policy", "issuing1")
        files.loaded(files.ca, 2)
        assert [ask(connection), ask(connection), ask(bystander)] == [UNTRUSTED, UNTRUSTED, GRANTED]
        with connection.resume() as resumed:
            assert ask(resumed) == UNTRUSTED and resumed.resumed
            # And back, on the same connections.
            files.trust(*BOTH)
            files.loaded(files.ca, 3)
            assert [ask(connection), ask(resumed), ask(bystander)] == [GRANTED] * 3


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_a_removed_ca_stays_out_whatever_becomes_of_file_and_processes(make_server, pki, mpm):
    files = TrustFiles(make_server(mpm=mpm))
    server = files.server
    phones = pki.leaf("phone-a"), pki.leaf("phone-a-issuing2")
    files.trust(*BOTH)
    files.configure().server.start()
    files.trust("root", "policy", "issuing1")
    files.loaded(files.ca, 2)
    server.log.declare("PA2002")
    files.put(files.ca, "no PEM at all")
    server.log.wait_for("PA2002: ")
    for change in (lambda: None, server.kill_children, server.graceful, server.restart):
        change()
        # Each child comes up now and then; none may be on the older file.
        assert [verdicts(files, phones) for _ in range(4)] == [[GRANTED, UNTRUSTED]] * 4
    assert len(server.log.lines("PA2002: ")) == 1
    files.trust("root", "policy", "issuing2")
    files.loaded(files.ca, 3)
    assert verdicts(files, phones) == [UNTRUSTED, GRANTED]


@pytest.mark.parametrize("restart", ["graceful", "restart"])
def test_a_change_is_in_force_at_once_after_a_restart(files, phones, restart):
    files.trust(*BOTH)
    files.configure().server.start()
    assert verdicts(files, phones) == [GRANTED, GRANTED]
    # Another file altogether.
    other = files.trust("root", "policy", "issuing1", path=files.folder / "other.pem")
    files.configure(files.section(trust=other))
    getattr(files.server, restart)()
    assert verdicts(files, phones) == [GRANTED, UNTRUSTED]
    files.configure(files.section(trust=False))
    getattr(files.server, restart)()
    assert verdicts(files, phones) == [GRANTED, GRANTED]


@pytest.mark.parametrize("names, expected, remark", [
    (("root", "policy", "issuing1"), [GRANTED, UNTRUSTED], None),
    # Without a self-signed certificate each of the file is an anchor.
    (("issuing1",), [GRANTED, UNTRUSTED], None),
    (("policy", "issuing2"), [UNTRUSTED, GRANTED], None),
    (("issuing1", "issuing2"), [GRANTED, GRANTED], None),
    # The chain is built from the file, never from what the client sent.
    (("root",), [UNTRUSTED, UNTRUSTED], "there are only self-signed certificates"),
    (("policy",), [UNTRUSTED, UNTRUSTED], None),
    (("root", "issuing1"), [UNTRUSTED, UNTRUSTED], "vouches for nobody"),
    (("maker2-root", "maker2-issuing"), [UNTRUSTED, UNTRUSTED], None),
    (("imposter-root", "imposter-policy", "imposter-issuing1"), [UNTRUSTED, UNTRUSTED], None),
    (("imposter-root", "policy", "issuing1"), [UNTRUSTED, UNTRUSTED], "vouches for nobody"),
], ids=lambda value: "+".join(value) if isinstance(value, tuple) else "")
def test_the_chain_is_built_from_the_file_alone(files, phones, names, expected, remark):
    files.trust(*names)
    if remark:
        files.server.log.declare("PA2006")
        files.configure()
        check = files.server.configtest()
        assert check.returncode == 0
    files.configure(session_cache=True).server.start()
    assert verdicts(files, phones) == expected
    for phone, wanted in zip(phones, expected):
        for tls in ("1.2", "1.3"):
            with files.server.connect(phone, tls=tls) as first:
                assert verdict(files.server, lambda: first.request(TARGET)) == wanted
                with first.resume() as second:
                    assert verdict(files.server, lambda: second.request(TARGET)) == wanted
                    assert second.resumed
    remarks = files.server.log.lines("PA2006: PolyAuthCACertificateFile ")
    assert (remark is None) == (not remarks) and all("polyauth:warn" in line for line in remarks)
    assert remark is None or any(remark in line for line in remarks)


def test_a_remark_comes_again_with_each_version(files):
    files.server.log.declare("PA2006")
    files.trust("root")
    files.configure().server.start()
    assert len(files.server.log.lines("PA2006: ")) == 1
    files.trust("root", "maker2-root")
    files.loaded(files.ca, 2)
    assert len(files.server.log.lines("PA2006: ")) == 2


@pytest.mark.parametrize("order", [("old", "root"), ("root", "old")], ids="-".join)
def test_a_root_that_was_renewed_with_another_key_is_no_obstacle(files, pki, phones, order):
    """Two roots of the same name, as a maker has them when a key is changed."""
    old = pki.issue(subject=[("CN", "Lab Root CA")], issuer=None, key="old-root", name="old-root",
                    eku=None, ca=True)
    files.trust(*(old if each == "old" else each for each in order), "policy", "issuing1")
    files.configure().server.start()
    assert verdicts(files, phones) == [GRANTED, UNTRUSTED]
