"""Files as sources: what is read, how it is dealt, and what is refused without a value told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import write_deltalake

from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.data.dataset import read_version
from mooring.data.errors import SourceUnavailable
from mooring.data.files import file_source, found_from_root, read_table
from mooring.data.ingest import ingest, table_of

FEATURES = (
    Feature(name="size", kind="float", example=1.0),
    Feature(name="cells", kind="integer", nullable=True, ge=-(2**53), le=2**53, example=1),
    Feature(name="site", kind="string", nullable=True, open=True, example="left"),
    Feature(name="seen", kind="boolean", nullable=True, example=True),
)
HEADER = "size,cells,site,seen,result,at,id"
LINES = (
    "1.5,3,left,true,1,2013-01-31T17:00:00Z,a",
    "2,,NA,False,0,2013-02-01,b",
    "-0.5,4.0,007,,1,2013-02-01 12:30,c",
)
NOON = datetime(2013, 1, 31, 17, tzinfo=UTC)


def tumour(kind: str = "probability", label: str = "malignant") -> Contract:
    prediction = Prediction.model_validate({"name": "p", "kind": kind, "label": label})
    return Contract(name="tumour", version="1.0", features=FEATURES, prediction=prediction)


def csv_file(folder: Path, *lines: str, header: str = HEADER, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *(lines or LINES)]) + "\n", encoding="utf-8")
    return path


def extracted(
    path: Path, named: dict[str, Any] | None = None, contract: Contract | None = None
) -> pl.DataFrame:
    told: dict[str, Any] = dict(named or {})
    source = file_source(contract or tumour(), path, label="result", **told)
    return source.extract().rows


def test_a_csv_becomes_rows_of_the_contract(tmp_path: Path) -> None:
    rows = extracted(csv_file(tmp_path), {"event_time": "at", "row_id": "id"})
    assert rows.to_dicts()[0] == {
        "size": 1.5,
        "cells": 3,
        "site": "left",
        "seen": True,
        "malignant": True,
        "event_time": NOON,
        "row_id": "a",
    }
    assert rows["cells"].to_list() == [3, None, 4]
    assert rows["site"].to_list() == ["left", None, "007"]
    assert rows["seen"].to_list() == [True, False, None]
    assert rows["event_time"].dt.day().to_list() == [31, 1, 1]


def test_the_same_rows_from_parquet_are_the_same(tmp_path: Path) -> None:
    # As pandas would write them: integers with a gap are floats there.
    table = read_table(csv_file(tmp_path)).with_columns(pl.col("cells").cast(pl.Float64))
    table.write_parquet(tmp_path / "rows.parquet")
    named = {"event_time": "at", "row_id": "id"}
    from_csv = extracted(tmp_path / "rows.csv", named)
    assert extracted(tmp_path / "rows.parquet", named).equals(from_csv)


def test_a_delta_table_is_read_with_its_partitions(tmp_path: Path) -> None:
    rows = read_table(csv_file(tmp_path))
    write_deltalake(tmp_path / "rows", rows.to_arrow(), partition_by=["id"])
    named = {"event_time": "at", "row_id": "id"}
    found = extracted(tmp_path / "rows", named).sort("row_id")
    assert found.equals(extracted(tmp_path / "rows.csv", named))


def test_a_file_of_many_batches_is_numbered_through(tmp_path: Path) -> None:
    path = csv_file(tmp_path, *(f"{i},,,,1,," for i in range(150_000)))
    batches = list(file_source(tumour(), path, label="result").extract().batches())
    assert len(batches) > 2
    rows = pl.concat(batches)
    assert rows["row_id"].to_list() == [str(i + 1) for i in range(150_000)]
    assert rows["size"].to_list() == list(range(150_000))


def test_a_third_class_is_found_in_a_later_batch(tmp_path: Path) -> None:
    path = csv_file(tmp_path, *["1,1,a,,b,,"] * 70_000, *["1,1,a,,c,,"] * 70_000, "1,1,a,,d,,")
    with pytest.raises(SourceUnavailable, match="the label result has more than two values"):
        extracted(path, {"positive": "b"})


def test_integers_beyond_a_float_stay_exact(tmp_path: Path) -> None:
    rows = extracted(csv_file(tmp_path, f"1,{2**53 + 1},a,,1,,", "1,,a,,0,,"))
    assert rows["cells"].to_list() == [2**53 + 1, None]


def test_rows_without_an_id_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    assert extracted(csv_file(tmp_path))["row_id"].to_list() == ["1", "2", "3"]


def test_rows_without_a_time_are_dealt_to_a_hundred_days(tmp_path: Path) -> None:
    days = extracted(csv_file(tmp_path, *(f"{i},,,,1,," for i in range(20_000))))["event_time"]
    assert days.min() == datetime(2000, 1, 1, tzinfo=UTC)
    assert days.max() == datetime(2000, 4, 9, tzinfo=UTC)
    counts = days.value_counts()["count"]
    # 200 expected on each; 5 standard deviations of the binomial are 70.
    assert len(counts) == 100
    assert counts.is_between(130, 270).all()


def test_a_row_is_dealt_by_what_it_says_and_not_by_its_place(tmp_path: Path) -> None:
    lines = [f"{i},{i % 5},site {i},,1,," for i in range(50)]
    ahead = extracted(csv_file(tmp_path, *lines)).sort("size")
    back = extracted(csv_file(tmp_path, *reversed(lines))).sort("size")
    assert ahead["event_time"].equals(back["event_time"])
    assert ahead["event_time"].n_unique() > 10


def test_the_days_that_are_dealt_are_fixed(tmp_path: Path) -> None:
    """Another deal would change every dataset of a file without times."""
    days = extracted(csv_file(tmp_path))["event_time"].dt.strftime("%m-%d").to_list()
    assert days == ["03-29", "02-05", "01-06"]


@pytest.mark.parametrize(
    ("labels", "positive", "truth"),
    [
        pytest.param(["1", "0", ""], None, [True, False, None], id="one, zero and a gap"),
        pytest.param(["True", "false", "TRUE"], None, [True, False, True], id="true and false"),
        pytest.param(["1.0", "0.0", "1"], None, [True, False, True], id="floats of 1 and 0"),
        pytest.param(["bad", "good", ""], "bad", [True, False, None], id="a named positive value"),
    ],
)
def test_a_label_is_true_or_false(
    tmp_path: Path, labels: list[str], positive: str | None, truth: list[bool | None]
) -> None:
    path = csv_file(tmp_path, *(f"1,1,a,,{label},," for label in labels))
    named = {} if positive is None else {"positive": positive}
    assert extracted(path, named)["malignant"].to_list() == truth


def test_a_label_of_a_number_is_a_float(tmp_path: Path) -> None:
    rows = extracted(csv_file(tmp_path, "1,1,a,,7,,", "1,1,a,,2.5,,"), contract=tumour("number"))
    assert rows["malignant"].to_list() == [7.0, 2.5]


@pytest.mark.parametrize(
    ("lines", "named", "said"),
    [
        pytest.param(
            ["1,1,a,,secret,,", "1,1,a,,0,,"],
            {},
            "the label result is not true and false or 1 and 0. Say in data.py which value is "
            r"asked for: file_source\(…, positive=…\)",
            id="a label of two names",
        ),
        pytest.param(["1,1,a,,2,,"], {}, "the label result is not true and false", id="a label 2"),
        pytest.param(
            ["1,1,a,,secret,,", "1,1,a,,b,,", "1,1,a,,c,,"],
            {"positive": "b"},
            "the label result has more than two values",
            id="a label of three names",
        ),
        pytest.param(
            ["secret,1,a,,1,,"], {}, "column size is not of the kind", id="text for a float"
        ),
        pytest.param(
            ["1,1.5,a,,1,,"], {}, "column cells is not of the kind", id="a fraction for an integer"
        ),
        pytest.param(
            ["1,1,a,secret,1,,"], {}, "column seen is not of the kind", id="text for a boolean"
        ),
        pytest.param(
            ["1,1,a,,1,31.1.2013,"],
            {"event_time": "at"},
            "column at does not hold dates or instants. Write times in ISO 8601",
            id="a date in another form",
        ),
        pytest.param(
            ["1,1,a,,1,,"], {"row_id": "key"}, "column key is missing", id="an id that is not there"
        ),
    ],
)
def test_a_column_that_does_not_hold_what_it_should_is_refused(
    tmp_path: Path, lines: list[str], named: dict[str, str], said: str
) -> None:
    with pytest.raises(SourceUnavailable, match=said) as refused:
        extracted(csv_file(tmp_path, *lines), named)
    assert "secret" not in str(refused.value)
    assert refused.value.place == str(tmp_path / "rows.csv")


def test_a_label_of_text_for_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="column result is not of the kind"):
        extracted(csv_file(tmp_path, "1,1,a,,many,,"), contract=tumour("number"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("rows.csv", b"", "the file is empty", id="an empty file"),
        pytest.param("rows.csv", b"a,b\n", "the file has no rows", id="a header alone"),
        pytest.param(
            "rows.csv", b"a,b,a\n1,2,3\n", "column a is there twice", id="a duplicate header"
        ),
        pytest.param("rows.csv", b"a,,b\n1,2,3\n", "column 2 has no name", id="a nameless column"),
        pytest.param(
            "rows.csv", b"a,b\n\xff\xfe,1\n", "it is not text in UTF-8", id="bytes that are no text"
        ),
        pytest.param(
            "rows.csv",
            b"\xff\xfea\x00\n\x001\x00",
            "it is not text in UTF-8",
            id="a header in UTF-16",
        ),
        pytest.param(
            "rows.csv", b"a,b\n1,2,secret\n", "a row has more fields", id="a row that is too long"
        ),
        pytest.param(
            "rows.csv", b'a,b\n"secret,1\n', "cannot be read as csv", id="a quote without an end"
        ),
        pytest.param(
            "rows.parquet", b"secret" * 9, "cannot be read as parquet", id="no Parquet at all"
        ),
        pytest.param("rows.parquet", b"", "cannot be read as parquet", id="an empty Parquet file"),
        pytest.param(
            "rows.xlsx", b"secret", "Supported are .csv, .parquet and", id="a kind that is not read"
        ),
    ],
)
def test_an_unusable_file_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceUnavailable, match=said) as refused:
        read_table(tmp_path / name)
    assert "secret" not in str(refused.value)


def test_a_folder_that_is_no_delta_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="the folder of a Delta Lake table"):
        read_table(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"nowhere.csv: there is no such file"):
        read_table(tmp_path / "nowhere.csv")


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"a": range(1_000)}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(SourceUnavailable, match="cannot be read as parquet"):
        read_table(path)


def test_read_table_gives_a_column_the_type_of_all_its_values(tmp_path: Path) -> None:
    lines = ["1,1,a,true", *["2,2,b,false"] * 200, "2.5,,7,NA"]
    table = read_table(csv_file(tmp_path, *lines, header="size,cells,site,seen"))
    assert table.schema == {
        "size": pl.Float64,
        "cells": pl.Int64,
        "site": pl.String,
        "seen": pl.Boolean,
    }


def test_a_relative_path_starts_at_the_root_of_the_checkout(tmp_path: Path) -> None:
    environ = {"MOORING_ROOT": str(tmp_path)}
    assert found_from_root("data/rows.csv", environ) == tmp_path / "data" / "rows.csv"
    assert found_from_root("rows.csv", {}) == Path.cwd() / "rows.csv"
    assert found_from_root("/rows.csv", environ) == Path("/rows.csv")


def test_a_file_may_say_when_values_became_known(tmp_path: Path) -> None:
    header = "size,cells,site,seen,result,at,seen_at"
    lines = ["1,1,a,,1,2013-01-02,2013-01-01", "1,1,a,,1,2013-01-02,2013-01-02 00:00:01"]
    source = file_source(
        tumour(),
        csv_file(tmp_path, *lines, header=header),
        label="result",
        event_time="at",
        known_at={"seen_at": ("size",)},
    )
    made = ingest(replace(source, most_rejected=0.5), tmp_path / "data").dataset
    assert (made.rows, made.quarantined) == (1, 1)


def test_a_file_is_ingested(tmp_path: Path) -> None:
    source = file_source(tumour(), csv_file(tmp_path), label="result")
    made = ingest(source, tmp_path / "data").dataset
    assert (made.rows, made.quarantined) == (3, 0)
    _, rows = read_version(table_of(tmp_path / "data", "tumour"))
    assert sorted(rows["row_id"]) == ["1", "2", "3"]
