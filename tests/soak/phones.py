# SPDX-License-Identifier: Apache-2.0
"""What phones do, and people beside them: all of it is served, or refused as the lists say at that moment."""

import json
import random

from harness import onboarding, onetime, passwords, portal
from judge import SECRET
from ledger import Lost
from soak_site import LISTS, SHARED, STEADY, TURNING, content

OWN_LOG = SECRET + b" a log of a boot\n" * 200
WRONG_CODES = [onetime.code(number) for number in range(500)]


class Phones:
    """The plays of one client; `mac` is its own phone, so that what it stores is what it finds."""

    def __init__(self, site, tls, ledger, mac, pause):
        self.site, self.tls, self.ledger, self.mac, self.pause = site, tls, ledger, mac, pause
        self._polled, self._codes = {}, 0
        self.plays = [(6, self.boot), (4, self.flipped), (5, self.victim), (3, self.login), (1, self.onboard),
                      (1, self.status_page)]

    def line(self, mac, **how):
        return self.tls.line(self.site.certificate(mac) if mac else None, **how)

    def boot(self):
        """A boot pass: own and shared files, some that are not there, one unchanged, uploads."""
        ask, mac, folder = self.ledger.ask, self.mac, random.choice(LISTS)
        name, log = f"{mac}.cfg", f"/{folder}/{mac}-boot.log"
        with self.line(mac) as line:
            first = ask(line, "own file", f"/{folder}/{name}", content=content(name))
            for shared in SHARED:
                ask(line, "shared file", f"/{folder}/{shared}", content=content(shared))
            ask(line, "own file that is not there", f"/{folder}/{mac}-web.cfg", served=(404,))
            ask(line, "upload", log, method="PUT", body=OWN_LOG, served=(201, 204))
            ask(line, "own file", log, content=OWN_LOG)
            if first.status == 200:
                ask(line, "unchanged file", f"/{folder}/{name}", headers={"If-None-Match": first.headers["ETag"]},
                    served=(304,))
            self.pause(1)
            ask(line, "own file", f"/{folder}/{name}", content=content(name))
        with self.line(mac) as line:
            ask(line, "own file", log, method="HEAD")
            ask(line, "upload", f"/{folder}/{mac}-app.log", method="PUT", body=OWN_LOG, served=(201, 204))

    def _follow(self, kind, mac, expected, folders):
        """Asks again and again on one connection, over changes of the lists."""
        with self.line(mac) as line:
            for _ in range(random.randint(1, 6)):
                folder = random.choice(folders)
                self.ledger.ask(line, kind, f"/{folder}/{mac}.cfg", expected, content=content(f"{mac}.cfg"))
                self.pause(1.5)

    def flipped(self):
        folder = random.choice(LISTS)
        self._follow("listed now and then", random.choice(self.site.flipped), self.site.flips[folder], [folder])

    def victim(self):
        """One that was revoked lately, or will be soon."""
        revoked = sum(not each.value for each in self.site.revocations)
        at = min(max(0, revoked + random.randint(-6, 3)), len(self.site.victims) - 1)
        self._follow("revoked in time", self.site.victims[at], self.site.revocations[at], LISTS)

    def login(self):
        target, mine = f"/login/{self.mac}.cfg", content(f"{self.mac}.cfg")
        other = random.choice([mac for mac in self.site.listed if mac != self.mac])

        def ask(kind, user, password, *expected, **judged):
            self.ledger.ask(line, kind, target, *expected, headers=passwords.authorization(user, password),
                            refused=(401,), content=mine, **judged)

        with self.line(self.mac) as line:
            ask("password", *STEADY)
            ask("password that comes and goes", *TURNING, self.site.turning)
            ask("password of its own", self.mac, onboarding.derived(self.mac))
            for user, password in ((STEADY[0], "guessed"), (other, onboarding.derived(other)), ("nobody", "x")):
                self.ledger.refused(line, "wrong password", target, (401,),
                                    headers=passwords.authorization(user, password))
            self.ledger.refused(line, "no password", target, (401,))

    def onboard(self):
        """A person issues a one-time password; the phone uses it until it knows its regular one."""
        with self.line(None, http2=False) as person:
            body = json.dumps({"mac": self.mac})
            answer = self._portal(person, "one-time password issued", 201, method="POST", body=body)
            if answer.status != 201:
                return
            code = json.loads(answer.body)["password"]
            self._codes += 1
            with self.line(self.mac) as phone:
                self._onboarding(phone, "wrong one-time password", WRONG_CODES[self._codes % len(WRONG_CODES)], False)
                if self._codes % 3 == 0:
                    body = json.dumps({"mac": self.mac, "revoke": True})
                    self._portal(person, "one-time password revoked", 204, method="POST", body=body)
                else:
                    for _ in range(2):
                        self._onboarding(phone, "one-time password", code, True)
                    self._onboarding(phone, "regular password", onboarding.derived(self.mac), True, self.mac)
                self._onboarding(phone, "one-time password that is over", code, False)

    def _portal(self, line, kind, status, **request):
        headers = {"Content-Type": "application/json", **passwords.authorization(*portal.ALICE)}
        return self.ledger.ask(line, kind, "/portal", served=(status,), headers=headers, **request)

    def _onboarding(self, line, kind, password, good, user="anyone"):
        target, headers = f"/onboard/{self.mac}-onboard.cfg", passwords.authorization(user, password)
        if good:
            answer = self.ledger.ask(line, kind, target, headers=headers)
            if answer.status == 200 and onboarding.derived(self.mac).encode() not in answer.body:
                self.ledger.is_wrong(f"{kind}: {self.mac} was not told its own password")
        else:
            self.ledger.refused(line, kind, target, (401,), headers=headers)

    def status_page(self):
        """No counter may ever go back, whoever was killed or restarted."""
        with self.line(None) as line:
            for form in ("", "?format=prometheus", "?format=json"):
                answer = self.ledger.ask(line, "status page", f"/status{form}")
        if answer.status == 200:
            totals = {(each["decision"], each["reason"]): each["total"] for each in json.loads(answer.body)["requests"]}
            for key, total in self._polled.items():
                if totals.get(key, 0) < total:
                    self.ledger.is_wrong(f"status page: {key} fell from {total} to {totals.get(key)}")
            self._polled = totals

    def play(self):
        weights, plays = zip(*self.plays)
        try:
            random.choices(plays, weights)[0]()
        except Lost:
            pass
