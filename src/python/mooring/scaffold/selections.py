"""Which columns a ColumnTransformer's entry means: by name, position, mask, slice or callable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mooring.scaffold.errors import PipelineRefused


@dataclass(frozen=True)
class Selection:
    """Names of columns; `one` where a single name gives a transformer one dimension."""

    columns: tuple[str, ...]
    one: bool = False


def selected(wanted: Any, seen: pd.DataFrame, path: str) -> Selection:
    """Resolve a selection against the frame that it will be made from, as scikit-learn does.

    A callable is asked now and its answer written down: under the contract every number is a
    float64 column, so that a selector by type would choose others.
    Raises PipelineRefused for what selects no column of the frame.
    """
    if callable(wanted):
        wanted = wanted(seen)
    if isinstance(wanted, str):
        return Selection(_known([wanted], seen, path), one=True)
    if isinstance(wanted, int | np.integer) and not isinstance(wanted, bool):
        return Selection(_at([int(wanted)], seen, path), one=True)
    if isinstance(wanted, slice):
        by_name = isinstance(wanted.start, str) or isinstance(wanted.stop, str)
        part = seen.loc[:, wanted] if by_name else seen.iloc[:, wanted]
        return Selection(tuple(map(str, part.columns)))
    return Selection(_listed(list(wanted), seen, path))


def _listed(wanted: list[Any], seen: pd.DataFrame, path: str) -> tuple[str, ...]:
    if all(isinstance(each, str) for each in wanted):
        return _known(wanted, seen, path)
    if all(isinstance(each, bool | np.bool_) for each in wanted):
        if len(wanted) != seen.shape[1]:
            raise _refused(path, f"its mask is not of {seen.shape[1]} columns")
        return tuple(name for name, on in zip(seen.columns, wanted, strict=True) if on)
    return _at([int(each) for each in wanted], seen, path)


def _known(names: list[str], seen: pd.DataFrame, path: str) -> tuple[str, ...]:
    if missing := [name for name in names if name not in seen.columns]:
        raise _refused(path, f"X has no column {', '.join(missing[:3])}")
    return tuple(names)


def _at(positions: list[int], seen: pd.DataFrame, path: str) -> tuple[str, ...]:
    if any(not -seen.shape[1] <= place < seen.shape[1] for place in positions):
        raise _refused(path, f"X has {seen.shape[1]} columns, and it selects beyond")
    return tuple(str(seen.columns[place]) for place in positions)


def _refused(path: str, problem: str) -> PipelineRefused:
    return PipelineRefused(problem, place=path, cure="Give the X that the pipeline was fitted on.")
