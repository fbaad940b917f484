"""What `mooring new` refuses, leaves out and writes, on tables written to files."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from mooring.contract.errors import MooringError
from mooring.scaffold.conftest import loans, wish_for
from mooring.scaffold.new import Wish, new_model

MANY = pl.int_range(400, eager=True)


def entries(checkout: Path) -> list[str]:
    return sorted(path.name for path in (checkout / "models").iterdir())


@pytest.mark.parametrize(
    ("table", "said", "message"),
    [
        pytest.param(
            loans(), {"name": "Loan"},
            "models/: this is no name for a model. Use lower-case letters, digits and "
            "underscores, and no word of Python's own.",
            id="a name with capitals",
        ),
        pytest.param(
            loans(), {"name": "class"}, "this is no name for a model", id="a word of Python's own"
        ),
        pytest.param(
            loans(), {"name": "BUILD".lower() + "/x"}, "this is no name", id="a path for a name"
        ),
        pytest.param(
            loans(), {"label": "lat"}, "--label: the file has no column lat. It has: Loan Amount",
            id="a label that is not there",
        ),
        pytest.param(
            loans(), {"time": "when"}, "--time: the file has no column when",
            id="a time that is not there",
        ),
        pytest.param(
            loans().with_columns(late=pl.lit(1)), {},
            "label late: it is the same in every row. Name the column to be predicted.",
            id="a label that is constant",
        ),
        pytest.param(
            loans().with_columns(late=MANY % 3), {},
            "label late: its 3 whole numbers may be classes or a quantity. For a quantity say "
            "--kind regression; more than two classes are not supported.",
            id="whole numbers that may be classes",
        ),
        pytest.param(
            loans().with_columns(late=pl.Series(["a", "b", "c", "d"] * 100)), {},
            "label late: it has 4 classes. Two are supported, one against the rest",
            id="more classes than two",
        ),
        pytest.param(
            loans().with_columns(late=pl.when(MANY > 9).then(pl.col("late"))), {},
            "label late: 10 rows have no label. Leave these rows out of the file.",
            id="a label with gaps",
        ),
        pytest.param(
            loans(60), {}, "label late: there are only 60 rows. At least 100 are needed",
            id="too few rows",
        ),
        pytest.param(
            loans().with_columns(late=(MANY < 7).cast(int)), {},
            "label late: one of its classes has only 7 rows. Each class needs 20",
            id="a class with hardly a row",
        ),
        pytest.param(
            loans().select(pl.lit(1).alias("one"), "late"), {},
            "table: no column is left to learn from. Give more than a label.",
            id="nothing to learn from",
        ),
        pytest.param(
            loans().with_columns(pl.lit("2024-05-01").alias("day")), {"time": "day"},
            "--time: it has 1 days, and 10 are needed to split by time. Leave --time out",
            id="too few days",
        ),
    ],
)  # fmt: skip
def test_refused_with_a_cure_and_nothing_written(
    table: pl.DataFrame, said: dict[str, str], message: str, checkout: Path, tmp_path: Path
) -> None:
    before = entries(checkout)
    with pytest.raises(MooringError) as refused:
        new_model(wish_for(table, tmp_path, **said), checkout)
    assert message in str(refused.value)
    assert entries(checkout) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "there is no such file", id="missing"),
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(b"a,late\n", "the file has no rows", id="a header alone"),
        pytest.param(b"\xff\xfe\x00", "it is not text in UTF-8", id="not text"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    content: bytes | None, message: str, checkout: Path, tmp_path: Path
) -> None:
    file = tmp_path / "table.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(MooringError, match=message):
        new_model(Wish("loan", file, "late"), checkout)


def test_the_folder_is_whole_its_tests_pass_and_a_second_run_is_refused(
    checkout: Path, tmp_path: Path
) -> None:
    table = loans().with_columns(
        pl.Series("nothing", [None] * 400, dtype=pl.String),
        pl.Series("who", [f"w{i}" for i in range(400)]),
        pl.col("late").cast(pl.Boolean).alias("was_late"),
        pl.lit(7).alias("seven"),
        pl.Series("day", ["2024-05-01", "2024-05-02"] * 200),
        (MANY + 1).alias("number"),
    )
    wish = wish_for(table, tmp_path)
    made = new_model(wish, checkout)

    assert [f.name for f in made.draft.contract.features] == [
        *("Loan_Amount", "years", "purpose", "copy_value")
    ]
    assert {note.split()[2] for note in made.draft.notes} == {
        *("nothing", "who", "was_late", "seven", "day", "number")
    }
    assert 'dependencies=["models/loan"]' in (checkout / "models/BUILD").read_text()
    assert entries(checkout) == ["BUILD", "__init__.py", "loan"]
    assert not any(floor.missed for floor in made.floors)
    _run_its_tests(checkout)
    with pytest.raises(MooringError, match="the name is taken"):
        new_model(replace(wish, label="years"), checkout)


def _run_its_tests(checkout: Path) -> None:
    path = os.pathsep.join(
        [str(checkout), *(os.path.abspath(entry) for entry in sys.path if entry)]
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "models/loan"]
    done = subprocess.run(
        command, cwd=checkout, env={**os.environ, "PYTHONPATH": path, "MOORING_ROOT": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert " 7 passed" in f" {done.stdout.splitlines()[-1]}"


def test_a_quantity_with_times_is_split_by_its_days(checkout: Path, tmp_path: Path) -> None:
    days = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 2, 9), eager=True)
    table = loans().with_columns(pl.concat([days] * 10).sort().alias("day"))
    made = new_model(wish_for(table, tmp_path, label="Loan Amount", time="day"), checkout)
    split = made.draft.split
    assert (split.fit, split.calibrate, split.holdout) == (
        ("2024-01-01", "2024-01-24"), ("2024-01-25", "2024-01-30"), ("2024-01-31", "2024-02-09")
    )  # fmt: skip
    assert made.draft.contract.prediction.kind == "number"
    assert 'event_time="day"' in (made.path / "data.py").read_text()
    plan = (made.path / "pipeline.py").read_text()
    assert 'fit=Period(start="2024-01-01", end="2024-01-30")' in plan
    assert "calibrate=None" in plan
    assert "tolerance=" in plan


def test_a_model_that_does_not_train_leaves_nothing(checkout: Path, tmp_path: Path) -> None:
    """Classes that no split can keep apart: all of one lie on the holdout's days."""
    days = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 2, 9), eager=True)
    late = pl.Series([0] * 350 + [1] * 50)
    table = loans().with_columns(pl.concat([days] * 10).sort().alias("day"), late=late)
    with pytest.raises(MooringError, match="does not train; nothing was kept"):
        new_model(wish_for(table, tmp_path, time="day"), checkout)
    assert entries(checkout) == ["BUILD", "__init__.py"]
