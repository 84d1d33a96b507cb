# SPDX-License-Identifier: Apache-2.0
"""What is remembered of certificates is of each one alone: many in turn, the same key and name,
nearly the same bytes, new files under them, and memory that does not grow for ever."""

import random
from datetime import timedelta

import pytest

from harness.trust import GRANTED, TrustFiles, verdict
from harness.verdict import OWN

CN = "0004F2AAAAAA"
UNTRUSTED, REVOKED = "issuer-untrusted", "certificate-revoked"


@pytest.fixture(scope="module")
def stage(make_shared_server, pki):
    """200 leaves of one key and one name: what each deserves differs by signature and serial."""
    files = TrustFiles(make_shared_server())
    kinds = {"issuing1": GRANTED, "issuing3": GRANTED, "issuing2": UNTRUSTED, "sibling": UNTRUSTED,
             "maker2-issuing": UNTRUSTED}
    files.leaves = [(pki.issue(cn=CN, issuer=issuer), answer)
                    for issuer, answer in kinds.items() for _ in range(40)]
    revoked = [leaf for leaf, _ in files.leaves[:40:2]]
    files.leaves = [(leaf, REVOKED if leaf in revoked else answer) for leaf, answer in files.leaves]
    files.trust()
    files.revoke(*revoked)
    believed = files.put(files.folder / "believed.pem", files.pem(
        "root", "policy", "issuing1", "issuing2", "issuing3", "maker2-root", "maker2-issuing"))
    files.configure(files.section(revocation=True), ca_file=believed, session_cache=True)
    files.server.start()
    return files


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_many_certificates_in_turn_all_get_their_own_answer(stage, tls):
    assert len(stage.leaves) == 200
    turn = stage.leaves * 2
    random.Random(8).shuffle(turn)
    wrong = []
    for leaf, expected in turn:
        seen = verdict(stage.server, lambda: stage.server.get(f"/prov{OWN}", cert=leaf, tls=tls))
        if seen != expected:
            wrong.append((leaf, expected, seen))
    assert wrong == []


def test_the_answers_change_with_the_files(stage):
    """New versions while everything is remembered: each answer follows, and back again."""
    sample = stage.leaves[::20]
    everybody = ("root", "policy", "issuing1", "issuing2", "issuing3", "sibling", "maker2-root",
                 "maker2-issuing")
    # The CRLs of the first maker are nobody's while only the second one is trusted.
    stage.server.log.declare("PA2003", "PA2006")
    with_connections = [(stage.server.connect(leaf), leaf, expected) for leaf, expected in sample]

    def seen():
        return [verdict(stage.server, lambda: connection.request(f"/prov{OWN}"))
                for connection, _, _ in with_connections]

    before = [expected for _, _, expected in with_connections]
    assert seen() == before
    stage.trust(*everybody)
    stage.loaded(stage.ca, 2)
    assert seen() == [GRANTED if answer == UNTRUSTED else answer for answer in before]
    stage.trust("maker2-root", "maker2-issuing")
    stage.loaded(stage.ca, 3)
    assert seen() == [GRANTED if leaf.issuer == "maker2-issuing" else UNTRUSTED
                      for _, leaf, _ in with_connections]
    stage.trust()
    stage.loaded(stage.ca, 4)
    assert seen() == before
    for connection, _, _ in with_connections:
        connection.close()


def test_a_forged_copy_of_a_known_certificate_is_another_certificate(server, pki):
    """Same names, serial number, dates and key; only the signature is of another CA."""
    files = TrustFiles(server)
    files.trust()
    imposters = ("imposter-root", "imposter-policy", "imposter-issuing1")
    server.log.declare("AH01909")
    files.configure("", global_lines=files.section(), session_cache=True, extra_vhosts=files.host(
        "imposters", *imposters, lines="SSLVerifyClient require\n")).server.start()
    true = pki.issue(cn=CN)
    forged = pki.issue(cn=CN, issuer="imposter-issuing1", name="forged-copy",
                       serial=true.x509.serial_number)
    assert (true.x509.serial_number, true.x509.issuer, true.x509.subject) == (
        forged.x509.serial_number, forged.x509.issuer, forged.x509.subject)
    for _ in range(2):
        assert files.verdict(true) == GRANTED
        for tls in ("1.2", "1.3"):
            with server.connect(forged, tls=tls, sni="imposters") as connection:
                def ask(on):
                    return verdict(server, lambda: on.request(f"/prov{OWN}", host="imposters"))
                assert ask(connection) == UNTRUSTED
                with connection.resume() as resumed:
                    assert ask(resumed) == UNTRUSTED and resumed.resumed


def test_memory_stays_bounded_under_many_certificates(make_server, pki):
    """Some strangers a second must not fill the server; measured after everything is warm."""
    files = TrustFiles(make_server())
    server = files.server
    files.trust()
    files.configure(mpm_lines="StartServers 1\nServerLimit 1\nThreadsPerChild 8\nMaxRequestWorkers 8\n"
                    "MinSpareThreads 1\nMaxSpareThreads 8").server.start()
    (child,) = server.children()

    def resident():
        with open(f"/proc/{child}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4

    def visit(count):
        for _ in range(count):
            leaf = pki.issue(cn=CN, chain=[], not_after=timedelta(days=1), name="one-of-many")
            assert server.get(f"/prov{OWN}", cert=leaf).status == 200
    visit(300)
    before = resident()
    visit(300)
    grown = resident() - before
    # A verdict and its chain take well below 4 KiB.
    assert grown < 300 * 4 + 2048, f"{grown} KiB more for 300 certificates"
