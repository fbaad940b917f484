"""What labels were said lately: repeats are told from news, and contradictions are marked.

Bounded: who reads the log judges all labels, this only keeps repeats from filling it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

Outcome = Literal["accepted", "duplicate", "conflict"]

# Twelve megabytes.
_MOST = 50_000


class Recent:
    """The first label of each of the last predictions that had one."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._said: OrderedDict[str, float] = OrderedDict()
        self._disputed: OrderedDict[str, float] = OrderedDict()

    def judge(self, name: str, label: float) -> tuple[Outcome, bool]:
        """What a label is to what was said before, and whether the log should have it.

        Of each prediction it gets the first label and the first that contradicts it: more of them
        add nothing but size.
        """
        first = self._said.get(name)
        if first is None:
            self._put(self._said, name, label)
            return "accepted", True
        if first == label:
            return "duplicate", False
        known = name in self._disputed
        self._put(self._disputed, name, label)
        return "conflict", not known

    def forget(self, names: list[str]) -> None:
        """These were not kept after all: they may be said again."""
        for name in names:
            self._said.pop(name, None)
            self._disputed.pop(name, None)

    def _put(self, among: OrderedDict[str, float], name: str, label: float) -> None:
        among[name] = label
        if len(among) > self._most:
            among.popitem(last=False)
