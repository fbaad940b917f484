"""What training found out, as it travels in the bundle: `metrics.json` and `card.md`."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from mooring.bundle.manifest import TrainingData
from mooring.evaluation.curves import Curves
from mooring.training.parity import Parity
from mooring.training.plan import TrainingPlan

# Metrics are facts for people and gates; nine digits are far below their noise and keep files tidy.
DIGITS = 9

# Curves are there to be drawn: six digits are a thousandth of a pixel.
DRAWN_DIGITS = 6


@dataclass(frozen=True)
class Facts:
    """Everything the model card says, beyond what the plan declares."""

    dataset: TrainingData
    holdout_rows: int
    metrics: dict[str, float]
    parity: Parity
    curves: Curves


def metrics_file(plan: TrainingPlan, facts: Facts) -> bytes:
    """Write `metrics.json`: what the plan declares, what the holdout showed, what parity found."""
    document = {
        "declared": {
            "owner": plan.owner,
            "known_limits": list(plan.known_limits),
            "fit": plan.split.fit.model_dump(),
            "calibrate": plan.split.calibrate and plan.split.calibrate.model_dump(),
            "calibration": plan.calibration,
        },
        "holdout": {
            **plan.split.holdout.model_dump(),
            "rows": facts.holdout_rows,
            "metrics": {name: _number(value, DIGITS) for name, value in facts.metrics.items()},
            "curves": _drawn(asdict(facts.curves)),
        },
        "parity": facts.parity.document,
    }
    return (json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def _number(value: float, digits: int) -> float | None:
    """A number as JSON can hold it: null for what is undefined."""
    return round(value, digits) if math.isfinite(value) else None


def _shown(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else "undefined"


def _drawn(value: Any) -> Any:
    """The curves with every number as JSON can hold it, in six digits."""
    if isinstance(value, dict):
        return {name: _drawn(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_drawn(part) for part in value]
    return _number(value, DRAWN_DIGITS) if isinstance(value, float) else value


def card_file(plan: TrainingPlan, facts: Facts) -> bytes:
    """Write `card.md`, the model card, from facts alone."""
    contract, data, holdout = plan.contract, facts.dataset, plan.split.holdout
    metrics = [f"| {name} | {_shown(value)} |" for name, value in sorted(facts.metrics.items())]
    features = [
        f"| `{f.name}` | {f.kind}{' or null' if f.nullable else ''} | {f.unit or ''} "
        f"| {f.description} |"
        for f in contract.features
    ]
    lines = [
        f"# {contract.name}, contract {contract.version}",
        "",
        contract.description,
        f"Predicts `{contract.prediction.name}`: {contract.prediction.description}.",
        "",
        f"- Owner: {plan.owner}",
        f"- Learned from `{data.name}`, {data.rows} rows, "
        f"{data.period.start} to {data.period.end}",
        f"- Content of those rows: sha256 `{data.sha256}`",
        f"- {facts.parity.sentence}",
        "",
        f"## On the holdout, {holdout.start} to {holdout.end}, {facts.holdout_rows} rows",
        "",
        "| metric | value |",
        "| --- | --- |",
        *metrics,
        "",
        "## Features",
        "",
        "| name | type | unit | meaning |",
        "| --- | --- | --- | --- |",
        *features,
        "",
        "## Known limits",
        "",
        *(f"- {limit}" for limit in plan.known_limits),
    ]
    return ("\n".join(lines) + "\n").encode()
