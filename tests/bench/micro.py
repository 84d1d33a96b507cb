# SPDX-License-Identifier: Apache-2.0
"""The micro-benchmarks of the core: what polyauth_bench measures, by name."""

import subprocess
import xml.etree.ElementTree as tree

from server import BenchError

RUNS = 3


def run_micro(build):
    """Nanoseconds: the least mean of some runs, since what else the machine does can only add."""
    program = build / "tests/polyauth_bench"
    if not program.exists():
        raise BenchError(f"{program} is missing: build with -DPOLYAUTH_BUILD_TESTS=ON")
    least = {}
    for _ in range(RUNS):
        done = subprocess.run([program, "[bench]", "--reporter", "xml", "--benchmark-samples", "10"],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"polyauth_bench failed: {done.stdout[-2000:]}{done.stderr}")
        for result in tree.fromstring(done.stdout).iter("BenchmarkResults"):
            mean = float(result.find("mean").get("value"))
            least[result.get("name")] = min(mean, least.get(result.get("name"), mean))
    return least
