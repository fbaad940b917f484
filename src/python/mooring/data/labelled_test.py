"""A retrain's dataset: the champion's rows and the log's labelled ones, once each, or why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from mooring.contract.contract import Contract
from mooring.data.conftest import Rows, Source
from mooring.data.dataset import latest, newest_ingested, read_version
from mooring.data.errors import DatasetEmpty, LogUnusable
from mooring.data.ingest import ingest, quarantine_of, table_of
from mooring.data.labelled import Appended, Taught, append_labelled, taught_until
from mooring.data.logged import Wanted

FIRST, LAST = date(2013, 2, 1), date(2013, 2, 28)
NOBODY = Taught((), {})
TOLD = ("prediction_id", "contract", "role", "at", "label", "label_caller", "state")


@pytest.fixture
def wanted(contract: Contract) -> Wanted:
    return Wanted(contract, FIRST, LAST)


Logged = Callable[..., pl.DataFrame]


@pytest.fixture
def logged(contract: Contract, rows: Rows) -> Logged:
    """Rows as the log has them, six hours apart from 1 February: `logged(3, {1: {…}})`."""

    def build(
        count: int, bent: Mapping[int, Mapping[str, object]] | None = None, **columns: pl.Expr
    ) -> pl.DataFrame:
        start = datetime(2013, 2, 1, tzinfo=UTC)
        facts = [
            {
                "prediction_id": f"id-{n}",
                "contract": contract.digest,
                "role": "champion",
                "at": start + timedelta(hours=6 * n),
                "label": float(n % 2),
                "label_caller": "tower",
                "state": "held",
            }
            for n in range(count)
        ]
        features = rows(count).select(contract.feature_names)
        told = pl.DataFrame(facts, schema_overrides={"at": pl.Datetime("ms", UTC)})
        frame = pl.concat([told, features], how="horizontal")
        for number, changes in (bent or {}).items():
            frame = frame.with_columns(
                pl.when(pl.int_range(pl.len()) == number)
                .then(pl.lit(value, frame.schema[name]))
                .otherwise(name)
                .alias(name)
                for name, value in changes.items()
            )
        return frame.with_columns(**columns)

    return build


@pytest.fixture
def append(wanted: Wanted, tmp_path: Path) -> Callable[..., Appended]:
    def run(*frames: pl.DataFrame, champion: Taught = NOBODY, asked: Wanted = wanted) -> Appended:
        return append_labelled(asked, champion, frames, tmp_path)

    return run


Append = Callable[..., Appended]


def reasons(tmp_path: Path) -> dict[str, str]:
    _, rows = read_version(quarantine_of(tmp_path, "voyage"))
    return dict(rows.select("row_id", "reason").iter_rows())


def test_the_champions_rows_and_the_logs_become_one_version(
    append: Append, logged: Logged, source: Source, rows: Rows, tmp_path: Path
) -> None:
    before = ingest(source(rows(6)), tmp_path).dataset
    champion = taught_until(table_of(tmp_path, "voyage"), date(2013, 1, 30))
    made = append(logged(5), champion=champion)
    assert (made.written, made.dataset.version) == (True, before.version + 1)
    assert (made.dataset.rows, made.dataset.start, made.dataset.end) == (
        4 + 5,
        "2013-01-30",
        "2013-02-02",
    )
    assert made.labels_by == {"tower": 5}
    _, found = read_version(table_of(tmp_path, "voyage"))
    ours = found.filter(pl.col("row_id").str.starts_with("id-")).sort("event_time")
    assert ours["was_late"].to_list() == [False, True, False, True, False]
    assert ours.select("wind", "crew", "loaded").equals(logged(5).select("wind", "crew", "loaded"))


def test_what_came_from_the_source_is_found_below_what_retrains_wrote(
    append: Append, logged: Logged, source: Source, rows: Rows, tmp_path: Path
) -> None:
    table = table_of(tmp_path, "voyage")
    assert newest_ingested(table) is None
    before = ingest(source(rows(6)), tmp_path).dataset
    champion = taught_until(table, date(2013, 1, 30))
    for count in (5, 6):
        assert append(logged(count), champion=champion).dataset.from_log
    assert latest(table) != before
    assert newest_ingested(table) == before


def test_the_same_rows_in_any_order_are_the_same_version(append: Append, logged: Logged) -> None:
    once = append(logged(9))
    again = append(logged(9)[5:].reverse(), logged(9)[:5])
    assert again.written is False
    assert again.dataset == once.dataset


def test_rows_sorted_on_disk_have_the_digest_of_rows_sorted_at_once(
    wanted: Wanted, append: Append, logged: Logged, tmp_path: Path
) -> None:
    frames = [logged(40)[n : n + 3] for n in range(0, 40, 3)]
    spilled = append_labelled(wanted, NOBODY, frames, tmp_path / "other", run_bytes=512)
    assert spilled.dataset.sha256 == append(*frames).dataset.sha256


def test_a_prediction_that_is_logged_twice_counts_once(append: Append, logged: Logged) -> None:
    made = append(logged(4), logged(4)[1:3])
    assert made.dataset.rows == 4
    assert made.dataset.left_out == {"logged more than once": 2}
    assert made.dataset.quarantined == 0


@pytest.mark.parametrize(
    ("bent", "reason"),
    [
        pytest.param({"role": "shadow"}, "answered in the shadow", id="a shadow's answer"),
        pytest.param(
            {"state": "disputed"}, "labels contradict each other", id="labels that disagree"
        ),
        pytest.param({"state": "none", "label": None}, "no label", id="no label yet"),
        pytest.param(
            {"label_caller": "stranger"},
            "label of a caller who is not accepted",
            id="a label of a caller who is not accepted",
        ),
        pytest.param(
            {"label_caller": None}, "label of a caller who is not accepted", id="nobody's label"
        ),
    ],
)
def test_what_is_no_example_is_left_out_and_counted(
    append: Append, logged: Logged, contract: Contract, bent: dict[str, object], reason: str
) -> None:
    asked = Wanted(contract, FIRST, LAST, callers=frozenset({"tower"}))
    made = append(logged(5, {2: bent}), asked=asked)
    assert made.dataset.rows == 4
    assert made.dataset.left_out == {reason: 1}
    assert made.labels_by == {"tower": 4}


def test_days_whose_labels_are_still_to_come_are_not_looked_at(
    append: Append, logged: Logged, contract: Contract
) -> None:
    asked = Wanted(contract, date(2013, 2, 2), date(2013, 2, 3))
    made = append(logged(20), asked=asked)
    assert (made.dataset.start, made.dataset.end, made.dataset.rows) == (
        "2013-02-02",
        "2013-02-03",
        8,
    )
    assert made.dataset.left_out == {}


def test_rows_of_a_wider_contract_fit_one_by_one(
    append: Append, logged: Logged, contract: Contract, tmp_path: Path
) -> None:
    wind = contract.features[0].model_copy(update={"le": 99.0})
    wider = contract.model_copy(
        update={"version": "1.1", "features": (wind, *contract.features[1:])}
    )
    there = pl.lit(wider.digest)
    frame = logged(4, {1: {"wind": 80.0}}).with_columns(contract=there)
    made = append(frame, asked=Wanted(contract, FIRST, LAST, others=(wider,)))
    assert (made.dataset.rows, made.dataset.quarantined) == (3, 1)
    assert reasons(tmp_path) == {"id-1": "wind: breaks le 60.5"}


def moved_unit(contract: Contract) -> Contract:
    wind = contract.features[0].model_copy(update={"unit": "kn"})
    return contract.model_copy(
        update={"version": "2.0", "features": (wind, *contract.features[1:])}
    )


def another_label(contract: Contract) -> Contract:
    prediction = contract.prediction.model_copy(update={"label": "sank"})
    return contract.model_copy(update={"version": "2.0", "prediction": prediction})


@pytest.mark.parametrize(
    ("other", "is_released", "reason"),
    [
        pytest.param(
            moved_unit, True, "contract: another unit, or hidden: wind", id="in another unit"
        ),
        pytest.param(another_label, True, "contract: another label", id="of another label"),
        pytest.param(
            moved_unit, False, "contract: none that is released", id="of nobody knows what"
        ),
    ],
)
def test_rows_that_mean_something_else_are_put_aside_with_the_reason(
    append: Append,
    logged: Logged,
    contract: Contract,
    tmp_path: Path,
    other: Callable[[Contract], Contract],
    is_released: bool,
    reason: str,
) -> None:
    strange = other(contract)
    frame = logged(3, {0: {"contract": strange.digest}})
    asked = Wanted(contract, FIRST, LAST, others=(strange,) if is_released else ())
    made = append(frame, asked=asked)
    assert (made.dataset.rows, made.dataset.quarantined) == (2, 1)
    assert reasons(tmp_path) == {"id-0": reason}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        pytest.param({"hour": pl.lit("3")}, "hour: not of the contract's kind", id="text"),
        pytest.param({"crew": pl.lit(2.5)}, "crew: not of the contract's kind", id="a fraction"),
        pytest.param({"insured": pl.lit(7)}, "insured: not of the contract's kind", id="no truth"),
    ],
)
def test_a_value_of_another_kind_is_not_guessed_at(
    append: Append, logged: Logged, tmp_path: Path, columns: dict[str, pl.Expr], reason: str
) -> None:
    made = append(logged(2), logged(4)[2:].with_columns(**columns))
    assert (made.dataset.rows, made.dataset.quarantined) == (2, 2)
    assert all(reason in told for told in reasons(tmp_path).values())


def test_numbers_as_a_request_spells_them_are_whole_numbers_and_truths(
    append: Append, logged: Logged
) -> None:
    spelled = logged(4).with_columns(
        pl.col("hour").cast(pl.Float64), pl.col("loaded").cast(pl.Float64)
    )
    assert append(spelled).dataset.sha256 == append(logged(4)).dataset.sha256


def test_a_hash_is_no_category_of_another_contract(
    append: Append, logged: Logged, contract: Contract, tmp_path: Path
) -> None:
    wider = contract.model_copy(update={"version": "1.1"})
    frame = logged(3, {1: {"contract": wider.digest, "ship": "0" * 32}})
    append(frame, asked=Wanted(contract, FIRST, LAST, others=(wider,)))
    assert reasons(tmp_path) == {"id-1": "ship: hashed"}


def test_a_sensitive_feature_cannot_be_learned_from_a_log(
    append: Append, logged: Logged, contract: Contract, tmp_path: Path
) -> None:
    hidden = contract.features[0].model_copy(update={"sensitive": True})
    secretive = contract.model_copy(update={"features": (hidden, *contract.features[1:])})
    with pytest.raises(LogUnusable, match="wind is left out of the log or hashed"):
        append(logged(3), asked=Wanted(secretive, FIRST, LAST))
    assert latest(table_of(tmp_path, "voyage")) is None


def test_a_feature_that_was_not_logged_is_not_taken_for_null(
    append: Append, logged: Logged
) -> None:
    with pytest.raises(LogUnusable, match="insured is not in rows"):
        append(logged(3).drop("insured"))


def test_what_was_asked_with_was_known_by_then(
    append: Append, logged: Logged, tmp_path: Path
) -> None:
    made = append(logged(3), champion=Taught((), {"observed_at": ("wind",)}))
    assert (made.dataset.rows, made.dataset.known_at) == (3, {"observed_at": ("wind",)})
    _, rows = read_version(table_of(tmp_path, "voyage"))
    assert (rows["observed_at"] == rows["event_time"]).all()


def test_a_feature_that_is_named_like_a_fact_of_the_log_is_found(
    append: Append, logged: Logged, contract: Contract, tmp_path: Path
) -> None:
    state = contract.features[4].model_copy(update={"name": "state"})
    renamed = contract.model_copy(
        update={"features": (*contract.features[:4], state, *contract.features[5:])}
    )
    frame = logged(3).rename({"origin": "text_state"}).with_columns(contract=pl.lit(renamed.digest))
    append(frame, asked=Wanted(renamed, FIRST, LAST))
    _, rows = read_version(table_of(tmp_path, "voyage"))
    assert rows["state"].to_list() == ["JFK"] * 3


def test_without_a_row_there_is_no_version(append: Append, logged: Logged, tmp_path: Path) -> None:
    with pytest.raises(DatasetEmpty, match="none of the champion's"):
        append(logged(3, {n: {"state": "none"} for n in range(3)}))
    assert list(tmp_path.iterdir()) == []
