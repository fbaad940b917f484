"""How often and how long a registry is asked before it counts as out of reach."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from mooring.delivery.publish.errors import RegistryUnreachable

# One image over a slow line: 400 MB at 1 MB/s three times.
SECONDS = 1_200.0

# A registry that restarts is back after the waits between them: 1, 2, 4 and 8 s.
TRIES = 5
FIRST_WAIT = 1.0

Answered = TypeVar("Answered")


@dataclass(frozen=True)
class Patience:
    """`seconds` is for one image, waits included; each wait is at most twice the one before."""

    seconds: float = SECONDS
    tries: int = TRIES
    first_wait: float = FIRST_WAIT


@dataclass(frozen=True)
class Deadline:
    """The end of one image's time."""

    at: float

    @property
    def left(self) -> float:
        """Seconds until then."""
        return self.at - time.monotonic()

    @property
    def share(self) -> float:
        """What one try may take: half of what is left, so that one that hangs is not the last."""
        return max(self.left / 2, 0.0)


@dataclass(frozen=True)
class Persistence:
    """Asks again what failed for a reason that may pass."""

    patience: Patience = field(default_factory=Patience)
    say: Callable[[str], None] = lambda text: None

    def deadline(self) -> Deadline:
        """The end of the time of an image that is begun now."""
        return Deadline(time.monotonic() + self.patience.seconds)

    def ask(self, deadline: Deadline, question: Callable[[float], Answered]) -> Answered:
        """The answer to `question`, which is given the seconds that it may take.

        Raises RegistryUnreachable when the last try did, or when there is no time for another.
        """
        for number in range(1, self.patience.tries):
            try:
                return question(deadline.share)
            except RegistryUnreachable as error:
                wait = self._wait(number)
                if wait >= deadline.left:
                    raise
                self.say(f"{error.problem}; trying again in {wait:.0f} s")
                time.sleep(wait)
        return question(deadline.share)

    def _wait(self, number: int) -> float:
        """Doubled each time, and spread, so that many runs do not come back at one moment."""
        longest = self.patience.first_wait * 2 ** (number - 1)
        return random.uniform(longest / 2, longest)
