# SPDX-License-Identifier: Apache-2.0
"""The example in which TLS ends at a balancer."""

import pytest

from harness.balanced import FromAddress, binary
from harness.balancer import recipe
from harness.examples import FOREIGN, OWN, SHARED, configure, denied, include, phone


@pytest.fixture
def behind(server):
    return configure(server, include("11-behind-balancer.conf"), LISTEN=f"127.0.0.1:{server.plain_port}",
                     BALANCER="127.0.0.1", TRUST=server.pki.bundle).start()


def status(server, target, headers, address="127.0.0.1"):
    with FromAddress(server.plain_port, address) as connection:
        return connection.request(target, headers=headers).status


def test_a_phone_behind_the_balancer(behind):
    a = {"Client-Cert": binary(phone(behind))}
    assert status(behind, OWN, a) == status(behind, SHARED, a) == 200
    assert denied(behind) == []
    assert status(behind, FOREIGN, a) == 403
    assert status(behind, OWN, {}) == 403
    assert status(behind, OWN, {"Client-Cert": "x"}) == 403
    assert status(behind, OWN, {"Client-Cert": binary(phone(behind, "rogue-a"))}) == 403
    assert status(behind, OWN, a, "127.0.0.2") == 403
    assert denied(behind) == ["mac-foreign", "no-certificate", "certificate-unverified", "issuer-untrusted",
                              "no-tls"]


def test_the_lines_for_the_balancers_are_those_of_the_manual():
    from harness.examples import EXAMPLES
    manual = " ".join((EXAMPLES.parent / "BALANCERS.md").read_text().split())
    for kind in ("HAProxy", "nginx"):
        assert " ".join(recipe(kind).split()) in manual
