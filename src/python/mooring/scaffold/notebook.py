"""`mooring.adopt`: the last cell of a notebook, from which a model's folder is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from sklearn.base import BaseEstimator, is_classifier

from mooring.data.dataset import DatasetVersion
from mooring.data.files import file_source
from mooring.data.ingest import ingest
from mooring.data.source import DataSource
from mooring.scaffold.checkout import MODELS, find_checkout, home_of, owner_of, taken_names
from mooring.scaffold.contract_source import contract_source
from mooring.scaffold.draft import Draft, split_of
from mooring.scaffold.errors import PipelineRefused, TableRefused
from mooring.scaffold.files import build_file, data_source, service_source
from mooring.scaffold.gate_source import FirstFit, gate_source
from mooring.scaffold.infer import infer
from mooring.scaffold.label import Label, infer_label
from mooring.scaffold.names import check_model_name, label_name
from mooring.scaffold.new import LARGEST_BESIDE, contract_of
from mooring.scaffold.retraining import retraining_source
from mooring.scaffold.tests_source import contract_test, pipeline_test
from mooring.scaffold.write import Aside, aside, publish, try_out

FILE = "data.parquet"

# Columns of the written file, when `time` and `ids` are given beside X.
_TIME, _IDS = "mooring_time", "mooring_id"


@dataclass(frozen=True)
class Adopted:
    """What was written, what a first fit scored, and what to do next."""

    path: Path
    dataset: DatasetVersion
    fit: FirstFit
    commands: tuple[str, ...]

    def __str__(self) -> str:
        scores = ", ".join(f"{n} {m.value:.4g}" for n, m in self.fit.metrics.items())
        lines = [f"Adopted as {self.path}", f"First fit, on {self.fit.rows} rows: {scores}"]
        return "\n".join([*lines, "Next, in the checkout:", *(f"  {c}" for c in self.commands)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def adopt(
    pipeline: BaseEstimator,
    X: Any,
    y: Any,
    *,
    name: str,
    time: Iterable[Any] | None = None,
    ids: Iterable[Any] | None = None,
    owner: str | None = None,
    description: str = "",
) -> Adopted:
    """Write `models/<name>/` from a pipeline and the rows that it was made on.

    `X` is a DataFrame of pandas or polars, shape (n, features), `y` holds n labels: two classes, or
    numbers. `time` says when each row happened, else rows are split at random; `ids` names rows.
    Raises ScaffoldError with the cure; nothing is written then.
    """
    checkout = find_checkout()
    check_model_name(name, taken_names(checkout))
    frame = _frame(X)
    table, label = _table(frame, y, time, ids)
    _check_estimator(pipeline, label)
    with aside(checkout, name) as made:
        draft, source = _draft(name, table, label, frame, made, checkout, owner, description)
        _write(made, draft, pipeline, frame)
        fit = try_out(made, source)
        made.write({"gate.py": gate_source(draft.contract, fit)})
        path = publish(made, checkout)
    dataset = ingest(_source(draft, path / FILE), home_of(checkout) / "data").dataset
    verbs = ("train", "bless", "promote", "serve")
    return Adopted(path, dataset, fit, tuple(f"./mooring {verb} {name}" for verb in verbs))


def _frame(X: Any) -> pd.DataFrame:
    """X as pandas has it, with the names of its columns as text."""
    if isinstance(X, pl.DataFrame):
        X = X.to_pandas()
    if not isinstance(X, pd.DataFrame):
        raise TableRefused(
            "it is no DataFrame, so its columns have no names", place="X",
            cure="Give a DataFrame of pandas or polars: pd.DataFrame(X, columns=[…]).",
        )  # fmt: skip
    if not all(isinstance(name, str) for name in X.columns) or X.columns.has_duplicates:
        raise TableRefused(
            "its columns are not named by distinct strings", place="X",
            cure="Name them: X.columns = [f'x{i}' for i in range(X.shape[1])].",
        )  # fmt: skip
    return X.reset_index(drop=True)


def _table(frame: pd.DataFrame, y: Any, time: Any, ids: Any) -> tuple[pl.DataFrame, Label]:
    """The rows as they are written to the file, and what the label says."""
    columns = [_column(name, frame[name]) for name in frame.columns]
    named = getattr(y, "name", None)
    label = named if isinstance(named, str) and named not in frame.columns else "label"
    while label in frame.columns:
        label += "_"
    labels = _column(label, pd.Series(np.asarray(y).ravel()))
    beside = [
        _column(n, pd.Series(list(v))) for n, v in ((_TIME, time), (_IDS, ids)) if v is not None
    ]
    for series in (labels, *beside):
        if len(series) != len(frame):
            raise TableRefused(
                f"it has {len(series)} values for {len(frame)} rows", place=series.name,
                cure="Give as many as X has rows.",
            )  # fmt: skip
    return pl.DataFrame([*columns, labels, *beside]), infer_label(labels, None)


def _column(name: str, values: pd.Series[Any]) -> pl.Series:
    try:
        made = pl.Series(name, pl.from_pandas(values))
    except Exception as error:  # pyarrow's own family: what it cannot hold in one column
        raise TableRefused(
            f"its values are not of one type ({type(error).__name__})", place=f"column {name}",
            cure="Make them numbers, strings or booleans.",
        ) from None  # fmt: skip
    return made.fill_nan(None) if made.dtype.is_float() else made


def _check_estimator(pipeline: BaseEstimator, label: Label) -> None:
    place = type(pipeline).__name__
    if not isinstance(pipeline, BaseEstimator) or not hasattr(pipeline, "fit"):
        raise PipelineRefused(
            "it is no scikit-learn estimator", place=place,
            cure="For another framework export ONNX and run `./mooring adopt --onnx`.",
        )  # fmt: skip
    if label.kind == "number":
        if is_classifier(pipeline):
            raise PipelineRefused(
                "a classifier does not predict a number", place=place, cure="Give a regressor."
            )
    elif not is_classifier(pipeline):
        raise PipelineRefused(
            "a regressor does not predict which of two classes", place=place,
            cure="Give a classifier, or labels that are no two classes.",
        )  # fmt: skip
    elif not hasattr(pipeline, "predict_proba"):
        raise PipelineRefused(
            "it has no predict_proba, and a service answers with probabilities", place=place,
            cure="Wrap its last step: CalibratedClassifierCV(estimator, method='sigmoid').",
        )  # fmt: skip


def _draft(
    name: str,
    table: pl.DataFrame,
    label: Label,
    frame: pd.DataFrame,
    made: Aside,
    checkout: Path,
    owner: str | None,
    description: str,
) -> tuple[Draft, DataSource]:
    columns = infer(table.select(list(frame.columns)), label_name(label.column), keep=True)
    said = description.strip() or "One row of a notebook's X."
    contract = contract_of(name, columns, label, said)
    file = made.model / FILE
    table.write_parquet(file)
    time = _TIME if _TIME in table.columns else None
    ids = _IDS if _IDS in table.columns else None
    beside = FILE if file.stat().st_size <= LARGEST_BESIDE else None
    draft = Draft(
        contract, columns, label, f"{MODELS}/{name}/{FILE}", split_of(table, by_time=False),
        len(table), owner or owner_of(checkout), time, ids, beside,
    )  # fmt: skip
    source = _source(draft, file)
    if time is None:
        return draft, source
    rows = source.extract().rows
    return replace(draft, split=split_of(rows, by_time=True)), source


def _source(draft: Draft, file: Path) -> DataSource:
    return file_source(
        draft.contract, file.absolute(), label=draft.label.column, event_time=draft.time,
        row_id=draft.ids, positive=draft.label.positive, columns=draft.columns.names,
    )  # fmt: skip


def _write(made: Aside, draft: Draft, pipeline: BaseEstimator, frame: pd.DataFrame) -> None:
    intro = f"What `{draft.name}` promises, inferred from a notebook's X: to be reviewed."
    made.write(
        {
            "contract.py": contract_source(draft.contract, intro, draft.columns.reviews),
            "data.py": data_source(draft),
            "pipeline.py": retraining_source(draft, pipeline, frame),
            "service.py": service_source(draft.name),
            "contract_test.py": contract_test(draft),
            "BUILD": build_file([draft.beside] if draft.beside else []),
        }
    )
    if draft.beside:
        made.write({"pipeline_test.py": pipeline_test(draft)})
    else:  # too large for git; the dataset version is what training reads
        made.write({".gitignore": f"{FILE}\n"})
