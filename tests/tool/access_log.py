# SPDX-License-Identifier: Apache-2.0
"""Lines of an access log, as httpd writes them in the LogFormat of the manual."""

A, B = "0004f2aaaaaa", "0004f2bbbbbb"
REFUSED = {"would-deny", "denied"}


def escaped(text):
    """As ap_escape_logitem() does."""
    letters = {"\b": "\\b", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    return "".join("\\" + c if c in '"\\' else letters.get(c) or
                   (c if " " <= c <= "~" else "".join(f"\\x{b:02x}" for b in c.encode()))
                   for c in text)


def line(target="/", *, reason="own-file", decision=None, mac=A, method="GET", status=200,
         client="192.0.2.1", user="-", label="-", agent="curl/7.88", request=None):
    if decision is None:
        decision = "granted" if reason in ("own-file", "shared-file", "device") else "would-deny"
    request = f"{method} {target} HTTP/1.1" if request is None else request
    return (f'{client} - {escaped(user)} [24/Nov/2026:22:04:43 +0000] "{escaped(request)}" {status} '
            f'17 "-" "{escaped(agent)}" mac={mac} decision={decision} reason={reason} '
            f'label={label}\n')
