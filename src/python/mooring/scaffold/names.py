"""Names: of a model, and of features out of a file's columns."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping

from mooring.contract.feature import LONGEST_NAME, name_fault
from mooring.data.check import REASON
from mooring.data.source import EVENT_TIME, MONTH, ROW_ID
from mooring.scaffold.errors import NameRefused

# Columns that every dataset has for itself.
OF_THE_DATASET = frozenset({ROW_ID, EVENT_TIME, MONTH, REASON})

_MODEL = re.compile(r"[a-z][a-z0-9_]{0,62}")

# Room for a suffix that tells two columns apart.
_LONGEST = LONGEST_NAME - 6


def check_model_name(name: str, taken: Iterable[str]) -> None:
    """Raise NameRefused unless a new folder below `models/` may be called `name`."""
    if not _MODEL.fullmatch(name) or keyword.iskeyword(name):
        raise NameRefused(
            "this is no name for a model",
            place="models/",
            cure="Use lower-case letters, digits and underscores, and no word of Python's own.",
        )
    if name in set(taken):
        raise NameRefused(
            "the name is taken",
            place=f"models/{name}",
            cure="Choose another, or remove what is there.",
        )


def feature_names(columns: Iterable[str], taken: Iterable[str] = ()) -> Mapping[str, str]:
    """A feature's name for each column, in order, distinct from each other and from `taken`.

    A column that may be called what it is called keeps its name.

    >>> feature_names(["mean size", "mean-size", "copy", "age"])
    {'mean size': 'mean_size', 'mean-size': 'mean_size_2', 'copy': 'copy_value', 'age': 'age'}
    """
    columns = list(columns)
    kept = {name for name in columns if _usable(name)} - set(taken)
    used = {*taken, *kept}
    names: dict[str, str] = {}
    for number, column in enumerate(columns, start=1):
        names[column] = column if column in kept else _distinct(_named(column, number), used)
        used.add(names[column])
    return names


def label_name(column: str) -> str:
    """The label's name in the contract."""
    return column if _usable(column) else _named(column, 1)


def _usable(name: str) -> bool:
    return name_fault(name) is None and name not in OF_THE_DATASET


def _named(column: str, number: int) -> str:
    """The nearest usable name, for a column that has none."""
    plain = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", column)).strip("_")[:_LONGEST]
    named = plain if plain[:1].isidentifier() else f"column_{plain or number}"
    return named if _usable(named) else f"{named}_value"


def _distinct(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
