# SPDX-License-Identifier: Apache-2.0
"""The logs are read aright, and a test that leaves complaints behind fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent


def test_decisions_are_read_from_the_log(make_server):
    server = make_server(polyauth=False)
    server.log.path.write_text(
        "[t] [polyauth:notice] [pid 1] [client c] PA5002: denied reason=mac-foreign "
        'device=0004f2aaaaaa method=GET path="/a \\"b\\" reason=x" foreign=0004f2bbbbbb\n'
        '[t] [polyauth:info] [pid 1] PA5001: granted reason=own-file device=0004f2aaaaaa path="/c"\n'
        "[t] [polyauth:notice] [pid 1] PA5003: would-deny reason=no-certificate\n"
        "[t] [polyauth:notice] [pid 1] PA5002: denied half a line")
    assert server.log.denials() == [{
        "reason": "mac-foreign", "device": "0004f2aaaaaa", "method": "GET",
        "path": '/a \\"b\\" reason=x', "foreign": "0004f2bbbbbb"}]
    assert [each["reason"] for each in server.log.grants()] == ["own-file"]
    assert [each["reason"] for each in server.log.would_denials()] == ["no-certificate"]


@pytest.mark.parametrize("line, declared, clean", [
    ("[t] [core:notice] [pid 1] AH00094: Command line", [], True),
    ("[t] [authz_core:error] [pid 1] AH01630: client denied", [], True),
    ("[t] [core:error] [pid 1] AH00037: Symbolic link not allowed", [], False),
    ("[t] [core:error] [pid 1] AH00037: Symbolic link not allowed", ["AH00037"], True),
    ("[t] [polyauth:warn] [pid 1] PA1002: says AH01630: in passing", [], False),
    ("[t] [polyauth:warn] [pid 1] PA1002: something", ["PA1002"], True),
    ("[t] [:emerg] [pid 1] no id at all", ["PA1002"], False),
    ("[t] [core:notice] [pid 1] AH00052: child pid 2 exit signal Segmentation fault (11)", [], False),
    ("[t] [ssl:error] [pid 1:tid 2] AH02039: Error\n"
     "[t] [ssl:error] [pid 1:tid 2] SSL Library Error: error:0", ["AH02039"], True),
    ("[t] [ssl:error] [pid 1:tid 2] AH02039: Error\n"
     "[t] [ssl:error] [pid 1:tid 3] SSL Library Error: error:0", ["AH02039"], False),
    ("terminate called after throwing an instance of", [], False),
])
def test_only_declared_complaints_pass(make_server, line, declared, clean):
    server = make_server(polyauth=False)
    server.log.path.write_text(line + "\n")
    server.log.declare(*declared)
    if clean:
        server.check_hygiene()
    else:
        with pytest.raises(AssertionError, match="undeclared"):
            server.check_hygiene()


def run_pytest(folder, body, **environment):
    """Another test run with this folder's fixtures, to see how it ends."""
    (folder / "test_inner.py").write_text(body)
    clean = {name: value for name, value in os.environ.items() if name != "POLYAUTH_MODULE"}
    return subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "conftest",
         "--rootdir", folder, folder], capture_output=True, text=True, cwd=folder,
        env={**clean, "PYTHONPATH": str(HERE), **environment})


def test_an_undeclared_error_fails_the_test_that_caused_it(tmp_path):
    done = run_pytest(tmp_path, """
import os
def test_complains(make_server):
    server = make_server(polyauth=False)
    os.symlink("/etc/passwd", server.docroot / "link")
    server.configure(ssl_verify=None, 
        vhost_lines=f"<Directory {server.docroot}>\\nOptions None\\n</Directory>").start()
    assert server.get("/link").status == 403
""")
    assert done.returncode == 1 and "AH00037" in done.stdout, done.stdout


@pytest.mark.parametrize("value", ["", "/nowhere/mod_polyauth.so"])
def test_a_missing_module_fails_and_never_skips(tmp_path, value):
    done = run_pytest(tmp_path, "def test_needs_the_module(server): pass\n", POLYAUTH_MODULE=value)
    assert done.returncode == 1 and "POLYAUTH_MODULE" in done.stdout, done.stdout
    assert "skipped" not in done.stdout
