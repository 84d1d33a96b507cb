# SPDX-License-Identifier: Apache-2.0
"""One request and its verdict: status, the reason in the log, and a body that betrays nothing."""

from harness.waiting import wait_until

A, B = "0004f2aaaaaa", "0004f2bbbbbb"
OWN, FOREIGN = f"/{A}.cfg", f"/{B}.cfg"
SECRET = "the secret of"
GRANTED = {"own-file", "shared-file", "device"}


def fill(server, *names):
    """Writes files whose content no refused client may see."""
    for name in names:
        server.write(name, f"{SECRET} {name}\n")


def governed(folder, *lines, mode="On"):
    return "\n".join([f'<Directory "{folder}">', f"PolyAuth {mode}", *lines, "</Directory>\n"])


def expect(server, status, reason, target, connection=None, **request):
    """Asserts status and reason; the response, with the log line's pairs as `line`.

    Reason None: httpd itself answers, and the gate says nothing.
    """
    denied, granted = len(server.log.denials()), len(server.log.grants())
    response = (connection.request if connection else server.get)(target, **request)
    lines = server.log.denials()[denied:]
    seen = f"{target!r} {response} {lines}"
    assert response.status == status, seen
    if reason in GRANTED:
        assert not lines, seen
        # Grants are logged when the answer is on its way already.
        lines = wait_until(lambda: server.log.grants()[granted:],
                           lambda: f"PA5001 for {seen} in\n{server.log.text()}")
    if reason is None:
        assert not lines and SECRET not in response.text, seen
        return response
    assert [line["reason"] for line in lines] == [reason], seen
    if reason not in GRANTED:
        assert SECRET not in response.text and reason not in response.text, seen
    response.line = lines[0]
    return response


CGI = '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n%s of a handler\\n" "the secret"\nenv\n'
CGI_LINES = "Options +ExecCGI\nAddHandler cgi-script .cgi"


def environment(response):
    """What the CGI program above was told."""
    return dict(line.split("=", 1) for line in response.text.splitlines() if "=" in line)
