# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition, never for a time."""

import threading
import time
from datetime import timedelta


# A machine may be busy, and sanitizers make everything slower; a deadline is no measurement.
PATIENCE = 60.0


def wait_until(condition, what, timeout=PATIENCE):
    """The first true value of condition(); a test that waits in vain fails and says for what."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise AssertionError(f"waited {timeout} s in vain for {text}")
        threading.Event().wait(0.003)
    return value


def wait_for_moment(moment):
    """Returns when this datetime is more than a second ago, so that its second is over."""
    end = (moment + timedelta(seconds=1)).timestamp()
    wait_until(lambda: time.time() > end, f"{moment} to pass", max(end - time.time(), 0) + 1)
