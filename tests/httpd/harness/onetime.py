# SPDX-License-Identifier: Apache-2.0
"""One-time passwords on an onboarding page, and the database that they are in."""

import sqlite3
import subprocess
import time

from harness import onboarding
from harness.waiting import PATIENCE, wait_until

MAC, OTHER = "0004f2aaaaaa", "0004f2bbbbbb"
COLUMNS = ("mac", "hash", "issued", "issued_by", "expires", "first_use", "window_end", "uses",
           "tries", "counted", "last_wrong", "wrong_before")


def code(number):
    """The one-time password of these twelve digits."""
    digits = f"{number:012d}"
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def hash_of(password):
    done = subprocess.run(["htpasswd", "-niBC4", "x"], input=password, capture_output=True, text=True,
                          check=True)
    return done.stdout.strip().split(":", 1)[1]


RIGHT, WRONG = code(123456789012), [code(n) for n in range(1, 12)]


class SqliteFile:
    """The file as another process sees it."""

    def __init__(self, path):
        self.path = path

    def __call__(self, sql, *values):
        connection = sqlite3.connect(self.path, timeout=PATIENCE)
        try:
            with connection:
                return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


class OneTime:
    """An onboarding page where one-time passwords and derived ones are good."""

    def __init__(self, server, state=None, settings="", modules=(), global_lines=""):
        self.server = server
        self.folder = server.own(server.root / "state")
        self.path = self.folder / "state.sqlite"
        self.database = SqliteFile(self.path)
        section = onboarding.section(server).replace(
            "AuthBasicProvider polyauth",
            f"AuthBasicProvider polyauth polyauth-onetime\n{settings}")
        if not (server.root / "master.xml").exists():
            onboarding.templates(server)
        server.configure(modules=onboarding.MODULES + tuple(modules), vhost_lines=section,
                         global_lines=f'PolyAuthState {state or self.path}\n{global_lines}')
        # What mod_auth_basic says of a password that no provider knows.
        server.log.declare("AH01618", always=True)

    def start(self):
        self.server.start()
        return self

    def issue(self, password=RIGHT, mac=MAC, lifetime=3600, **columns):
        now = int(time.time())
        row = dict.fromkeys(COLUMNS) | dict(
            mac=mac, hash=hash_of(password), issued=now, issued_by="anna", expires=now + lifetime,
            uses=0, tries=0, counted=0) | columns
        self.database("DELETE FROM polyauth_onetime WHERE mac = ?", mac)
        self.database(f"INSERT INTO polyauth_onetime ({', '.join(row)}) "
                      f"VALUES ({', '.join('?' * len(row))})", *row.values())

    def record(self, mac=MAC):
        (row,) = self.database(
            f"SELECT {', '.join(COLUMNS)} FROM polyauth_onetime WHERE mac = ?", mac)
        return dict(zip(COLUMNS, row))

    def change(self, mac=MAC, **columns):
        self.database(f"UPDATE polyauth_onetime SET {', '.join(f'{name} = ?' for name in columns)} "
                      "WHERE mac = ?", *columns.values(), mac)

    def get(self, password=RIGHT, mac=MAC, user="anyone", **options):
        """The answer to a phone that asks for its settings."""
        name = {MAC: "phone-a", OTHER: "phone-b"}[mac]
        return self.server.get(f"/onboard/{mac}-onboard.cfg", cert=self.server.pki.leaf(name),
                               auth=(user, password), **options)

    def status(self, *arguments, **options):
        return self.get(*arguments, **options).status

    def regular_status(self, mac=MAC):
        return self.status(onboarding.derived(mac), mac, user=mac)

    def reasons(self):
        """Of the refused ones, in order."""
        return [line.split("reason=")[1].split()[0] for line in self.server.log.lines("PA4042")]

    def seen(self):
        return {(mac, label) for mac, label in
                self.database("SELECT mac, label FROM polyauth_seen")}

    def wait_for_seen(self, *pairs):
        wait_until(lambda: set(pairs) <= self.seen(), f"{pairs} to be noted")
