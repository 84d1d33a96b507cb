# SPDX-License-Identifier: Apache-2.0
"""The site: a server with its certificates and files, and the lists that change under it."""

import os
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from harness import onboarding, passwords, portal, status
from harness.pki import Pki
from harness.server import Server
from harness.trust import TrustFiles
from judge import KEEP_ALIVE, SECRET
from switches import Switch

INTERVAL = 2  # PolyAuthReloadInterval, in seconds
CHILDREN, THREADS = 3, 16
LISTS = ("text", "compiled")
SHARED = {"000000000000.cfg": 300, "3111-44500-001.sip.ld": 150_000}
MODULES = ("http2", "dav", "dav_fs", "reqtimeout", *portal.MODULES, *status.MODULES)
STEADY, TURNING = ("phones", "a password that stays"), ("turning", "a password that comes and goes")
FLIPPED, FILLING = 4, 3000
TRUST = "root", "policy", "issuing1", "issuing3"

# As many children as may be, so that none ends for want of work.
_MPM = (f"StartServers {CHILDREN}\nServerLimit 12\nThreadsPerChild {THREADS}\nMaxRequestWorkers {CHILDREN * THREADS}\n"
        f"MinSpareThreads {CHILDREN * THREADS - THREADS // 2}\nMaxSpareThreads {CHILDREN * THREADS * 2}")
_GLOBAL = """\
PolyAuthReloadInterval {interval}s
PolyAuthState "{state}/state.sqlite"
DavLockDB "{state}/locks"
KeepAliveTimeout {keep_alive}
RequestReadTimeout handshake={keep_alive} header={keep_alive} body={keep_alive}
"""
_GATE = """\
PolyAuthAclFile "{folder}/{name}.acl"
PolyAuthCACertificateFile "{folder}/ca.pem"
PolyAuthCARevocationFile "{folder}/crl.pem"
"""
_LOGIN = """\
PolyAuthPasswordFile "{folder}/passwords"
PolyAuthDeviceSecretFile "{root}/secrets"
AuthType Basic
AuthName "Phones"
AuthBasicProvider polyauth
Require valid-user
"""


def content(name):
    """What a file holds: its own name, so that a wrong one shows."""
    return SECRET + f" {name}\n".encode() + b"x" * SHARED.get(name, 100) + b"\n"


class Site:
    """Everything of it lies in folders of its own, which are gone when the block ends."""

    def __init__(self, tool, phones, victims, grace):
        self.tool, self.grace = tool, grace
        self._folder = Path(tempfile.mkdtemp(prefix="polyauth-soak-"))
        self._folder.chmod(0o755)
        self.pki, self.server = Pki(self._folder), None
        self.listed = [f"0004f2a{number:05x}" for number in range(phones)]
        self.denied = [f"0004f2d{number:05x}" for number in range(3)]
        self.unlisted = [f"0004f2e{number:05x}" for number in range(3)]
        self.flipped = [f"0004f2f{number:05x}" for number in range(FLIPPED)]
        # Of a range that the lists admit; each change of the CRLs revokes one more. The first is revoked at the start.
        self.victims = [f"64167f{number:06x}" for number in range(victims)]
        self.flips = {name: Switch(grace, True) for name in LISTS}
        self.revocations = [Switch(grace, number > 0) for number in range(victims)]
        self.turning = Switch(grace, True)

    def __enter__(self):
        try:
            self._furnish()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.server:
            server = self.server
            try:
                server.stop()
            finally:
                shutil.rmtree(server.root, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def certificate(self, mac):
        if mac not in self.certificates:
            self.certificates[mac] = self.pki.issue(cn=mac.upper(), name=mac)
        return self.certificates[mac]

    # Changes. Each returns the moment of its rename, by the clock on the wall.

    def put_list(self, name, value):
        """With the devices that come and go or without, and with filling that differs each time."""
        lines = [*self.listed, "0004f2aaaaaa", "64167f*", *(f"!{mac}" for mac in self.denied),
                 *(self.flipped if value else ()), *(f"00907a{random.getrandbits(24):06x}" for _ in range(FILLING))]
        random.shuffle(lines)
        text = "".join(f"{line}\n" for line in lines)
        if name == "compiled":
            beside = self.files.folder / "compiled"
            subprocess.run([self.tool, "acl", "compile", "-", "-o", beside], input=text, text=True, check=True,
                           capture_output=True, timeout=60)
            text = beside.read_bytes()
        return self._put(f"{name}.acl", text, self.flips[name], value)

    def put_bad_list(self):
        """A slip of the administrator, which must change nothing."""
        return self._put("text.acl", "*\n0004f2aaaaag\n")

    def put_revocations(self, count):
        """Of so many, the last of them anew."""
        gone = [self.certificate(mac) for mac in self.victims[:count]]
        return self._put("crl.pem", self.files.crls(TRUST, {"issuing1": gone}, number=count), self.revocations[count - 1],
                         False)

    def put_passwords(self, value):
        users = [STEADY, *([TURNING] if value else [])]
        return self._put("passwords", "".join(f"{self._hashes[user]}\n" for user in users), self.turning, value)

    def _put(self, name, content, switch=None, value=None):
        if switch:
            switch.begin(value)
        at = time.time()
        self.files.put(self.files.folder / name, content)
        if switch:
            switch.done()
        return at

    # Inside.

    def _furnish(self):
        self.certificates = {}
        self.server = server = Server(self.pki, mpm="event", modules=MODULES)
        self.files = TrustFiles(server, f"{INTERVAL}s")
        self._hashes = {user: passwords.htpasswd(*user) for user in (STEADY, TURNING)}
        for mac in [*self.listed, *self.denied, *self.unlisted, *self.flipped, *self.victims]:
            self.certificate(mac)
            for folder in (*LISTS, "login"):
                server.write(f"{folder}/{mac}.cfg", content(f"{mac}.cfg"))
        for folder in (*LISTS, "login"):
            server.own(folder)
            for name in (*SHARED, "0004f2aaaaaa.cfg"):
                server.write(f"{folder}/{name}", content(name))
        onboarding.templates(server)
        self.files.trust(*TRUST)
        self.put_revocations(1)
        self.put_passwords(True)
        for name in LISTS:
            self.put_list(name, True)
        self._configure()

    def _configure(self):
        server, folder = self.server, self.files.folder
        gates = {name: _GATE.format(folder=folder, name=name) for name in LISTS}
        one_time = onboarding.section(server).replace("AuthBasicProvider polyauth",
                                                      "AuthBasicProvider polyauth polyauth-onetime")
        sections = {**{name: gates[name] + "Dav On\n" for name in LISTS},
                    "login": gates["text"] + _LOGIN.format(folder=folder, root=server.root)}
        lines = "".join(f'<Directory "{server.docroot}/{name}">\nPolyAuth On\n{each}</Directory>\n'
                        for name, each in sections.items())
        people = server.write(server.root / "conf/people", passwords.htpasswd(*portal.ALICE) + "\n")
        server.configure(
            mpm_lines=_MPM, ssl_verify="optional", plain_vhost=False, log_level="warn", tls_lines="Protocols h2 http/1.1",
            global_lines=_GLOBAL.format(interval=INTERVAL, state=server.own(server.root / "state"), keep_alive=KEEP_ALIVE),
            vhost_lines=lines + one_time + portal.SECTION.format(settings="", people=people) + status.SECTION)

    def keep_logs(self, folder):
        """For people, after the run."""
        for path in (self.server.log.path, self.server.log.startup.path, self.server.config_file):
            if path.exists():
                shutil.copy(path, folder / path.name)
                os.chmod(folder / path.name, 0o644)
