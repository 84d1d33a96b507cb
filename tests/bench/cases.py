# SPDX-License-Identifier: Apache-2.0
"""The cases by name: what is compared with what, and what is unfair in it."""

from dataclasses import dataclass
from typing import Callable

from peers import (EXPRESSION, GRANTED, SNIPPET, Apache, HAProxy, Nginx, haproxy_check, nginx_check, polyauth)

SHORT_LIST = 1000


@dataclass(frozen=True)
class Case:
    title: str
    base: str  # the same peer without the check
    peer: Callable  # of the lab, the length of the long list, and whether for callgrind
    ours: bool = False


def _ours(section, **how):
    return lambda lab, devices, alone: Apache(lab, section(lab, devices), alone=alone, **how)


def _theirs(section):
    return lambda lab, devices, alone: Apache(lab, section, with_module=False, alone=alone)


def _short(lab):
    return lab.list_of(SHORT_LIST)


CASES = {
    "none": Case("httpd, no check", "none", _theirs(GRANTED)),
    "off": Case("PolyAuth Off", "none", _ours(lambda *_: GRANTED), True),
    "on": Case("PolyAuth On", "none", _ours(lambda lab, _: polyauth(lab)), True),
    "acl": Case("PolyAuth On, ACL of 1,000 devices", "none",
                _ours(lambda lab, _: polyauth(lab, _short(lab))), True),
    "trust": Case("On, ACL, trust file and CRLs", "none",
                  _ours(lambda lab, _: polyauth(lab, _short(lab), True)), True),
    "all": Case("everything on, compiled ACL of {devices:,} devices", "none",
                _ours(lambda lab, devices: polyauth(lab, lab.compiled(devices), True),
                      server=["PolyAuthExpiredCertificates listed"]), True),
    "first": Case("the same as trust, first request of a connection", "none",
                  _ours(lambda lab, _: polyauth(lab, _short(lab), True)), True),
    "snippet": Case("the phone maker's <If> -strcmatch", "none", _theirs(SNIPPET)),
    "expr": Case("Require expr with the same comparison", "none", _theirs(EXPRESSION)),
    "nginx": Case("nginx, no check", "nginx", lambda lab, *_: Nginx(lab)),
    "nginx-own": Case("nginx, map and if", "nginx", lambda lab, *_: nginx_check(lab)),
    "nginx-all": Case("the same, list of 1,000 devices, CRLs", "nginx",
                      lambda lab, *_: nginx_check(lab, lab.list_of(SHORT_LIST, "nginx"), True)),
    "haproxy": Case("HAProxy, no check", "haproxy", lambda lab, *_: HAProxy(lab)),
    "haproxy-own": Case("HAProxy, http-request rules", "haproxy", lambda lab, *_: haproxy_check(lab)),
    "haproxy-all": Case("the same, list of 1,000 devices, CRLs", "haproxy",
                        lambda lab, *_: haproxy_check(lab, lab.list_of(SHORT_LIST, "haproxy"), True)),
}

CONFIGURED = """\
httpd with event, Debian's MPM: callgrind meets one process with one worker thread (-X), and counts what
its listener does for it, load and lists two processes of 16 threads. nginx: `master_process off; daemon off; worker_processes 1`. HAProxy: `nbthread 1`, `-db`.
All end TLS 1.2 with the same key, demand a client certificate of the same CAs, and keep connections
alive. httpd and nginx serve one static file of 12 bytes, HAProxy the same bytes by
`http-request return`: a backend would be another process and more noise than the check.
The check of nginx: the CN is cut out of `$ssl_client_s_dn` by a `map`, a second `map` looks for it in the
last segment of `$uri`, `if` refuses, a third `map` holds the list. The check of HAProxy: `ssl_c_s_dn(CN)` in
a variable, a regular expression for its form, `strcmp` with the start of the last segment of the path,
an ACL file."""

UNFAIR = """\
- What is compared is each peer with itself without the check. The peers as a whole do different work:
  HAProxy opens no file.
- The snippet and `Require expr` let through what they should not: who has no CN gets everything, a CN
  with a wildcard matches every name, a MAC anywhere in the path will do. They know no list.
- nginx and HAProxy verify the chain and the CRLs at a full handshake only, and never again on that
  connection or a resumed session; PolyAuth does it at each request. They judge the path of the
  request, not the file that it leads to, and know no shared files, uploads, queries, inner requests or reasons.
  A MAC in another spelling, or a second one in the path, is not seen.
- They look into their lists at each request; PolyAuth only when a list has changed since it admitted the
  device on that connection. What a look-up costs by itself stands under "The core by itself".
- A change of their lists needs a reload (nginx), which takes the memory twice and ends in new
  processes, or a reload or commands on a socket that no file follows (HAProxy). AuthGroupFile is read
  anew at each request.
- Under prefork a process has one thread, and a second one once a file is followed; that alone costs
  libc some 300 to 500 instructions a request, locks above all. In event and worker, which are counted
  here, there are threads with and without PolyAuth.
- `the check adds` holds what a longer answer costs httpd: a governed one carries `Cache-Control: private`.
- Files of other names and lengths move what the check adds by some 150 instructions, mostly upwards: where
  APR's pools begin a new block, and how many bytes OpenSSL encrypts by itself after the last 96.
- httpd with a check of its own sets out from more than nginx and HAProxy do: a per cent of the one is not
  a per cent of the other."""
