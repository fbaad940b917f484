"""Contexts: what is the same for all records of one version in one role, written once a segment.

Names of features, digests and versions would be two thirds of every record. A record names its
context by a key of eight bytes; the context itself is a frame before the first record that needs
it, so every segment can be read by itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

import orjson

from mooring.contract.errors import MooringError
from mooring.predictionlog.errors import BrokenFrame
from mooring.predictionlog.frames import Frame, Kind

# The folder below the home: what was predicted, and what turned out to be true.
Log = Literal["predictions", "feedback"]
Role = Literal["champion", "challenger", "shadow"]

# What became of a feature's values: as they were, left out, or replaced by a keyed hash.
Treatment = Literal["plain", "dropped", "hashed"]


@dataclass(frozen=True)
class LoggedFeature:
    """One column of the records; `kind` is the contract's."""

    name: str
    kind: str
    treatment: Treatment = "plain"


@dataclass(frozen=True)
class Context:
    """What a run of records has in common. `bundle` and `contract` are SHA-256 digests."""

    log: Log
    model: str
    version: int = 0
    role: Role = "champion"
    bundle: str = ""
    contract: str = ""
    features: tuple[LoggedFeature, ...] = ()

    @cached_property
    def payload(self) -> bytes:
        """The context as JSON."""
        return orjson.dumps(asdict(self))

    @cached_property
    def key(self) -> int:
        """What records call it: the same content has the same key in every process."""
        return int.from_bytes(hashlib.sha256(self.payload).digest()[:8], "little")

    @cached_property
    def columns(self) -> tuple[LoggedFeature, ...]:
        """The features whose values are kept in any form, in the order of the records' columns."""
        return tuple(f for f in self.features if f.treatment != "dropped")

    def frame(self) -> Frame:
        """The frame that goes before the first record that needs it."""
        return Frame(Kind.CONTEXT, self.payload, context=self.key)


def context_of(frame: Frame) -> Context:
    """Read a context frame. Raises BrokenFrame."""
    try:
        facts = orjson.loads(frame.payload)
        features = tuple(LoggedFeature(**feature) for feature in facts.pop("features"))
        return Context(**facts, features=features)
    except (ValueError, TypeError, KeyError, MooringError):
        raise BrokenFrame("a context is not what this version writes") from None
