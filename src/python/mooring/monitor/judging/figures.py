"""Figures of a judgement. What is not known is NaN, and null where it is written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator


def _read(value: object) -> object:
    return math.nan if value is None else value


Figure = Annotated[float, BeforeValidator(_read)]


@dataclass(frozen=True)
class Measure:
    """A measure in its unit, within bounds of 95 %; NaN where there is none."""

    value: Figure
    lower: Figure = math.nan
    upper: Figure = math.nan
