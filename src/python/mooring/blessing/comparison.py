"""The champion on the candidate's rows: not worse beyond a margin, or better, by whole days.

A champion that knows the holdout, lacks a feature or predicts something else is no yardstick: the
check is then inconclusive, never a pass.
"""

from __future__ import annotations

import math

import polars as pl

from mooring.blessing.errors import GateUnusable
from mooring.blessing.evidence import Check, Verdict, Versus
from mooring.blessing.gate import AgainstChampion
from mooring.bundle.load import LoadedModel
from mooring.bundle.manifest import Period
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from, labels_from
from mooring.data.source import EVENT_TIME
from mooring.evaluation.bootstrap import Metric, PairedDifference, compare
from mooring.evaluation.metrics import Floats

_COMPARABLE: dict[str, tuple[Metric, ...]] = {
    "probability": ("log_loss", "brier", "roc_auc"),
    "number": ("mae",),
}


def against(
    champion: LoadedModel,
    demanded: AgainstChampion,
    period: Period,
    contract: Contract,
    holdout: pl.DataFrame,
    predictions: Floats,
) -> Check:
    """Ask whether the candidate's `predictions` of `holdout` stand up to the champion's.

    Raises GateUnusable when the metric is not one of the candidate's kind of prediction.
    """
    comparable = _COMPARABLE[contract.prediction.kind]
    if demanded.metric not in comparable:
        problem = f"a {contract.prediction.kind} is compared by {', '.join(comparable)}"
        raise GateUnusable(
            f"{problem}, not by {demanded.metric}",
            place="gate, against the champion",
            cure="Mend models/<name>/gate.py.",
        )
    obstacle = _obstacle(champion, period, contract, holdout)
    if obstacle:
        return _check(champion, demanded, len(holdout), None, obstacle)
    found = compare(
        demanded.metric,
        labels_from(contract, holdout),
        predictions,
        champion.predict(columns_from(champion.bundle.contract, holdout)),
        holdout[EVENT_TIME].dt.date().to_physical().to_numpy(),
        resamples=demanded.resamples,
        confidence=demanded.confidence,
    )
    return _check(champion, demanded, len(holdout), found, _shortage(found, demanded))


def yardstick(
    champion: LoadedModel | None, period: Period, contract: Contract, holdout: pl.DataFrame
) -> Floats | None:
    """What the champion says of the rows; None where there is none or it is no yardstick."""
    if champion is None or _obstacle(champion, period, contract, holdout):
        return None
    return champion.predict(columns_from(champion.bundle.contract, holdout))


def shares_days(learned: Period, judged: Period) -> bool:
    """Whether a day is in both periods; ISO dates sort as text."""
    return not (learned.end < judged.start or judged.end < learned.start)


def _obstacle(
    champion: LoadedModel, period: Period, contract: Contract, holdout: pl.DataFrame
) -> str:
    """Why this champion cannot be compared with at all, or nothing."""
    theirs = champion.bundle.contract
    learned = champion.bundle.manifest.dataset.period
    if shares_days(learned, period):
        return f"the champion learned from days of the holdout: {learned.start} to {learned.end}"
    ours = contract.prediction
    if (theirs.prediction.label, theirs.prediction.kind) != (ours.label, ours.kind):
        return f"the champion predicts {theirs.prediction.kind} of {theirs.prediction.label}"
    missing = [name for name in theirs.feature_names if name not in holdout.columns]
    return f"the dataset lacks the champion's {', '.join(missing)}" if missing else ""


def _shortage(found: PairedDifference, demanded: AgainstChampion) -> str:
    """Why what was found does not decide anything, or nothing."""
    if found.blocks < demanded.minimum_blocks:
        return f"{found.blocks} blocks are fewer than {demanded.minimum_blocks}"
    return "" if found.finite else f"{demanded.metric} is undefined here"


def _check(
    champion: LoadedModel,
    demanded: AgainstChampion,
    rows: int,
    found: PairedDifference | None,
    reason: str,
) -> Check:
    verdict: Verdict = "inconclusive"
    if found is not None and not reason:
        verdict = "blessed" if demanded.met_by(found.lower, found.upper) else "refused"
    return Check(
        name=f"{demanded.mode} to the champion",
        rows=rows,
        metric=demanded.metric,
        value=_number(found.candidate if found else None),
        demand=_demand(demanded),
        verdict=verdict,
        versus=Versus(
            champion=champion.bundle.id,
            value=_number(found.champion if found else None),
            difference=_number(found.difference if found else None),
            lower=_number(found.lower if found else None),
            upper=_number(found.upper if found else None),
            blocks=found.blocks if found else 0,
            resamples=found.resamples if found else 0,
            reason=reason,
        ),
    )


def _number(value: float | None) -> float | None:
    return round(value, 9) if value is not None and math.isfinite(value) else None


def _demand(demanded: AgainstChampion) -> str:
    verb = "better by more than" if demanded.mode == "superior" else "worse by at most"
    return (
        f"{verb} {demanded.margin} at {demanded.confidence:.0%} confidence "
        f"on at least {demanded.minimum_blocks} blocks"
    )
