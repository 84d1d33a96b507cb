# SPDX-License-Identifier: Apache-2.0
"""One private httpd on loopback: configured from lines, ended by its pid."""

import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness import process
from harness.client import ClientMixin
from harness.conf import MPM_LINES, compose
from harness.error_log import ErrorLog, LogFile
from harness.waiting import PATIENCE, wait_until

HTTPD = "/usr/sbin/apache2"
READY = "resuming normal operations"


class Server(ClientMixin):
    """Not started by the constructor: configure(), write(), then start()."""

    live = []

    def __init__(self, pki, mpm=None, modules=(), polyauth=True):
        self.pki, self.modules = pki, tuple(modules)
        self.mpm = mpm or os.environ.get("POLYAUTH_MPM") or "event"
        assert self.mpm in MPM_LINES, f"no such MPM: {self.mpm}"
        self.module = _module_under_test() if polyauth else None
        self.root = _reachable_folder()
        self.docroot = self.root / "docroot"
        # The children, which are not root, write the sanitizers' reports.
        for name, mode in dict(docroot=0o755, logs=0o755, run=0o755, sanitizer=0o1777).items():
            (self.root / name).mkdir()
            (self.root / name).chmod(mode)
        (self.root / "mime.types").write_text("text/plain cfg log\ntext/html html\ntext/xml xml\n")
        self._holders = [process.reserve_port(), process.reserve_port()]
        self.tls_port, self.plain_port = (each.getsockname()[1] for each in self._holders)
        self.config_file = self.root / "httpd.conf"
        self.log = ErrorLog(self.root / "logs/error.log", self.root / "logs/startup.txt")
        self.access = LogFile(self.root / "logs/access.log")
        self.sanitizer_reports_seen = set()
        self._process = None
        Server.live.append(self)

    # Configuration and files.

    def configure(self, **lines):
        """Writes the configuration; harness.conf.compose() names the arguments."""
        self.config_file.write_text(compose(self, **lines))
        return self

    def write(self, relative, content, mode=0o644):
        """A file below the document root (or an absolute path in the server's folder)."""
        path = self.docroot / relative
        assert path.is_relative_to(self.root), path
        for folder in reversed([each for each in path.parents if each.is_relative_to(self.root)]):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    def own(self, relative):
        """Gives a file or folder to the server's user, so that uploads can be stored there."""
        path = self.docroot / relative
        if not path.exists():
            path.mkdir(parents=True)
            path.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(path, "www-data", "www-data")
        return path

    # Life.

    def start(self):
        self._launch()
        wait_until(lambda: self._process.poll() is not None or self.log.lines(READY),
                   lambda: f"the server to start\n{self._output()}")
        if self._process.poll() is not None:
            self._process = None
            raise AssertionError(f"the server did not start\n{self._output()}")
        self._settle()
        return self

    def stop(self):
        if self._process is None:
            return
        try:
            self._dismiss_children()
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            raise AssertionError("the server did not stop when told to") from None
        finally:
            self._process = None

    def graceful(self):
        """Returns when the new generation serves and no old child accepts connections."""
        before = set(self.children())
        self._signal_and_wait(signal.SIGUSR1)
        self._settle(before)
        ports = {self.tls_port, self.plain_port}
        wait_until(lambda: not any(process.is_listening(pid, ports) for pid in before),
                   "the old children to stop listening")

    def kill_children(self):
        """Returns the killed ones when others have taken their places."""
        self.log.declare("AH00052")
        before = set(self.children())
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.children() and not before & set(self.children()), "new children")
        return before

    def restart(self):
        """The abrupt one: every child and its connections end."""
        before = set(self.children())
        ports = {self.tls_port, self.plain_port}
        _try_until(lambda: not process.has_connections(ports))
        self._signal_and_wait(signal.SIGHUP)
        wait_until(lambda: not before & set(self.children()), "the old children to end")
        self._settle()

    def configtest(self):
        """`apache2 -t`: an object with returncode and output (standard output and error)."""
        done = subprocess.run([HTTPD, "-t", "-d", self.root, "-f", self.config_file],
                              env=self._environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=PATIENCE)
        return SimpleNamespace(returncode=done.returncode, output=done.stdout)

    def start_fails(self):
        """Expects a refusal to start: an object with returncode, output, error_log (new text)."""
        self._launch()
        wait_until(lambda: self._process.poll() is not None or self.log.lines(READY),
                   "the server to start or to refuse")
        if self._process.poll() is None:
            self.stop()
            raise AssertionError("the server started, but should have refused to")
        failure = SimpleNamespace(returncode=self._process.returncode,
                                  output=self.log.startup.text(), error_log=self.log.text())
        self._process = None
        self.log.mark()
        return failure

    pid = property(lambda self: self._process and self._process.pid)

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    def children(self):
        """The parent's child processes; with mod_cgid its daemon is among them."""
        return process.children(self.pid) if self._process else []

    # The end of a test.

    def check_hygiene(self):
        """Fails on undeclared complaints, sanitizer reports and a server that died."""
        died = self._process is not None and self._process.poll() is not None
        reports = set(filter(process.concerns_us, (self.root / "sanitizer").iterdir()))
        new, self.sanitizer_reports_seen = reports - self.sanitizer_reports_seen, reports
        self.log.end_test()
        self.access.mark()
        assert not new, "\n".join(each.read_text(errors="replace") for each in sorted(new))
        assert not died, f"the server died by itself\n{self._output()}"

    def dispose(self):
        """Stops the server, checks what it said last, and removes its folder."""
        try:
            self.stop()
            self.check_hygiene()
        finally:
            Server.live.remove(self)
            for holder in self._holders:
                holder.close()
            shutil.rmtree(self.root)

    # Inside.

    def _launch(self):
        assert self._process is None, "this server is running already"
        with open(self.log.startup.path, "ab") as output:
            self._process = process.spawn(
                [HTTPD, "-DFOREGROUND", "-d", self.root, "-f", self.config_file],
                self._environment(), output)

    def _environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C",
                **process.sanitizer_environment(self.root / "sanitizer")}

    def _signal_and_wait(self, number):
        ready = len(self.log.lines(READY))
        self._process.send_signal(number)
        wait_until(lambda: len(self.log.lines(READY)) > ready or self._process.poll() is not None,
                   lambda: f"the server to come back\n{self._output()}")
        assert self._process.poll() is None, f"the server did not come back\n{self._output()}"

    def _dismiss_children(self):
        """Children that SIGTERM meets in the middle of closing a connection crash now and then,
        in httpd's own code; so they go gracefully, unless a connection keeps them."""
        if self.running:
            self._process.send_signal(signal.SIGWINCH)
            _try_until(lambda: not any(map(process.is_alive, self.children())))

    def _settle(self, old=frozenset()):
        """httpd's children crash, without our doing, if they are told to end while they start."""
        found = re.search(r"^ThreadsPerChild (\d+)", self.config_file.read_text(), re.MULTILINE)
        # The main thread and the listener come on top.
        full = 1 if self.mpm == "prefork" else int(found.group(1) if found else 25) + 2

        def settled():
            new = set(self.children()) - old
            return new and all(process.threads(pid) >= full for pid in new)

        wait_until(settled, "the new children to start their threads")

    def _output(self):
        return self.log.startup.text() + self.log.text()


def _try_until(condition, timeout=1.0):
    """Like wait_until(), but what cannot be had in time is done without."""
    try:
        wait_until(condition, "nothing", timeout)
    except AssertionError:
        pass


def _module_under_test():
    path = os.environ.get("POLYAUTH_MODULE", "")
    if not path:
        pytest.fail("POLYAUTH_MODULE is not set; it names the mod_polyauth.so to test", pytrace=False)
    if not os.path.isabs(path) or not os.path.isfile(path):
        pytest.fail(f"POLYAUTH_MODULE={path} is not the absolute path of a file", pytrace=False)
    return path


def _reachable_folder():
    """A new folder that the server's user can reach; pytest's own are for root only."""
    root = Path(tempfile.mkdtemp(prefix="polyauth-httpd-")).resolve()
    root.chmod(0o755)
    for folder in root.parents:
        if not folder.stat().st_mode & stat.S_IXOTH:
            root.rmdir()
            pytest.fail(f"{folder} is closed to www-data; set TMPDIR to a folder that is not",
                        pytrace=False)
    return root
