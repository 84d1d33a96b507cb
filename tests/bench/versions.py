# SPDX-License-Identifier: Apache-2.0
"""What was measured, and on what."""

import re
import subprocess
from pathlib import Path

from lab import SOURCE


def _first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else "unknown"


def versions(build):
    cache = (build / "CMakeCache.txt").read_text()
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.M)[1]
    kind = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", cache, re.M)[1]
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    processors = Path("/proc/cpuinfo").read_text().count("processor\t")
    return {
        "mod_polyauth": f"commit {_first_line('git', '-C', SOURCE, 'describe', '--always', '--dirty')}, {kind} build",
        "httpd": _first_line("apache2", "-v").removeprefix("Server version: "),
        # The library's, which the servers use; the command may have been built with an older one.
        "OpenSSL": re.sub(r"OpenSSL .*Library: (OpenSSL [^)]*)\)", r"\1", _first_line("openssl", "version")),
        "nginx": _first_line("nginx", "-v").removeprefix("nginx version: "),
        "HAProxy": _first_line("haproxy", "-v").partition(" 20")[0],
        "compiler": _first_line(compiler, "--version"),
        "callgrind": _first_line("valgrind", "--version"),
        "processor": f"{processors} of {model[1] if model else 'an unknown kind'}, load average "
                     f"{Path('/proc/loadavg').read_text().split()[0]} at the start",
        "kernel": _first_line("uname", "-sr"),
    }
