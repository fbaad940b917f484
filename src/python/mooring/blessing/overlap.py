"""Whether what is judged was learned from: the very rows, or rows of the very same content."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mooring.blessing.evidence import Check
from mooring.blessing.hearing import Hearing
from mooring.data.digest import content_digest
from mooring.data.source import ROW_ID


def rows_apart(hearing: Hearing, most_copies: float) -> Iterator[Check]:
    """Ask that the training rows are at hand, by digest, and share neither ids nor, beyond what
    the table repeats itself, contents with the holdout.
    """
    yield _at_hand(hearing)
    yield _ids(hearing)
    yield _contents(hearing, most_copies)


def _at_hand(hearing: Hearing) -> Check:
    """Rows that were added outside the training period change nothing here; others do."""
    period = hearing.training.period
    same = len(hearing.learned) > 0 and content_digest(hearing.learned) == hearing.training.sha256
    moved = f"the dataset moved on: its rows of {period.start} to {period.end} are others"
    return Check(
        name="training rows are at hand",
        rows=len(hearing.learned),
        metric="sha256",
        value=float(same),
        demand="the digest in the bundle's manifest",
        verdict="blessed" if same else "inconclusive",
        reason="" if same else f"{moved} than were learned from",
    )


def _ids(hearing: Hearing) -> Check:
    shared = hearing.holdout.join(hearing.learned.select(ROW_ID).unique(), on=ROW_ID, how="semi")
    return Check(
        name="no training row is judged",
        rows=len(hearing.holdout),
        metric="shared_ids",
        value=float(len(shared)),
        demand="no row id in common",
        verdict="refused" if len(shared) else "blessed" if len(hearing.learned) else "inconclusive",
        reason=f"{len(shared)} row ids were learned from" if len(shared) else _nothing(hearing),
    )


def _contents(hearing: Hearing, most_copies: float) -> Check:
    found = _share_found(hearing)
    allowed = min(1.0, most_copies + _honest(hearing))
    copied = found > allowed
    said = f"{found:.2%} of the rows repeat a training row, features and label alike"
    blind = "contents repeat so often that copies cannot be told" if allowed == 1 else ""
    return Check(
        name="no training row is judged under another id",
        rows=len(hearing.holdout),
        metric="share_repeated",
        value=round(found, 9) if len(hearing.learned) else None,
        demand=f"at most {allowed:.2%}: {most_copies:.2%} beyond what repeats itself",
        verdict="refused" if copied else "blessed" if len(hearing.learned) else "inconclusive",
        reason=said if copied else _nothing(hearing) or blind,
    )


def _nothing(hearing: Hearing) -> str:
    return "" if len(hearing.learned) else "the dataset has no row of the training period"


def _share_found(hearing: Hearing) -> float:
    """The share of holdout rows whose content occurs among the training rows."""
    names = _content(hearing)
    known = hearing.learned.select(names).unique()
    found = hearing.holdout.join(known, on=names, how="semi", nulls_equal=True)
    return len(found) / len(hearing.holdout)


def _honest(hearing: Hearing) -> float:
    """The share that would be found in fresh rows, as many as were learned from: at most so often
    as the table is larger, times the share of holdout rows that have a twin within the holdout.

    A new row's content is among n rows with the probability 1 − (singletons of n)/n: Good,
    Biometrika 40 (1953). That coverage is concave in n, so k times the rows cover at most k times
    as much.
    """
    twins = hearing.holdout.select(pl.struct(_content(hearing)).is_duplicated().mean()).item()
    return float(twins) * max(1.0, len(hearing.learned) / len(hearing.holdout))


def _content(hearing: Hearing) -> list[str]:
    return [*hearing.contract.feature_names, hearing.contract.prediction.label]
