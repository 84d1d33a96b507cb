# SPDX-License-Identifier: Apache-2.0
"""Servers share one PostgreSQL: one first use, one count of tries, one end of a window; and what
happens to it harms nobody else who uses mod_dbd."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.onetime import COLUMNS, MAC, OTHER, RIGHT, WRONG, OneTime
from harness.waiting import wait_until

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from database import Database  # noqa: E402


@pytest.fixture(scope="module")
def postgresql():
    database = Database()
    yield database
    database.close()


@pytest.fixture
def cluster(postgresql):
    """Emptied."""
    postgresql("DROP TABLE IF EXISTS polyauth_schema, polyauth_onetime, polyauth_seen, staff")
    return postgresql


class Shared:
    """The interface of harness.onetime.SqliteFile, by psql."""

    def __init__(self, cluster):
        self.cluster = cluster

    def __call__(self, sql, *values):
        for value in values:
            text = "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)
            sql = sql.replace("?", text.replace("?", "\0"), 1)
        out = self.cluster(sql.replace("\0", "?"))
        return [tuple(each or None for each in line.split("|")) for line in out.splitlines()]


def make(make_server, cluster, extra="", **options):
    session = cluster.environment
    parameters = f"host={session['PGHOST']} user={session['PGUSER']} dbname={session['PGDATABASE']}"
    site = OneTime(make_server(), state="dbd", modules=("dbd", *options.pop("modules", ())),
                   global_lines=f'DBDriver pgsql\nDBDParams "{parameters}"\n{extra}', **options)
    site.database = Shared(cluster)
    return site


def record(site, mac=MAC):
    row = site.record(mac)
    return {name: row[name] if name in ("mac", "hash", "issued_by") else row[name] and int(row[name])
            for name in COLUMNS}


def prepared(site):
    """The tables are made by the first who needs them."""
    assert site.status() == 401
    return site


def test_two_servers_accept_one_first_use(make_server, cluster):
    a, b = [prepared(make(make_server, cluster).start()) for _ in range(2)]
    for _ in range(3):
        a.issue()
        with ThreadPoolExecutor(8) as pool:
            done = [pool.submit(site.status) for site in (a, b) * 8]
        assert [each.result() for each in done] == [200] * 16
        firsts = [*a.server.log.lines("PA4041"), *b.server.log.lines("PA4041")]
        assert len(firsts) == 1
        assert record(a)["tries"] == 0
        a.server.log.mark()
        b.server.log.mark()


def test_two_servers_count_the_same_tries(make_server, cluster):
    a, b = [prepared(make(make_server, cluster).start()) for _ in range(2)]
    a.issue()
    assert [site.status(each) for site, each in zip((a, b) * 2, WRONG)] == [401] * 4
    # The last wrong one, by the other server.
    assert a.status(WRONG[3]) == 401 and record(a)["tries"] == 4
    assert b.status(WRONG[4]) == 401 and a.status() == 401 and b.status() == 401
    assert a.reasons()[-1] == b.reasons()[-1] == "void"


def test_a_login_at_one_server_ends_the_window_at_both(make_server, cluster):
    a, b = [prepared(make(make_server, cluster).start()) for _ in range(2)]
    a.issue()
    assert [a.status(), b.status()] == [200, 200]
    end = record(a)["window_end"]
    assert b.regular_status() == 200
    wait_until(lambda: record(a)["window_end"] < end, "the end of the window")
    assert [a.status(), b.status()] == [401, 401]


def test_a_login_that_is_no_news_to_a_server_ends_it_as_well(make_server, cluster):
    """Each process there has noted the device within the hour, and would not write it again."""
    a, b = [prepared(make(make_server, cluster).start()) for _ in range(2)]
    assert {b.regular_status() for _ in range(40)} == {200}
    b.wait_for_seen((MAC, "now"))
    a.issue()
    assert a.status() == 200
    end = record(a)["window_end"]
    wait_until(lambda: b.regular_status() == 200 and record(a)["window_end"] < end,
               "the end of the window", 60)
    assert [a.status(), b.status()] == [401, 401]
    assert f"device={MAC}" in b.server.log.wait_for("PA4046")


def test_a_database_that_goes_and_comes(make_server, cluster):
    site = prepared(make(make_server, cluster).start())
    site.issue()
    assert site.status() == 200
    site.server.log.declare("PA4043", "PA4045", "AH00629", "AH02655", "AH00639", "AH00633")
    cluster.kill()
    try:
        assert site.status() == 401
        assert "PolyAuthState dbd cannot be used" in site.server.log.wait_for("PA4043")
        assert site.regular_status(OTHER) == 200
    finally:
        cluster.start()
    wait_until(lambda: site.status() == 200, "the database to be used again")
    site.server.log.wait_for("PA4044")
    wait_until(lambda: (OTHER, "now") in site.seen(), "the login to be noted")


def test_a_start_without_the_database(make_server, cluster):
    cluster.kill()
    try:
        site = make(make_server, cluster)
        site.server.log.declare("PA4043", "PA4045", "AH00629", "AH02655", "AH00633", "AH00636",
                                "AH00639")
        site.start()
        assert site.status() == 401
    finally:
        cluster.start()
    wait_until(lambda: site.status() == 401 and "none" in site.reasons(), "the tables to be made")
    site.issue()
    assert site.status() == 200


STAFF = """\
<Location /staff>
  AuthType Basic
  AuthName "Staff"
  AuthBasicProvider dbd
  AuthDBDUserPWQuery "SELECT password FROM staff WHERE name = %s"
  Require valid-user
</Location>
"""


def test_others_who_use_mod_dbd_are_not_harmed(make_server, cluster):
    cluster("CREATE TABLE staff (name text, password text)")
    # Of "secret".
    cluster("INSERT INTO staff VALUES ('anna', '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=')")
    site = prepared(make(make_server, cluster, STAFF, modules=("authn_dbd",)).start())
    site.server.write("staff/index.txt", "for staff")

    def staff():
        return site.server.get("/staff/index.txt", cert=site.server.pki.leaf("phone-a"),
                               auth=("anna", "secret")).status

    assert staff() == 200
    site.server.log.declare("PA4043", "PA4045")
    for harm in ("DROP TABLE polyauth_onetime", "DROP TABLE polyauth_seen",
                 "UPDATE polyauth_schema SET version = 7"):
        cluster(harm)
        assert site.regular_status() == 200
        for _ in range(4):
            assert site.status() == 401
            assert staff() == 200
    cluster("DROP TABLE polyauth_schema")
    wait_until(lambda: site.status() == 401 and "none" in site.reasons(), "the tables to be made")
    site.issue()
    assert site.status() == 200 and staff() == 200
    # Ours are not among what mod_dbd prepares, nor left on the server.
    assert cluster("SELECT count(*) FROM pg_prepared_statements").strip() == "0"


def test_nothing_of_a_password_is_in_the_logs_of_the_database(make_server, cluster):
    cluster("ALTER SYSTEM SET log_statement = 'all'")
    cluster("SELECT pg_reload_conf()")
    try:
        site = prepared(make(make_server, cluster).start())
        site.issue()
        assert [site.status(WRONG[0]), site.status()] == [401, 200]
        log = (cluster.folder / "log").read_text(errors="replace")
        assert RIGHT not in log and WRONG[0] not in log
        assert "polyauth_onetime" in log
    finally:
        cluster("ALTER SYSTEM RESET log_statement")
        cluster("SELECT pg_reload_conf()")


def test_mod_dbd_with_sqlite(make_server):
    server = make_server()
    site = OneTime(server, state="dbd", modules=("dbd",),
                   global_lines=f'DBDriver sqlite3\nDBDParams "{server.root}/state/state.sqlite"').start()
    prepared(site)
    site.issue()
    assert [site.status(WRONG[0]), *(site.status() for _ in range(6))] == [401] + [200] * 6
    assert site.regular_status() == 200 and site.status() == 401
    site.wait_for_seen((MAC, "one-time"), (MAC, "now"))


def test_without_a_driver_nothing_is_accepted(make_server):
    server = make_server()
    site = OneTime(server, state="dbd", modules=("dbd",))
    server.log.declare("PA4043", "PA4045", "AH02654")
    site.start()
    assert site.status() == 401 and site.regular_status() == 200
    assert "mod_dbd has no connection" in server.log.wait_for("PA4043")
