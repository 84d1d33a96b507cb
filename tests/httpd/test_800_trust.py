# SPDX-License-Identifier: Apache-2.0
"""Each certificate in each way to arrive: question 5 and 6 get the same answer in a full handshake,
on a kept connection, in a resumed session and where the server asks later."""

from datetime import timedelta
from itertools import product

import pytest

from harness.trust import ASKED_LATER, FULL, GRANTED, H2, HANDSHAKES, WAYS, TrustFiles, arrive

WIDE = ("root", "policy", "issuing1", "issuing2", "issuing3", "sibling", "maker2-root",
        "maker2-issuing")
IMPOSTERS = ("imposter-root", "imposter-policy", "imposter-issuing1")

# What a phone of a shows. mod_ssl believes it, unless an alert is expected: the trust file judges.
KINDS = {
    "good": GRANTED,
    "leaf alone": GRANTED,
    "wrong CA, sibling of the issuing": "issuer-untrusted",
    "wrong CA under the same root": "issuer-untrusted",
    "other maker": "issuer-untrusted",
    "imposter": "issuer-untrusted",
    "revoked leaf": "certificate-revoked",
    "revoked intermediate": "certificate-revoked",
    "expired": "certificate_expired",
    "expired seconds ago": "certificate_expired",
    "not yet valid": "bad_certificate",
}
REFUSED_BY_TLS = ("expired", "expired seconds ago", "not yet valid")


def possible(state, kind):
    """A certificate that mod_ssl refuses has no connection to be kept and no session to be resumed;
    one whose time ends, or that is revoked, after that is for test_801."""
    return state in (FULL, ASKED_LATER) or kind not in REFUSED_BY_TLS


CELLS = [(*way, kind) for way, kind in product(WAYS, KINDS) if possible(way[2], kind)]


def certificates(pki):
    return {
        "good": pki.leaf("phone-a"),
        "leaf alone": pki.leaf("leaf-only"),
        "wrong CA, sibling of the issuing": pki.leaf("phone-a-issuing2"),
        "wrong CA under the same root": pki.leaf("sibling-a"),
        "other maker": pki.issue(cn="0004F2AAAAAA", issuer="maker2-issuing"),
        "imposter": pki.leaf("imposter-a"),
        "revoked leaf": pki.issue(cn="0004F2AAAAAA"),
        "revoked intermediate": pki.issue(cn="0004F2AAAAAA", issuer="issuing3"),
        "expired": pki.leaf("expired"),
        "expired seconds ago": pki.issue(cn="0004F2AAAAAA", not_after=timedelta(seconds=-2)),
        "not yet valid": pki.leaf("not-yet-valid"),
    }


ASK = '<Location "/prov">\nSSLVerifyClient require\n</Location>\n'


@pytest.fixture(scope="module")
def stage(make_shared_server, pki):
    server = make_shared_server(mpm="event")
    server.log.declare(*HANDSHAKES, "PA1007", "PA1008", always=True)
    server.write("open.txt", "for everybody")
    files = TrustFiles(server)
    files.trust()
    files.shown = certificates(pki)
    files.put(files.crl, files.crls(revoked={
        "issuing1": [files.shown["revoked leaf"]], "policy": [pki.ca("issuing3")]}))
    asked_first = f"SSLVerifyClient require\n{H2['tls_lines']}"
    hosts = (files.host("wide", *WIDE, lines=asked_first)
             + files.host("imposters", *IMPOSTERS, lines=asked_first)
             + files.host("wide-later", *WIDE, lines=ASK)
             + files.host("imposters-later", *IMPOSTERS, lines=ASK))
    files.configure("", global_lines=files.section(revocation=True), extra_vhosts=hosts,
                    session_cache=True, **H2)
    server.start()
    return files


@pytest.mark.parametrize("tls, protocol, state, kind", CELLS)
def test_each_certificate_gets_its_answer_in_each_way_to_arrive(stage, tls, protocol, state, kind):
    host = "imposters" if kind == "imposter" else "wide"
    if state == ASKED_LATER:
        host += "-later"
    answers = arrive(stage, stage.shown[kind], tls, protocol, state, host)
    assert answers == [KINDS[kind]] * len(answers)
