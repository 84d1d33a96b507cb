# SPDX-License-Identifier: Apache-2.0
"""Passwords as administrators make them, phones send them and the contract derives them."""

import base64
import hashlib
import hmac
import os
import subprocess
from datetime import datetime, timedelta, timezone

A, B = "0004f2aaaaaa", "0004f2bbbbbb"
MODULES = ("auth_basic", "authn_file", "authz_user")


def htpasswd(user, password, *options):
    """The line that htpasswd writes; a cheap bcrypt where no option says otherwise."""
    done = subprocess.run(["htpasswd", "-ni", *(options or ("-B", "-C", "4")), user],
                          input=password.encode(), capture_output=True, check=True)
    return done.stdout.decode().strip()


def when(seconds):
    """An instant that many seconds from now, as from= and until= take it."""
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def secret(number):
    return hashlib.sha256(b"secret of a test %d" % number).digest()


def secret_line(number, identifier, options=""):
    return f"{identifier}:{base64.b64encode(secret(number)).decode()} {options}".strip()


def derived(number, mac):
    text = b"mod_polyauth device password v1\0" + mac.encode()
    digest = hmac.new(secret(number), text, hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:20]


def put(server, name, *lines, mode=0o644):
    """A file beside the document root, replaced by a rename; its path."""
    path = server.root / "conf" / name
    beside = server.write(path.with_name(name + ".new"), "".join(f"{line}\n" for line in lines), mode)
    os.rename(beside, path)
    return path


def section(folder, *lines, require="Require valid-user", provider="polyauth"):
    """A <Directory> that asks for a user and a password."""
    return "\n".join([f'<Directory "{folder}">', "AuthType Basic", 'AuthName "Phones"',
                      f"AuthBasicProvider {provider}", require, *lines, "</Directory>\n"])


def authorization(user, password):
    pair = b":".join(each if isinstance(each, bytes) else each.encode() for each in (user, password))
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
