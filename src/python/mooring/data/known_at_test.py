"""Values that were known too late, or nobody knows when, are looks into the future."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.contract.contract import Contract
from mooring.data.check import REASON, conform, with_reasons
from mooring.data.dataset import read_version
from mooring.data.errors import SourceUnavailable
from mooring.data.ingest import ingest, quarantine_of, table_of
from mooring.data.source import DataSource
from mooring.data.validate import validate

Rows = Callable[..., pl.DataFrame]
Source = Callable[..., DataSource]

LEAD = 3_600
SOUNDED = {"sounded_at": ("depth", "haven")}
SECOND = timedelta(seconds=1)
HOUR = timedelta(seconds=LEAD)


@pytest.fixture(scope="module")
def ahead(contract: Contract) -> Contract:
    """The contract with a depth that is known an hour ahead, and a haven at the event itself."""
    features = [
        f.model_copy(update={"available_at": LEAD}) if f.name == "depth" else f
        for f in contract.features
    ]
    return contract.model_copy(update={"features": tuple(features)})


def sounded(rows: pl.DataFrame, before: timedelta | None) -> pl.DataFrame:
    """The rows, with soundings that long before the event."""
    known = pl.lit(None, pl.Datetime("us", "UTC"))
    if before is not None:
        known = pl.col("event_time") - before
    return rows.with_columns(sounded_at=known)


@pytest.mark.parametrize(
    ("before", "bent", "reason"),
    [
        pytest.param(2 * HOUR, {}, None, id="long before is fine"),
        pytest.param(HOUR, {}, None, id="exactly at the limit is fine"),
        pytest.param(HOUR - SECOND, {}, "depth: known too late", id="a second later is not"),
        pytest.param(
            HOUR - timedelta(microseconds=1), {}, "depth: known too late", id="nor is a microsecond"
        ),
        pytest.param(
            -SECOND,
            {},
            "depth: known too late; haven: known too late",
            id="after the event is too late without a lead as well",
        ),
        pytest.param(
            HOUR - SECOND, {"depth": None}, "depth: known too late", id="so is a gap known late"
        ),
        pytest.param(None, {"depth": None, "haven": None}, None, id="no value needs no instant"),
        pytest.param(
            None, {"haven": None}, "depth: not known when", id="a value without an instant"
        ),
        pytest.param(
            2 * HOUR,
            {"depth": -1.0},
            "depth: breaks gt 0",
            id="a promise of the value is one of its own",
        ),
    ],
)
def test_a_row_with_a_sounding(
    ahead: Contract,
    rows: Rows,
    before: timedelta | None,
    bent: dict[str, object],
    reason: str | None,
) -> None:
    frame = sounded(rows(1, {0: {"depth": 4.5, **bent}}), before)
    checked = with_reasons(ahead, conform(ahead, frame, SOUNDED), SOUNDED)
    assert checked[REASON].to_list() == [reason]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.none() | st.integers(3_590, 3_610), st.booleans()), min_size=1))
def test_the_check_agrees_with_arithmetic_on_every_row(
    ahead: Contract, rows: Rows, drawn: list[tuple[int | None, bool]]
) -> None:
    frame = rows(len(drawn)).with_columns(
        pl.Series("depth", [4.5 if known else None for _, known in drawn], dtype=pl.Float64),
        pl.Series("haven", [None] * len(drawn), dtype=pl.String),
    )
    at = frame["event_time"].to_list()
    known_at = [
        None if seconds is None else instant - timedelta(seconds=seconds)
        for instant, (seconds, _) in zip(at, drawn, strict=True)
    ]
    frame = frame.with_columns(pl.Series("sounded_at", known_at, dtype=pl.Datetime("us", "UTC")))
    found = with_reasons(ahead, conform(ahead, frame, SOUNDED), SOUNDED)[REASON].to_list()
    assert found == [expected(*each) for each in drawn]


def expected(seconds: int | None, known: bool) -> str | None:
    if seconds is None:
        return "depth: not known when" if known else None
    return "depth: known too late" if seconds < LEAD else None


def test_ingest_keeps_the_instants_and_tells_of_them(
    ahead: Contract, rows: Rows, source: Source, tmp_path: Path
) -> None:
    frame = sounded(rows(10), HOUR)
    late = pl.when(pl.col("row_id") == "voyage 4").then(pl.col("event_time"))
    frame = frame.with_columns(sounded_at=late.otherwise(pl.col("sounded_at")))
    made = ingest(DataSource(ahead, source(frame).extract, 0.1, SOUNDED), tmp_path).dataset
    found, kept = read_version(table_of(tmp_path, "voyage"))
    assert (made.rows, made.quarantined, made.known_at) == (9, 1, SOUNDED)
    assert found.known_at == SOUNDED
    assert kept["sounded_at"].dtype == pl.Datetime("us", "UTC")
    assert kept.sort("event_time").equals(frame.filter(pl.col("row_id") != "voyage 4"))
    aside = read_version(quarantine_of(tmp_path, "voyage"))[1]
    assert aside["reason"].to_list() == ["depth: known too late"]


def test_instants_are_part_of_the_content_and_of_its_validation(
    ahead: Contract, rows: Rows, source: Source, tmp_path: Path
) -> None:
    digests = []
    for before in (HOUR, 2 * HOUR):
        extract = source(sounded(rows(10), before)).extract
        digests.append(
            ingest(DataSource(ahead, extract, known_at=SOUNDED), tmp_path).dataset.sha256
        )
    assert digests[0] != digests[1]
    stricter = ahead.model_copy(
        update={
            "features": tuple(
                f.model_copy(update={"available_at": LEAD + 1}) for f in ahead.features
            )
        }
    )
    uri = table_of(tmp_path, "voyage")
    assert validate(stricter, uri, 1).sound
    assert sum(validate(stricter, uri, 0).broken.values()) == 10


@pytest.mark.parametrize(
    ("known_at", "said"),
    [
        pytest.param(
            {"sounded_at": ("draught",)}, "names draught, which is no feature", id="no feature"
        ),
        pytest.param(
            {"sounded_at": ("depth",), "seen_at": ("depth",)}, "names depth twice", id="one twice"
        ),
        pytest.param(
            {"depth": ("haven",)}, "depth is the name of a column", id="a feature's column"
        ),
        pytest.param(
            {"event_time": ("depth",)}, "event_time is the name", id="a column of its own"
        ),
        pytest.param({"seen_at": ("depth",)}, "column seen_at is missing", id="no such column"),
        pytest.param({"naive": ("depth",)}, "column naive is not of the kind", id="without a zone"),
    ],
)
def test_known_at_that_cannot_be_is_refused(
    rows: Rows, source: Source, tmp_path: Path, known_at: dict[str, tuple[str, ...]], said: str
) -> None:
    frame = sounded(rows(2), HOUR).with_columns(
        naive=pl.col("event_time").dt.replace_time_zone(None)
    )
    with pytest.raises(SourceUnavailable, match=said):
        ingest(source(frame, known_at=known_at), tmp_path)
    assert list(tmp_path.iterdir()) == []
