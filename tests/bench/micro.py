# SPDX-License-Identifier: Apache-2.0
"""The micro-benchmarks of the core: what polyauth_bench measures, by name."""

import subprocess
import xml.etree.ElementTree as tree

from server import BenchError


def run_micro(build):
    program = build / "tests/polyauth_bench"
    if not program.exists():
        raise BenchError(f"{program} is missing: build with -DPOLYAUTH_BUILD_TESTS=ON")
    done = subprocess.run([program, "[bench]", "--reporter", "xml", "--benchmark-samples", "30"], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"polyauth_bench failed: {done.stdout[-2000:]}{done.stderr}")
    return {result.get("name"): float(result.find("mean").get("value"))
            for result in tree.fromstring(done.stdout).iter("BenchmarkResults")}
