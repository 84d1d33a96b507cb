# SPDX-License-Identifier: Apache-2.0
"""The packages on a real Debian: a private copy of this machine, see private-root."""
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
PACKAGES = Path(os.environ.get("POLYAUTH_PACKAGES", SOURCE / "build/packages"))
MODULE, TOOLS = "libapache2-mod-polyauth", "polyauth-tools"
# Debian's own way to forbid services: whoever asks for one is noted.
POLICY = Path("/usr/sbin/policy-rc.d")
SERVICES_ASKED_FOR = Path("/run/services-asked-for")


def pytest_sessionstart():
    if not Path("/.private-root").exists():
        pytest.exit("these tests install packages: run them by tests/package/private-root", 1)


def run(*command, code=0, **options):
    """Standard output and error of a command that ends with this exit code."""
    done = subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                          check=False, env={**os.environ, "LC_ALL": "C",
                                            "DEBIAN_FRONTEND": "noninteractive"}, **options)
    assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout


def wait_for(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.02)


def package(name):
    [file] = PACKAGES.glob(f"{name}_*.deb")
    return file


def tree():
    """Every path that a package could leave behind, with what it is and links to."""
    found = run("find", "/etc", "/lib/systemd/", "/usr", "/var", "/run", "/srv",
                "-printf", "%p %y %m %l\\n")
    # The books of dpkg, and what others keep of the fact that something was installed.
    ours = ("/var/lib/dpkg/", "/var/log/", "/var/cache/", "/run/services-asked-for ")
    return {line for line in found.splitlines() if not line.startswith(ours)}


@pytest.fixture(scope="session")
def debian(tmp_path_factory):
    """apache2 as an administrator has it before, with TLS and without any site."""
    POLICY.write_text(f'#!/bin/sh\necho "$@" >>{SERVICES_ASKED_FOR}\nexit 101\n')
    POLICY.chmod(0o755)
    # Small images leave manuals out; and the index of all manuals, made anew each time, is
    # what most of the time would go to.
    for settings in Path("/etc/dpkg/dpkg.cfg.d").iterdir():
        if "path-exclude" in settings.read_text():
            settings.unlink()
    Path("/var/lib/man-db/auto-update").unlink(missing_ok=True)
    fetched = sorted((SOURCE / "build/apache2").glob("*.deb"))
    if fetched:
        run("dpkg", "--install", *fetched)
    run("a2dissite", "*")
    run("a2enmod", "ssl")
    run("dpkg", "--purge", MODULE, TOOLS)
    pki = Path("/srv/pki")
    run(SOURCE / "scripts/make-lab-pki", pki)
    return pki


@pytest.fixture
def installed(debian):
    """Both packages, as `apt install ./*.deb` would have them; purged at the end."""
    SERVICES_ASKED_FOR.write_text("")
    run("dpkg", "--install", package(MODULE), package(TOOLS))
    yield
    subprocess.run(["apache2ctl", "stop"], capture_output=True, check=False)
    wait_for(lambda: not Path("/run/apache2/apache2.pid").exists(), "the end of apache2")
    run("dpkg", "--purge", "--force-depends", MODULE, TOOLS)


class Site:
    """A server of phones on port 443: the administrator's own, and three lines of PolyAuth."""

    THREE_LINES = ("PolyAuth On",
                   "PolyAuthCACertificateFile /srv/pki/ca-bundle.pem",
                   "PolyAuthAclFile /etc/polyauth/phones.acl")
    FILE = Path("/etc/apache2/sites-available/phones.conf")

    def __init__(self):
        phones = Path("/srv/phones")
        phones.mkdir(exist_ok=True)
        for mac in ("0004f2aaaaaa", "0004f2bbbbbb"):
            (phones / f"{mac}.cfg").write_text(f"for {mac}")
        Path("/etc/polyauth").mkdir(exist_ok=True)
        Path("/etc/polyauth/phones.acl").write_text("0004f2*\n")
        lines = "\n  ".join(self.THREE_LINES)
        self.FILE.write_text(f"""\
<VirtualHost *:443>
  ServerName localhost
  DocumentRoot /srv/phones
  SSLEngine On
  SSLCertificateFile /srv/pki/server.crt
  SSLCertificateKeyFile /srv/pki/server.key
  SSLCACertificateFile /srv/pki/ca-bundle.pem
  SSLVerifyClient require
  SSLVerifyDepth 5
  {lines}
  <Directory /srv/phones>
    Require all granted
  </Directory>
</VirtualHost>
""")

    @staticmethod
    def status(mac, phone="phone-a"):
        return int(run("curl", "-q", "-s", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}",
                       "--cacert", "/srv/pki/server-ca.pem", "--cert", f"/srv/pki/{phone}.crt",
                       "--key", f"/srv/pki/{phone}.key", f"https://localhost/{mac}.cfg"))

    def own_and_foreign(self):
        return self.status("0004f2aaaaaa"), self.status("0004f2bbbbbb")

    @staticmethod
    def pid():
        return Path("/run/apache2/apache2.pid").read_text().strip()

    @staticmethod
    def log():
        return Path("/var/log/apache2/error.log").read_text()


@pytest.fixture
def site(installed):
    """That site, enabled and served."""
    made = Site()
    run("a2enmod", "polyauth")
    run("a2ensite", "phones")
    Path("/var/log/apache2/error.log").write_text("")
    run("apache2ctl", "start")
    wait_for(lambda: "resuming normal operations" in made.log(), "the start of apache2")
    yield made
    run("a2dissite", "phones")
    made.FILE.unlink()
    shutil.rmtree("/etc/polyauth")
