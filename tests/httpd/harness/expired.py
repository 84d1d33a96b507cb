# SPDX-License-Identifier: Apache-2.0
"""A virtual host that admits listed devices with expired certificates, and what is around it."""

from datetime import timedelta

from harness.trust import HANDSHAKES, TrustFiles, verdict
from harness.verdict import A, OWN, fill

LISTED = "PolyAuthExpiredCertificates listed\n"
CN = A.upper()


class Expired(TrustFiles):
    """Phones of one address: valid, expired, expired and of another maker, ..."""

    def __init__(self, server):
        super().__init__(server)
        past = dict(not_before=timedelta(days=-30), not_after=timedelta(seconds=-5))
        pki = self.pki
        self.valid, self.expired = pki.leaf("phone-a"), pki.issue(cn=CN, **past)
        self.other_maker = pki.issue(cn=CN, issuer="maker2-issuing", **past)
        self.sibling = pki.issue(cn=CN, issuer="issuing2", **past)
        self.rogue = pki.issue(cn=CN, issuer="rogue", **past)
        self.imposter = pki.issue(cn=CN, issuer="imposter-issuing1", **past)
        self.future = pki.leaf("not-yet-valid")
        self.trust()
        self.believed = self.put(self.folder / "believed.pem", self.pem(
            "root", "policy", "issuing1", "issuing2", "issuing3", "maker2-root", "maker2-issuing"))
        self.acl("full", A)
        server.write("open.txt", "for everybody\n")
        server.log.declare(*HANDSHAKES, always=True)

    def acl(self, name, *entries):
        return self.put(self.folder / f"{name}.acl", "".join(f"{each}\n" for each in entries))

    def passing(self, folder="prov", more="", **settings):
        """A section whose ACL names the device in full."""
        fill(self.server, f"{folder}{OWN}")
        return self.section(folder, more=f'PolyAuthAclFile "{self.folder}/full.acl"\n{more}', **settings)

    def ask(self, target, cert=None, connection=None, **options):
        """The verdict; for what is ungoverned, `open`, a 404 or the like."""
        def request():
            if connection:
                return connection.request(target, **options)
            return self.server.get(target, cert=cert, **options)
        return verdict(self.server, request)
