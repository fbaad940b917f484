"""`gate.py`: floors measured on a first fit, with room for what the holdout's rows leave open."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from mooring.contract.contract import Contract
from mooring.scaffold.source import Call, call, laid_out, mapped, number, spread, text, tupled

# Standard errors between what was measured and what is demanded.
MARGIN = 3.0

# An AUC below this is hardly more than chance on any holdout that can be had.
LEAST_AUC = 0.55

_RISING = ("roc_auc", "r2")
_FLOORS = {"probability": ("roc_auc", "brier", "ece"), "number": ("mae", "r2")}


class Measured(BaseModel):
    """A metric on the holdout, and its standard error over resampled rows."""

    model_config = ConfigDict(frozen=True)

    value: float
    error: float


class MeasuredSlice(BaseModel):
    """The worst value of one category, and the rows of the rarest."""

    model_config = ConfigDict(frozen=True)

    feature: str
    metric: str
    worst: Measured
    rows: int


class FirstFit(BaseModel):
    """What a first fit scored on its holdout."""

    model_config = ConfigDict(frozen=True)

    rows: int
    runtime: str
    metrics: dict[str, Measured]
    slices: tuple[MeasuredSlice, ...] = ()


@dataclass(frozen=True)
class FloorOf:
    """One floor, and how it came about."""

    metric: str
    bound: float
    measured: Measured

    @property
    def source(self) -> Call:
        """The call that makes it."""
        side = "at_least" if self.metric in _RISING else "at_most"
        return call("Floor", text(self.metric), **{side: number(self.bound)})

    @property
    def missed(self) -> bool:
        """Whether the first fit itself does not reach it."""
        worse = self.measured.value < self.bound
        return worse if self.metric in _RISING else self.measured.value > self.bound


def floors_of(contract: Contract, fit: FirstFit) -> list[FloorOf]:
    """The floors that follow from a first fit."""
    return [_floor(name, fit) for name in _FLOORS[contract.prediction.kind]]


def _floor(name: str, fit: FirstFit) -> FloorOf:
    found = fit.metrics[name]
    room = MARGIN * found.error
    if name in _RISING:
        least = LEAST_AUC if name == "roc_auc" else 0.0
        return FloorOf(name, max(_down(found.value - room), least), found)
    bound = _up(found.value + room)
    if name == "brier":
        rate = fit.metrics["base_rate"].value
        bound = min(bound, _down(rate * (1 - rate)))  # what always saying the rate scores
    return FloorOf(name, bound, found)


def gate_source(contract: Contract, fit: FirstFit, *, adopted: bool = False) -> str:
    """Write the module; of a model that was `adopted` there is no training to be asked about."""
    floors = floors_of(contract, fit)
    named: dict[str, Call | str] = {
        "holdout": "PLAN.split.holdout",
        "floors": Call("(", tuple(("", floor.source) for floor in floors), spread=True),
        "minimum_rows": str(fit.rows // 2),
    }
    if fit.slices:
        named["slices"] = tupled(_slice(found) for found in fit.slices)
    if adopted:
        exempt = mapped([(text(question), "ELSEWHERE") for question in _OF_TRAINING], spread=True)
        named["honesty"] = spread(call("Honesty", exempt=exempt))
    names = ["Floor", "Gate", *(["Slice"] if fit.slices else [])]
    return _GATE.format(
        name=contract.name,
        rows=fit.rows,
        margin=f"{MARGIN:g}",
        measured="\n".join(_said(floor) for floor in floors),
        names=", ".join(names),
        honesty="from mooring.blessing.honesty import Honesty\n" if adopted else "",
        elsewhere=_ELSEWHERE if adopted else "",
        gate=laid_out(spread(call("Gate", **named)), before="GATE = "),
    )


def _slice(found: MeasuredSlice) -> Call:
    room = MARGIN * found.worst.error
    rising = found.metric in _RISING
    bound = _down(found.worst.value - room) if rising else _up(found.worst.value + room)
    if found.metric == "roc_auc":
        bound = max(bound, 0.5)
    floor = FloorOf(found.metric, bound, found.worst)
    rows = str(max(found.rows // 2, 2))
    return call("Slice", text(found.feature), floor.source, minimum_rows=rows)


def _said(floor: FloorOf) -> str:
    found = floor.measured
    note = "; MISSED by the first fit itself" if floor.missed else ""
    return f"#   {floor.metric} {found.value:.4g}, standard error {found.error:.2g}{note}"


def _down(value: float) -> float:
    return _rounded(value, math.floor)


def _up(value: float) -> float:
    return _rounded(value, math.ceil)


def _rounded(value: float, towards: object) -> float:
    """Three digits, towards the milder side."""
    if value == 0 or not math.isfinite(value):
        return value
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 2)
    whole = math.floor(value / step) if towards is math.floor else math.ceil(value / step)
    return float(f"{whole * step:.3g}")


# Questions about the rows that a model has learned from, or to its training code.
_OF_TRAINING = ("overlap", "time order", "labels dealt anew")

_ELSEWHERE = """\
# What cannot be asked of a model that comes without its rows and its code; see pipeline.py.
ELSEWHERE = "trained elsewhere: neither its rows nor its code are at hand"

"""

_GATE = '''\
"""What a candidate for `{name}` must show on its holdout."""

from __future__ import annotations

from models.{name}.pipeline import PLAN
from mooring.blessing.gate import {names}
{honesty}
{elsewhere}# review: measured on a first fit, on {rows} rows of the holdout; the floors lie
# {margin} standard errors (over resampled rows) to the milder side. Raise them to what is needed.
{measured}
{gate}
'''
