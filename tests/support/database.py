# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of its own: a cluster in a temporary folder, reached by a socket there, run
as a user without rights. No service of the machine is touched."""
import glob
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

USER = "owner"


class Session:
    """session(statement) asks one database of the server."""

    def __init__(self, environment):
        self.environment = environment

    def __call__(self, statement):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement],
                              env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, check=False)
        assert done.returncode == 0, done.stdout
        return done.stdout


class Database:
    def __init__(self):
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(p.split("/")[4]))
        assert programs, "PostgreSQL is missing: scripts/install-packages test"
        self.programs = programs[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="polyauth-pg-"))
        # A database refuses to run as root.
        self.user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        self.folder.chmod(0o755)
        if self.user:
            shutil.chown(self.folder, "nobody", "nogroup")
        self.run("initdb", "-D", self.folder / "data", "-U", USER, "--auth=trust", "--no-sync",
                 "--encoding=UTF8", "--locale=C")
        self.start()

    def run(self, program, *arguments):
        done = subprocess.run([f"{self.programs}/{program}", *map(str, arguments)], cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=120, check=False, **self.user)
        assert done.returncode == 0, done.stdout.decode()

    def start(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-t", "60", "-l", self.folder / "log",
                 "-o", f"-c listen_addresses= -k {self.folder} -c fsync=off", "start")

    def kill(self):
        """As by a loss of power."""
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")

    def database(self, name):
        return Session({"PGHOST": str(self.folder), "PGUSER": USER, "PGDATABASE": name})

    @property
    def environment(self):
        return self.database("postgres").environment

    def __call__(self, statement):
        return self.database("postgres")(statement)

    def close(self):
        try:
            self.kill()
        except AssertionError:
            pass  # it was killed already
        shutil.rmtree(self.folder)
