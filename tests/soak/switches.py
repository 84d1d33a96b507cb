# SPDX-License-Identifier: Apache-2.0
"""What the writers changed and when, in memory that the clients' processes share."""

import time
from multiprocessing import RawArray

from judge import SERVED, expected_of


class Switch:
    """Whether a device (or password) is admitted. The writer says so before and after it changes the file."""

    def __init__(self, grace, value):
        self._grace, self._state = grace, RawArray("d", [float(value), float("-inf")])

    value = property(lambda self: bool(self._state[0]))

    def begin(self, value):
        self._state[1] = time.monotonic()
        self._state[0] = float(value)

    def done(self):
        self._state[1] = time.monotonic()

    def before(self):
        """To be handed to after() when the answer is there."""
        return time.monotonic(), *self._state

    def after(self, before):
        asked, value, changed = before
        return expected_of(value, max(changed, self._state[1]), asked, self._grace)


class Always:
    """What does not change."""

    def __init__(self, expected=SERVED):
        self._expected = expected

    def before(self):
        return None

    def after(self, _):
        return self._expected
