# SPDX-License-Identifier: Apache-2.0
"""A certificate is revoked, or its time ends, while its phone is connected: each later request, on
the connection or in a session that it left, is refused; nobody else notices."""

from datetime import datetime, timedelta, timezone
from itertools import product

import pytest

from harness.trust import (ASKED_LATER, BY_TICKET, FROM_CACHE, FULL, GRANTED, H2, HANDSHAKES, WAYS,
                           TrustFiles, arrive, open_way, verdict)
from harness.verdict import OWN
from harness.waiting import wait_for_moment

TARGET = f"/prov{OWN}"
AFTER = {
    "good": GRANTED,
    "revoked while connected": "certificate-revoked",
    "CA revoked while connected": "certificate-revoked",
    "expires while connected": "certificate-expired",
    # The phone's own time is not over, that of the CA that signed it is.
    "CA expires while connected": "issuer-untrusted",
}
# A new handshake is mod_ssl's to refuse where a date is over.
BY_TLS = {"expires while connected", "CA expires while connected"}
# "full" is a new connection after the moment.
CELLS = [(*way, kind) for way, kind in product(WAYS, AFTER)]


def certificates(pki, end):
    short_ca = pki.issue(subject=[("CN", "Lab Short Issuing CA")], issuer="policy", key="short-ca",
                         name="short-ca", eku=None, ca=True, not_after=end)
    return short_ca, {
        "good": pki.leaf("phone-a"),
        "revoked while connected": pki.issue(cn="0004F2AAAAAA"),
        "CA revoked while connected": pki.issue(cn="0004F2AAAAAA", issuer="issuing3"),
        "expires while connected": pki.issue(cn="0004F2AAAAAA", not_after=end),
        "CA expires while connected": pki.issue(cn="0004F2AAAAAA", issuer=short_ca),
    }


class Held:
    """A phone that was granted its file, and how it goes on after the moment."""

    def __init__(self, files, cert, tls, protocol, state):
        self.files, self.cert, self.way = files, cert, (tls, protocol, state)
        self.host = "later" if state == ASKED_LATER else "localhost"
        self.connection = open_way(files.server, cert, *self.way, self.host)
        self.before = self._ask(self.connection)

    def _ask(self, connection):
        return verdict(self.files.server, lambda: connection.request(TARGET, host=self.host))

    def go_on(self):
        """The verdicts after the moment."""
        tls, protocol, state = self.way
        with self.connection as connection:
            if state == FULL:
                return arrive(self.files, self.cert, *self.way, self.host)
            if state not in (BY_TICKET, FROM_CACHE):
                return [self._ask(connection), self._ask(connection)]
            with connection.resume() as second:
                verdicts = [self._ask(second)]
                assert second.resumed
                # TLS 1.3 gives a new ticket with each resumption; it changes nothing.
                with second.resume() as third:
                    verdicts.append(self._ask(third))
                    assert third.resumed
            return verdicts


@pytest.fixture(scope="module")
def seen(make_shared_server, pki):
    """Before and after, by cell."""
    server = make_shared_server(mpm="event")
    server.log.declare(*HANDSHAKES, "PA1007", "PA1008", "PA2006", "PA2007", always=True)
    server.write("open.txt", "for everybody")
    files = TrustFiles(server)
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=10)
    short_ca, shown = certificates(pki, end)
    files.trust("root", "policy", "issuing1", "issuing3", short_ca)
    files.revoke()
    ask = '<Location "/prov">\nSSLVerifyClient require\n</Location>\n'
    later = files.host("later", "root", "policy", "issuing1", "issuing3", lines=ask)
    files.configure("", global_lines=files.section(revocation=True), session_cache=True,
                    extra_vhosts=later, **H2)
    server.start()
    held = {cell: Held(files, shown[cell[-1]], *cell[:-1]) for cell in CELLS}
    assert datetime.now(timezone.utc) < end, "too slow to connect everybody in time"
    files.put(files.crl, files.crls(number=2, revoked={
        "issuing1": [shown["revoked while connected"]], "policy": [pki.ca("issuing3")]}))
    files.loaded(files.crl, 2)
    wait_for_moment(end)
    return {cell: (each.before, each.go_on()) for cell, each in held.items()}


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_what_changes_while_a_phone_is_connected_counts_at_its_next_request(seen, cell):
    before, after = seen[cell]
    kind = cell[-1]
    assert before == GRANTED
    if cell[2] == FULL and kind in BY_TLS:
        assert after == ["certificate_expired"]
    else:
        assert after == [AFTER[kind]] * len(after)


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_the_last_second_of_a_certificate_is_its_own(server, pki, tls):
    """The day's clock decides, to the second: granted while it lasts, refused when it is over."""
    files = TrustFiles(server)
    files.trust()
    files.configure().server.start()
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=3)
    with server.connect(pki.issue(cn="0004F2AAAAAA", not_after=end), tls=tls) as connection:
        answers = []
        while not answers or answers[-1][1] == GRANTED:
            asked = datetime.now(timezone.utc)
            answers.append((asked, verdict(server, lambda: connection.request(TARGET))))
            assert asked < end + timedelta(seconds=3), "granted for ever"
        refused_at, reason = answers[-1]
        assert reason == "certificate-expired"
        # httpd takes the time at the start of the request; a request lasts a while.
        assert refused_at >= end - timedelta(milliseconds=500)
        assert answers[-2][0] <= end + timedelta(seconds=1)
