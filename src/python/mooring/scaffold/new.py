"""`mooring new`: from a CSV or Parquet file to a model's folder that works unedited."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import LONGEST_NAME
from mooring.data.files import file_source, read_table
from mooring.data.source import DataSource
from mooring.scaffold.checkout import MODELS, owner_of, taken_names
from mooring.scaffold.contract_source import contract_source
from mooring.scaffold.draft import Draft, split_of
from mooring.scaffold.errors import TableRefused
from mooring.scaffold.files import build_file, data_source, service_source
from mooring.scaffold.gate_source import FirstFit, FloorOf, floors_of, gate_source
from mooring.scaffold.infer import Columns, infer
from mooring.scaffold.label import Kind, Label, infer_label, leaks
from mooring.scaffold.names import check_model_name, label_name
from mooring.scaffold.pipeline_source import trees_source
from mooring.scaffold.tests_source import contract_test, pipeline_test
from mooring.scaffold.write import Aside, aside, publish, try_out

# A larger file does not belong in git; data.py refers to it where it lies.
LARGEST_BESIDE = 5 * 1024**2


@dataclass(frozen=True)
class Wish:
    """What the user says of the file."""

    name: str
    file: Path
    label: str
    time: str | None = None
    ids: str | None = None
    kind: Kind | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Scaffolded:
    """A model's folder, what was measured on the way, and what to look at."""

    path: Path
    draft: Draft
    fit: FirstFit

    @property
    def floors(self) -> list[FloorOf]:
        """What the gate demands."""
        return floors_of(self.draft.contract, self.fit)


def new_model(wish: Wish, checkout: Path) -> Scaffolded:
    """Write `models/<name>/`, tried out before it appears. Raises ScaffoldError or DataError."""
    check_model_name(wish.name, taken_names(checkout))
    draft, source = _draft(wish, checkout)
    with aside(checkout, wish.name) as made:
        _write_start(made, draft, wish.file)
        made.write({"pipeline.py": trees_source(draft)})
        fit = try_out(made, source)
        made.write({"gate.py": gate_source(draft.contract, fit)})
        return Scaffolded(publish(made, checkout), draft, fit)


def _write_start(made: Aside, draft: Draft, file: Path) -> None:
    intro = f"What `{draft.name}` promises, inferred from its first rows: to be reviewed."
    made.write(
        {
            "contract.py": contract_source(draft.contract, intro, draft.columns.reviews),
            "data.py": data_source(draft),
            "service.py": service_source(draft.name),
            "contract_test.py": contract_test(draft),
            "BUILD": build_file([draft.beside] if draft.beside else []),
        }
    )
    if draft.beside:
        made.write({"pipeline_test.py": pipeline_test(draft), draft.beside: file.read_bytes()})


def _draft(wish: Wish, checkout: Path) -> tuple[Draft, DataSource]:
    table = read_table(wish.file.absolute())
    _refuse_missing(table, wish)
    label = infer_label(table[wish.label], wish.kind)
    columns, notes = _columns(table, label, wish)
    contract = contract_of(wish.name, columns, label, f"One row of {wish.file.name}.")
    source = file_source(
        contract, wish.file.absolute(), label=label.column, event_time=wish.time,
        row_id=wish.ids, positive=label.positive, columns=columns.names,
    )  # fmt: skip
    rows = source.extract().rows
    split = split_of(rows, by_time=wish.time is not None)
    beside, path = beside_path(wish.name, wish.file, checkout)
    draft = Draft(
        contract, columns, label, path, split, len(rows), wish.owner or owner_of(checkout),
        wish.time, wish.ids, beside, notes,
    )  # fmt: skip
    return draft, source


def contract_of(name: str, columns: Columns, label: Label, description: str) -> Contract:
    """The contract of what was inferred."""
    named = label_name(label.column)
    prediction = Prediction(name=named[:LONGEST_NAME], kind=label.kind, label=named)
    return Contract(
        name=name, version="1.0", description=description,
        features=columns.features, prediction=prediction,
    )  # fmt: skip


def _refuse_missing(table: pl.DataFrame, wish: Wish) -> None:
    for option, name in (("--label", wish.label), ("--time", wish.time), ("--id", wish.ids)):
        if name is not None and name not in table.columns:
            known = ", ".join(table.columns[:20])
            raise TableRefused(
                f"the file has no column {name}", place=option, cure=f"It has: {known}."
            )


def _columns(table: pl.DataFrame, label: Label, wish: Wish) -> tuple[Columns, tuple[str, ...]]:
    """What is left to learn from, and a note for each column that was left out."""
    own = {wish.label, wish.time, wish.ids} - {None}
    rest = table.drop([name for name in table.columns if name in own])
    telling = leaks(label, table[label.column], rest)
    columns = infer(rest.drop(telling), label_name(label.column))
    notes = [f"Left out: {name} tells the label outright." for name in telling]
    notes += [f"Left out: {name} {why}." for name, why in columns.left_out.items()]
    return columns, tuple(" ".join(note.split())[:90] for note in notes)


def beside_path(name: str, file: Path, checkout: Path) -> tuple[str | None, str]:
    """The file's name in the model's folder, None when it is too large for that; and its path as
    data.py says it, from the checkout where it lies in there.
    """
    if file.is_file() and file.stat().st_size <= LARGEST_BESIDE:
        beside = f"data{file.suffix.lower()}"
        return beside, f"{MODELS}/{name}/{beside}"
    found = file.absolute()
    return None, str(found.relative_to(checkout) if found.is_relative_to(checkout) else found)
