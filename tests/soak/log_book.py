# SPDX-License-Identifier: Apache-2.0
"""The error log, line by line: each belongs to a pattern that says why it may be there, or is a fault."""

import re
from collections import Counter

# (pattern, why it is in order). The first that matches counts. Of a child that was killed by SIGKILL httpd says
# nothing; AH00052 is another death.
EXPLAINED = [
    (r"AH00489: ", "start and each graceful restart: the version in force"),
    (r"AH00493: SIGUSR1 received", "a graceful restart, ours"),
    (r"AH00094: Command line", "start and each graceful restart"),
    (r"AH00492: caught SIGWINCH", "the end: children go gracefully"),
    (r"AH00491: caught SIGTERM", "the end"),
    (r"AH01873: ", "SSLSessionCache is none: sessions are resumed by tickets"),
    (r"AH01882: ", "this machine's OpenSSL is older than the one that httpd was built with"),
    (r"AH02039: Certificate Verification: Error \(\d+\)", "an attacker's certificate, refused in the handshake"),
    (r"AH01630: client denied by server configuration", "authz_core's own line beside PA5002"),
    (r"AH01617: user \S+: authentication failure for \"/(login|onboard|portal)", "a guessed password"),
    (r"AH01618: user \S+ not found: /(login|onboard|portal)",
     "a guessed user or password, or one that is out of the file at that moment"),
    (r"AH03092: ", "httpd's: a child that ends meets a connection that is about to close"),
    (r"An error occurred while reading the request body", "mod_dav's: an attacker's half upload"),
    (r"AH10159: ", "as many spare threads are wanted as there can be, so that a killed child is replaced at once"),
    (r"PA2001: loaded ", "a changed list, CRL or password file is in force"),
    (r"PA2002: .*/text\.acl:2:1: \"0004f2aaaaag\" is no entry",
     "the administrator's slip in the text list; what was in force stays"),
    (r"PA4032: issued", "a person issued a one-time password"),
    (r"PA4033: revoked", "a person revoked one"),
    (r"PA4034: onboarding: told", "a phone was told its regular password"),
    (r"PA4041: ", "the first use of a one-time password"),
    (r"PA4042: ", "a wrong one-time password, or one that is over"),
    (r"PA4046: ", "a regular password ended the window of a one-time password"),
    *((rf"PA5002: denied reason={reason} ", why) for reason, why in {
        "no-certificate": "an attacker without a certificate",
        "certificate-revoked": "a revoked phone",
        "issuer-untrusted": "an attacker's certificate of a CA that the trust file does not name",
        "identity-missing": "an attacker's certificate without a name",
        "identity-multiple": "an attacker's certificate with two names",
        "identity-malformed": "an attacker's certificate whose name is a pattern, a placeholder or no address",
        "acl-denied": "a phone that the lists deny for ever",
        "acl-unlisted": "a phone that the lists do not name, for ever or at that moment",
        "method-refused": "an attacker's method", "path-unsafe": "an attacker's spelling",
        "mac-foreign": "an attacker after another phone's file", "mac-missing": "an attacker after a folder",
        "shared-read-only": "an attacker who overwrites a shared file",
        "upload-refused": "an attacker who overwrites a settings file",
        "user-not-device": "an attacker with another phone's password"}.items()),
]
# Behind what httpd puts before each message: a client's text further on explains nothing.
_HEAD = r"(?:\[[^\]]*\] |\(\d+\)[^:]*: )+"
_COMPILED = [(re.compile(_HEAD + pattern), pattern) for pattern, _ in EXPLAINED]
_THREAD = re.compile(r"\[pid \d+(:tid \d+)?\]")
_SSL_DETAIL = "] SSL Library Error: "


def read(lines):
    """(Counter by pattern, the lines that no pattern explains)."""
    counts, left, last = Counter(), [], {}
    for line in lines:
        if not line.strip():
            continue
        thread = _THREAD.search(line)
        thread = thread and thread.group()
        # mod_ssl's details carry no id; they belong to the line before them of the same thread.
        if _SSL_DETAIL in line:
            found = last.get(thread)
        else:
            found = next((pattern for compiled, pattern in _COMPILED if compiled.match(line)), None)
            last[thread] = found
        if found is None:
            left.append(line)
        else:
            counts[found] += 1
    return counts, left
