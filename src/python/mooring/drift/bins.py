"""Frozen bins: every value of a feature, or of the score, falls into exactly one of a few.

They are fixed at training and travel in the bundle, so that counts add over workers, replicas and
time. Serving imports this module and no other of the package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mooring.contract.columns import NULL_STRING, Column
from mooring.contract.texts import LONG_KEYS, LONGEST_KEYED, Keys, Texts, key_of, texts_of
from mooring.drift.errors import ReferenceUnreadable

# More numbers than these are compared with each break: 65,536 in 0.24 ms, where sorting takes 0.82.
_SORTED = 8_192

# What stands for the prediction; no feature can be called so.
SCORE = "@score"

# Of one feature: what a metric's label `bin` may be, over all features, is a process's memory.
MOST_BINS = 22

# The last bins of categories; missing values have the last bin of every feature.
UNSEEN, OTHER, MISSING = "97 unseen", "98 other", "99 missing"

FROZEN = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

Codes = NDArray[np.intp]
Counts = NDArray[np.int64]
Labels = Annotated[tuple[str, ...], Field(min_length=2, max_length=MOST_BINS)]
Rows = Annotated[int, Field(ge=0)]


class NumberBins(BaseModel):
    """Bins of numbers: a bin for each of `atoms`, and what lies between `edges` without them.

    An interval holds its upper edge and not its lower one; the first and the last are open. Bins
    are in the order of their values, an atom before the interval that it lies in, NaN comes last.
    """

    model_config = FROZEN

    kind: Literal["number"] = "number"
    edges: tuple[float, ...] = ()
    atoms: tuple[float, ...] = ()
    labels: Labels

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not all(_ascends(points) for points in (self.edges, self.atoms)):
            raise ValueError("edges and atoms ascend")
        _check_labels(self.labels, len(self.edges) + 1 + len(self.atoms) + 1)
        return self

    @property
    def open_ends(self) -> tuple[int, int]:
        """The codes of the first and the last interval, which have no end; one and the same where
        there is no edge.
        """
        below = sum(atom <= self.edges[0] for atom in self.atoms) if self.edges else len(self.atoms)
        return below, len(self.edges) + len(self.atoms)

    def assign(self, values: Column) -> Codes:
        """The code of the bin of each value, shape (n,): an index into `labels`."""
        breaks, codes = _pieces(self.edges, self.atoms)
        pieces = breaks.searchsorted(np.asarray(values, dtype=np.float64))
        return codes[pieces] if self.atoms else pieces

    def counts(self, values: Column) -> Counts:
        """How many values fall into each bin, in the order of `labels`."""
        breaks, codes = _pieces(self.edges, self.atoms)
        numbers = np.asarray(values, dtype=np.float64)
        ends = np.empty(len(codes), dtype=np.int64)
        ends[:-1], ends[-1] = _up_to(breaks, numbers), len(numbers)
        ends[1:] -= ends[:-1].copy()
        if not self.atoms:
            return ends
        return np.bincount(codes, weights=ends, minlength=len(self.labels)).astype(np.int64)


class CategoryBins(BaseModel):
    """Bins of strings: one for each of `categories`, one for all others, one for "" or None.

    With `rare`, the others are these, and whatever the reference does not hold at all has a bin
    before theirs: a flood of names that nobody knows is a fault of the data rather than a drift.
    """

    model_config = FROZEN

    kind: Literal["category"] = "category"
    categories: tuple[str, ...] = ()
    rare: tuple[str, ...] | None = None
    labels: Labels

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        named = (NULL_STRING, *self.categories, *(self.rare or ()))
        if len(set(named)) != len(named):
            raise ValueError("categories are distinct and not empty")
        _check_labels(self.labels, len(self.categories) + (2 if self.rare is None else 3))
        return self

    def assign(self, values: Column) -> Codes:
        """The code of the bin of each value, shape (n,): an index into `labels`."""
        codes, unknown = self._codes, len(self.categories)
        return np.array([codes.get(value, unknown) for value in values.tolist()], dtype=np.intp)

    def counts(self, values: Column) -> Counts:
        """How many values fall into each bin, in the order of `labels`."""
        codes, unknown = self._codes, len(self.categories)
        counts = np.zeros(len(self.labels), dtype=np.int64)
        for value, rows in Counter(values.tolist()).items():
            counts[codes.get(value, unknown)] += rows
        return counts

    def counts_of_texts(self, values: Texts) -> Counts:
        """The same for strings that nobody has decoded; bytes that are no UTF-8 are unknown."""
        (table, codes), unknown = self._keyed, len(self.categories)
        ordered = np.sort(values.keys())
        held = ordered.searchsorted(table, "right") - ordered.searchsorted(table, "left")
        counts = np.zeros(len(self.labels), dtype=np.int64)
        np.add.at(counts, codes, held)
        counts[unknown] += ordered.searchsorted(LONG_KEYS) - held.sum()
        for text, rows in Counter(values.long()).items():
            counts[self._encoded.get(text, unknown)] += rows
        return counts

    @cached_property
    def _codes(self) -> dict[object, int]:
        known: dict[object, int] = {value: code for code, value in enumerate(self.categories)}
        missing = len(self.labels) - 1
        rare: dict[object, int] = dict.fromkeys(self.rare or (), missing - 1)
        return {**known, **rare, NULL_STRING: missing, None: missing}

    @cached_property
    def _encoded(self) -> dict[bytes, int]:
        return {v.encode(): code for v, code in self._codes.items() if isinstance(v, str)}

    @cached_property
    def _keyed(self) -> tuple[Keys, Codes]:
        """The keys of what is known and short, in order, and the code of each."""
        short = {key_of(v): c for v, c in self._encoded.items() if len(v) <= LONGEST_KEYED}
        keys = sorted(short)
        return np.array(keys, dtype=np.uint64), np.array([short[k] for k in keys], dtype=np.intp)


Bins = Annotated[NumberBins | CategoryBins, Field(discriminator="kind")]


class Binned(BaseModel):
    """The bins of one feature, or of the score, and the rows of the reference in each."""

    model_config = FROZEN

    feature: str
    bins: Bins
    rows: tuple[Rows, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(self.rows) != len(self.bins.labels):
            raise ValueError("there is one number of rows for each label")
        return self

    def counted(self, values: Column | Texts) -> Counts:
        """How many values of a column fall into each bin; of strings also as they travelled."""
        if isinstance(values, Texts):
            assert isinstance(self.bins, CategoryBins)  # noqa: S101, numbers do not travel as text
            return self.bins.counts_of_texts(values)
        return self.bins.counts(values)

    def prepare(self) -> None:
        """Make the tables that counting looks up: 60 ms for fifteen features, once."""
        none = texts_of(()) if isinstance(self.bins, CategoryBins) else np.empty(0)
        self.counted(none)

    @property
    def testable(self) -> bool:
        """Whether at least two bins hold rows: of a constant nothing can be said."""
        return sum(rows > 0 for rows in self.rows) >= 2


class _Totals(Binned):
    model_config = ConfigDict(extra="ignore")


class _Document(BaseModel):
    """What serving needs of `reference.json`."""

    model_config = FROZEN | ConfigDict(extra="ignore")

    format: Literal[1]
    features: tuple[_Totals, ...]


def binned_in(document: bytes, names: Sequence[str], *, place: str) -> tuple[Binned, ...]:
    """Read the bins and totals of a `reference.json` of the features `names`, in their order.

    Leaves the blocks unread, which takes a millisecond for fifteen features. Raises
    ReferenceUnreadable, also for a reference of other features.
    """
    try:
        read = _Document.model_validate_json(document)
    except ValidationError as error:
        raise unreadable(error, place) from None
    found = {f.feature: Binned(feature=f.feature, bins=f.bins, rows=f.rows) for f in read.features}
    if sorted(found) != sorted(names):
        raise ReferenceUnreadable(
            "features: they are not those of the contract",
            place=place,
            cure="Train the model again.",
        )
    return tuple(found[name] for name in names)


def unreadable(error: ValidationError, place: str) -> ReferenceUnreadable:
    """The first fault that Pydantic found, by its field and without a value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(map(str, first["loc"])) or "the document"
    return ReferenceUnreadable(
        f"{field}: {first['msg'].removeprefix('Value error, ')}",
        place=place,
        cure="A reference of a newer format needs a newer version; else train the model again.",
    )


def _ascends(points: Sequence[float]) -> bool:
    return all(low < high for low, high in pairwise(points))


# One entry for each feature of a process's models; beyond it a table is made again.
@lru_cache(maxsize=4_096)
def _pieces(
    edges: tuple[float, ...], atoms: tuple[float, ...]
) -> tuple[NDArray[np.float64], Codes]:
    """Breaks that end a piece of the line each, and the code of each piece.

    The piece of an atom goes from the float before it to itself; without atoms each piece is the
    bin of its number. `searchsorted` puts NaN behind the last break, which is infinity: the piece
    after the last is what is missing.
    """
    held = np.array(atoms, dtype=np.float64)
    with np.errstate(over="ignore"):  # before the lowest float is minus infinity
        before = np.nextafter(held, -np.inf)
    breaks = np.unique(np.concatenate([held, before, edges, [np.inf]]))
    intervals = np.searchsorted(edges, breaks)
    codes = intervals + np.searchsorted(held, np.append(edges, np.inf), side="right")[intervals]
    codes[np.isin(breaks, held)] = np.searchsorted(edges, held) + np.arange(len(held))
    return breaks, np.append(codes, len(edges) + len(atoms) + 1)


def _up_to(breaks: NDArray[np.float64], numbers: NDArray[np.float64]) -> Counts:
    """How many numbers are at most each break."""
    if len(numbers) > _SORTED:
        return np.array([np.count_nonzero(numbers <= each) for each in breaks], dtype=np.int64)
    # Cheaper than a search for each value: numpy sorts a thousand of them in some 5 µs.
    return np.sort(numbers).searchsorted(breaks, side="right").astype(np.int64)


def tables_made() -> int:
    """How many tables of numbers' bins this process has made."""
    return _pieces.cache_info().misses


def _check_labels(labels: Sequence[str], bins: int) -> None:
    if len(labels) != bins or len(set(labels)) != bins:
        raise ValueError("each bin has one label of its own")
