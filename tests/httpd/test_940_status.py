# SPDX-License-Identifier: Apache-2.0
"""The status page counts what all processes decide, goes on over a restart, and tells it in JSON and
to Prometheus; what clients have sent never becomes markup."""

import re
import subprocess
from datetime import datetime, timezone

import pytest

from harness import status
from harness.live_acl import A, LiveAcl, own
from harness.verdict import FOREIGN, OWN, fill
from harness.waiting import wait_until

HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}


@pytest.fixture
def site(server):
    fill(server, OWN[1:], FOREIGN[1:], "sip.ld")
    return status.configure(server).start()


def counted(site, wanted):
    """Grants are counted when their answer is on its way already."""
    wait_until(lambda: status.totals(site) == wanted, lambda: f"{wanted}, not {status.totals(site)}")


def test_every_request_of_a_client_is_counted_once(site, pki):
    phone = pki.leaf("phone-a")
    assert [site.get(path, cert=phone).status for path in (OWN, OWN, "/sip.ld", FOREIGN)] == [200, 200, 200, 403]
    assert site.get(OWN).status == 403
    counted(site, {("granted", "own-file"): 2, ("granted", "shared-file"): 1, ("denied", "mac-foreign"): 1,
                   ("denied", "no-certificate"): 1})
    figures = status.figures(site)
    for periods, number in (("minutes", 60), ("hours", 14 * 24)):
        assert len(figures[periods]) == number
        assert [sum(each[name] for each in figures[periods]) for name in ("granted", "denied", "would-deny")] == [3, 2, 0]
    first, second = figures["refusals"]
    assert (first["reason"], first["device"], first["method"], first["path"], first["client"]) == (
        "no-certificate", None, "GET", OWN, "127.0.0.1")
    assert (second["reason"], second["device"], second["path"]) == ("mac-foreign", A, FOREIGN)
    at = datetime.fromisoformat(first["at"].replace("Z", "+00:00"))
    assert abs((datetime.now(timezone.utc) - at).total_seconds()) < 60
    assert "Apache/2.4" in figures["server"] and re.fullmatch(r"\d+\.\d+\.\d+.*", figures["version"])
    assert figures["logins"] is None


def test_an_error_page_is_not_counted_beside_its_request(server, pki):
    fill(server, OWN[1:], FOREIGN[1:], "sip.ld")
    status.configure(server, vhost_lines="ErrorDocument 403 /sip.ld\n").start()
    assert server.get(FOREIGN, cert=pki.leaf("phone-a")).status == 403
    assert server.get(OWN, cert=pki.leaf("phone-a")).status == 200
    counted(server, {("granted", "own-file"): 1, ("denied", "mac-foreign"): 1})


def test_audit_is_counted_apart(server, pki):
    fill(server, FOREIGN[1:])
    server.log.declare("PA1005", always=True)
    status.configure(server, mode="Audit").start()
    assert server.get(FOREIGN, cert=pki.leaf("phone-a")).status == 200
    counted(server, {("would-deny", "mac-foreign"): 1})
    assert status.figures(server)["refusals"][0]["decision"] == "would-deny"


def test_all_children_count_together_and_a_restart_goes_on(server):
    live = LiveAcl(server)
    live.start(A, more=status.SECTION, modules=status.MODULES, ssl_verify="optional")
    live.ask_every_child(A)
    asked = len(server.log.grants())
    assert len({re.search(r"\[pid (\d+)", line).group(1) for line in server.log.lines("PA5001")}) > 1
    counted(server, {("granted", "own-file"): asked})
    since = status.figures(server)["since"]
    server.graceful()
    counted(server, {("granted", "own-file"): asked})
    assert live.status(A) == 200
    counted(server, {("granted", "own-file"): asked + 1})
    assert status.figures(server)["since"] == since
    server.kill_children()
    counted(server, {("granted", "own-file"): asked + 1})


def test_files_in_force_and_what_is_wrong_with_them(server):
    live = LiveAcl(server)
    live.start(A, "0004f2*", more=status.SECTION, modules=status.MODULES, ssl_verify="optional")
    (row,) = status.figures(server)["files"]
    assert (row["kind"], row["path"], row["generation"], row["problem"]) == ("acl", str(live.path), 1, None)
    assert 'id="attention"' not in status.page(server).text
    assert row["summary"] == "devices=1 ranges=1 denials=0" and row["adopted"].endswith("Z")
    server.log.declare("PA2002")
    live.put(A, "<oops>")
    wait_until(live.complaints, "the mistake to be reported")
    (row,) = status.figures(server)["files"]
    assert row["generation"] == 1 and row["problem"].startswith("2:1: ")
    attention = re.search(r'id="attention">.*?</section>', status.page(server).text, re.S).group()
    assert str(live.path) in attention and "Not adopted:</b> 2:1: " in attention
    assert f'polyauth_file_refused{{kind="acl",path="{live.path}"}} 1\n' in prometheus(server)
    live.put(A)
    live.loaded(2)
    (row,) = status.figures(server)["files"]
    assert (row["generation"], row["problem"], row["summary"]) == (2, None, "devices=1 ranges=0 denials=0")
    assert 'id="attention"' not in status.page(server).text
    assert f'polyauth_file_generation{{kind="acl",path="{live.path}"}} 2\n' in prometheus(server)


def prometheus(server):
    answer = server.get("/status?format=prometheus")
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answer.text


def test_prometheus_takes_it(server, pki):
    live = LiveAcl(server)
    live.path = live.folder / 'a "quoted" \\ list'
    live.put(A)
    path = str(live.path).replace("\\", "\\\\").replace('"', '\\"')
    live.configure(path=path, more=status.SECTION, modules=status.MODULES, ssl_verify="optional").server.start()
    assert live.status(A, own("0004f2bbbbbb")) == 403
    text = prometheus(server)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, ""), text
    assert 'polyauth_requests_total{decision="denied",reason="mac-foreign"} 1\n' in text
    assert 'polyauth_requests_total{decision="granted",reason="own-file"} 0\n' in text
    assert re.search(r'polyauth_file_adopted_timestamp_seconds\{kind="acl",path="[^\n]+"\} \d{10}\n', text)
    assert 'a \\"quoted\\" \\\\ list"' in text


def test_what_a_client_sends_never_becomes_markup(site, pki):
    target = "/%3Cscript%3Ealert(1)%3C/script%3E%22'%26%01%ff%E2%80%AE"
    assert site.get(target, cert=pki.leaf("phone-a"), headers={"User-Agent": "<script>"}).status == 403
    text = status.page(site).text
    assert "<script" not in text
    assert r"/&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\x01\xff\xe2\x80\xae" in text
    assert status.figures(site)["refusals"][0]["path"] == "/<script>alert(1)</script>\"'&\\x01\\xff\\xe2\\x80\\xae"


def test_a_long_path_is_cut_short(site, pki):
    assert site.get(("/" + "x" * 100) * 6, cert=pki.leaf("phone-a")).status == 403
    assert len(status.figures(site)["refusals"][0]["path"]) == 256


def test_the_last_refusals_are_bounded(site, pki):
    with site.connect(pki.leaf("phone-a")) as connection:
        for number in range(70):
            assert connection.request(f"/{number}{FOREIGN}").status == 403
    paths = [each["path"] for each in status.figures(site)["refusals"]]
    assert paths == [f"/{number}{FOREIGN}" for number in range(69, 5, -1)]
    text = status.page(site).text
    shown, rest = text.split("<details>")
    assert "<summary>52 before these</summary>" in rest
    assert f"GET /58{FOREIGN}" in shown and f"GET /57{FOREIGN}" not in shown and f"GET /57{FOREIGN}" in rest
    assert "of the last 64" in text
    # The scale ends at a plain number above the highest bar, which may be two neighbours.
    assert re.search(r"<span>(40|60|80)</span><span>(20|30|40)</span><span>0</span>", text)


def test_a_server_that_was_just_started_says_so(site):
    text = status.page(site).text
    for words in ("No request in the last fortnight.", "Nothing was refused.", "None.",
                  "The configuration names none that is followed."):
        assert words in text
    assert "<svg" not in text and "<table" not in text and "Needs attention" not in text


def test_the_page_says_what_a_reason_means_and_what_to_do(site, pki):
    site.get(FOREIGN, cert=pki.leaf("phone-a"))
    text = status.page(site).text
    assert "Find out whether it is a wrong link in a configuration, or an attempt." in text
    assert text.count("<svg") == 3 + 3 and "<script" not in text
    assert "are known where PolyAuthState is set" in text


@pytest.mark.parametrize("query", ["", "?format=json", "?format=prometheus"])
def test_every_form_has_the_header_fields_and_a_head(site, query):
    answer = site.get(f"/status{query}", method="HEAD")
    assert answer.status == 200 and answer.body == b"" and int(answer.headers["Content-Length"]) > 500
    for name, value in HEADERS.items():
        assert answer.headers.get_all(name) == [value], name
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("query", ["format=xml", "format=json&x", "x", "format=JSON"])
def test_another_query_is_refused(site, query):
    answer = site.get(f"/status?{query}")
    assert answer.status == 400 and "Accepted are format=json" in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_read(site, method):
    answer = site.get("/status", method=method, body="x")
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD"


def test_the_sites_own_require_decides(server):
    status.configure(server, section=status.SECTION.replace("local", "ip 192.0.2.1")).start()
    server.log.declare("AH01630")
    answer = status.page(server)
    assert answer.status == 403 and "granted" not in answer.text
