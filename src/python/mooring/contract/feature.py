"""One feature of a contract, in the form that JSON, schemas, panels and bins are made from."""

from __future__ import annotations

import keyword
import sys
import unicodedata
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from mooring.contract.annotations import LONGEST_CATEGORY

Kind = Literal["float", "integer", "string", "boolean"]
Bound = int | float

# Integers beyond this lose digits in JSON readers and in float64 columns (RFC 8259, section 6).
EXACT_INTEGER = 2**53

# A name is a column, a metric's label value and a step of an error's path: all want it short.
LONGEST_NAME = 64

# The row of features is a Pydantic class: a field named like one of its own members would hide it.
RESERVED = frozenset(name for name in dir(BaseModel) if not name.startswith("_"))

_HELD: dict[Kind, tuple[type, ...]] = {
    "float": (float, int), "integer": (int,), "string": (str,), "boolean": (bool,)
}  # fmt: skip


class Feature(BaseModel):
    """Name, type and promises of one feature; see `annotations` for what each promise means."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    kind: Kind
    nullable: bool = False
    required: bool = True
    ge: Bound | None = None
    gt: Bound | None = None
    le: Bound | None = None
    lt: Bound | None = None
    categories: tuple[str, ...] | None = None
    open: bool = False
    unit: str | None = None
    sensitive: bool = False
    cluster: str | None = None
    seasonal: bool = False
    available_at: int | None = None
    description: str = ""
    example: str | bool | int | float | None = None

    @property
    def numeric(self) -> bool:
        """Held as float64 columns: floats, integers and booleans (0, 1), null as NaN."""
        return self.kind != "string"

    @property
    def bounded(self) -> bool:
        """Whether any of the four bounds is set."""
        return any(b is not None for b in (self.ge, self.gt, self.le, self.lt))

    def accepts(self, value: object) -> bool:
        """Whether a value keeps this feature's promises, judged as a request's values are."""
        if value is None:
            return self.nullable
        if type(value) not in _HELD[self.kind]:
            return False
        if isinstance(value, str):
            return self._accepts_text(value)
        return isinstance(value, int | float) and self._accepts_number(value)

    def _accepts_text(self, value: str) -> bool:
        if self.open:
            return 1 <= len(value) <= LONGEST_CATEGORY
        return value in (self.categories or ())

    def _accepts_number(self, value: Bound) -> bool:
        return (
            abs(value) <= sys.float_info.max
            and (self.ge is None or value >= self.ge)
            and (self.gt is None or value > self.gt)
            and (self.le is None or value <= self.le)
            and (self.lt is None or value < self.lt)
        )

    @model_validator(mode="after")
    def _consistent(self) -> Feature:
        fault = name_fault(self.name) or next(_faults(self), None)
        if fault is not None:
            raise ValueError(fault)
        return self


def name_fault(name: str) -> str | None:
    """What keeps `name` from being a feature's name, or None.

    >>> name_fault("dep_delay")
    >>> name_fault("copy")
    'the name is taken by Pydantic; add a word to it'
    """
    if not name.isidentifier() or keyword.iskeyword(name) or name[0] == "_":
        return "a feature's name is a Python identifier without a leading underscore"
    if len(name) > LONGEST_NAME or not unicodedata.is_normalized("NFKC", name):
        return f"a feature's name has at most {LONGEST_NAME} characters, in Unicode's form NFKC"
    return "the name is taken by Pydantic; add a word to it" if name in RESERVED else None


def _faults(feature: Feature) -> Iterator[str]:
    """What is inconsistent, the cause before its consequences."""
    if feature.kind == "string":
        yield from _string_faults(feature)
    elif feature.categories is not None or feature.open:
        yield "Category is for strings; bound numbers with Ge and Le"
    if feature.kind == "boolean" and feature.bounded:
        yield "a boolean has no bounds"
    if None not in (feature.ge, feature.gt) or None not in (feature.le, feature.lt):
        yield "it has two lower or two upper bounds"
    if feature.kind == "integer":
        yield from _integer_faults(feature)
    if not feature.required and not feature.nullable:
        yield "only a nullable feature may be left out"
    if not feature.accepts(feature.example):
        yield "its example breaks its own promises; give one with Field(examples=[…])"


def _string_faults(feature: Feature) -> Iterator[str]:
    if feature.bounded or (feature.categories is None and not feature.open):
        yield "a string needs Category(…) and has no bounds"
    listed = feature.categories or ()
    if feature.categories == () or len(set(listed)) != len(listed):
        yield "its categories are distinct, and a closed one has some"
    if any(not 1 <= len(value) <= LONGEST_CATEGORY for value in listed):
        yield f"a category has 1 to {LONGEST_CATEGORY} characters"


def _integer_faults(feature: Feature) -> Iterator[str]:
    bounds = [b for b in (feature.ge, feature.gt, feature.le, feature.lt) if b is not None]
    if any(not isinstance(b, int) or abs(b) > EXACT_INTEGER for b in bounds):
        yield "an integer's bounds are integers within ±2**53"
    if len(bounds) < 2:
        yield "an integer has a lower and an upper bound"
