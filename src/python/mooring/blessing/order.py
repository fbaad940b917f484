"""Time: training before the holdout, and event times that belong to their rows."""

from __future__ import annotations

import math
from collections.abc import Iterator

import polars as pl

from mooring.blessing.evidence import Check, Verdict
from mooring.blessing.hearing import Hearing, sampled
from mooring.data.columns import columns_from
from mooring.data.source import EVENT_TIME
from mooring.evaluation.clustering import SHUFFLES, Clustered, most_clustered


def past_before_future(hearing: Hearing) -> Iterator[Check]:
    """Ask that training ended before the holdout begins; ISO dates sort as text."""
    learned, judged = hearing.training.period, hearing.period
    before = learned.end < judged.start
    yield Check(
        name="training ended before the holdout",
        rows=hearing.training.rows,
        metric="in_order",
        value=float(before),
        demand=f"before {judged.start}",
        verdict="blessed" if before else "refused",
        reason="" if before else f"training ended on {learned.end}",
    )


def times_belong_to_rows(hearing: Hearing) -> Iterator[Check]:
    """Ask of holdout and training rows whether a feature that the contract says clusters in time
    keeps together by days; where event times were shuffled among rows none does.

    A contract without such a feature is not asked.
    """
    clustering = [f.name for f in hearing.contract.features if f.cluster and in_time(f.cluster)]
    if clustering:
        yield _clustered("holdout", hearing, hearing.holdout, clustering)
        yield _clustered("training", hearing, hearing.learned, clustering)


def in_time(cluster: str) -> bool:
    """Whether a cluster's key is one of time: a day, or an hour, of something or as such.

    >>> in_time("day"), in_time("origin-hour"), in_time("household")
    (True, True, False)
    """
    return cluster.rpartition("-")[2] in ("day", "hour")


def _clustered(where: str, hearing: Hearing, rows: pl.DataFrame, features: list[str]) -> Check:
    chosen = sampled(rows)
    columns = columns_from(hearing.contract, chosen)
    days = chosen[EVENT_TIME].dt.date().to_physical().to_numpy()
    found = most_clustered({name: columns[name] for name in features}, days)
    verdict: Verdict = "inconclusive"
    if math.isfinite(found.share):
        verdict = "blessed" if found.share > found.by_chance else "refused"
    return Check(
        name=f"event times belong to the rows, {where}",
        rows=len(chosen),
        metric="share_between_days",
        value=round(found.share, 9) if math.isfinite(found.share) else None,
        demand=f"more than in {SHUFFLES} shuffles",
        verdict=verdict,
        reason=_told(found, features),
    )


def _told(found: Clustered, features: list[str]) -> str:
    if not math.isfinite(found.share):
        return f"fewer than two days, or nothing varies in {', '.join(features)}"
    if found.share > found.by_chance:
        return f"best: {found.feature}"
    return f"{', '.join(features)} keep together no more than by chance, {found.by_chance:.3g}"
