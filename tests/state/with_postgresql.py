# SPDX-License-Identifier: Apache-2.0
"""with_postgresql.py PROGRAM...: runs it with a PostgreSQL of its own, in POLYAUTH_TEST_PGSQL."""
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from database import Database  # noqa: E402

database = Database()
try:
    session = database.environment
    parameters = f"host={session['PGHOST']} user={session['PGUSER']} dbname={session['PGDATABASE']}"
    done = subprocess.run(sys.argv[1:], check=False,
                          env={**os.environ, "POLYAUTH_TEST_PGSQL": parameters})
finally:
    database.close()
sys.exit(done.returncode)
