"""`mooring adopt --onnx`: a model of another framework, under a contract, beside labelled rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from mooring.bundle.onnx_runtime import OnnxRuntime
from mooring.contract.contract import Contract
from mooring.contract.errors import MooringError
from mooring.data.columns import columns_from
from mooring.data.files import file_source, read_table
from mooring.data.source import EVENT_TIME, DataSource
from mooring.evaluation.metrics import Floats
from mooring.scaffold.checkout import MODELS, owner_of, taken_names
from mooring.scaffold.contract_source import contract_source
from mooring.scaffold.draft import Draft, Split
from mooring.scaffold.errors import GraphRefused, TableRefused
from mooring.scaffold.files import build_file, data_source, service_source
from mooring.scaffold.gate_source import gate_source
from mooring.scaffold.graph import served_graph
from mooring.scaffold.infer import Columns, Inferred
from mooring.scaffold.label import infer_label
from mooring.scaffold.names import check_model_name, feature_names
from mooring.scaffold.new import Scaffolded, beside_path
from mooring.scaffold.source import call, laid_out, spread, text
from mooring.scaffold.tests_source import contract_test, pipeline_test
from mooring.scaffold.write import aside, publish, try_out

GRAPH = "model.onnx"


@dataclass(frozen=True)
class Foreign:
    """What the user gives: the graph, the promise, and rows that the model has not learned from."""

    name: str
    graph: Path
    contract: Path
    data: Path
    label: str | None = None
    output: str | None = None
    time: str | None = None
    ids: str | None = None
    owner: str | None = None


def adopt_graph(given: Foreign, checkout: Path) -> Scaffolded:
    """Write `models/<name>/` around an ONNX file. Raises ScaffoldError or what reading raises."""
    check_model_name(given.name, taken_names(checkout))
    contract = _contract(given)
    graph = served_graph(contract, _content(given.graph), given.output)
    draft, source, rows = _draft(given, contract, checkout)
    _ask(contract, graph, rows)
    with aside(checkout, given.name) as made:
        made.write({GRAPH: graph, **_files(draft)})
        if draft.beside:
            made.write({draft.beside: given.data.read_bytes()})
        fit = try_out(made, source)
        made.write({"gate.py": gate_source(contract, fit, adopted=True)})
        return Scaffolded(publish(made, checkout), draft, fit)


def _contract(given: Foreign) -> Contract:
    """The contract of the file, under the model's name here."""
    found = Contract.from_json(_content(given.contract))
    return found.model_copy(update={"name": given.name})


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise GraphRefused(
            "the file cannot be read", place=str(path), cure="Check its path."
        ) from None


def _draft(
    given: Foreign, contract: Contract, checkout: Path
) -> tuple[Draft, DataSource, pl.DataFrame]:
    table = read_table(given.data.absolute())
    column = given.label or contract.prediction.label
    _refuse_missing(table, column, given)
    label = infer_label(table[column], contract.prediction.kind)
    names = _names(table, contract)
    columns = Columns(tuple(Inferred(f, names[f.name]) for f in contract.features), {})
    source = file_source(
        contract, given.data.absolute(), label=column, event_time=given.time,
        row_id=given.ids, positive=label.positive, columns=names,
    )  # fmt: skip
    rows = source.extract().rows
    days = rows[EVENT_TIME].dt.date().unique().sort()
    holdout = (days[0].isoformat(), days[-1].isoformat())
    beside, path = beside_path(given.name, given.data, checkout)
    draft = Draft(
        contract, columns, label, path, Split(holdout, holdout, holdout), len(rows),
        given.owner or owner_of(checkout), given.time, given.ids, beside,
    )  # fmt: skip
    return draft, source, rows


def _refuse_missing(table: pl.DataFrame, label: str, given: Foreign) -> None:
    for option, name in (("--label", label), ("--time", given.time), ("--id", given.ids)):
        if name is not None and name not in table.columns:
            cure = "Name a column of the data; it has to hold labels, for the gate."
            raise TableRefused(f"the data has no column {name}", place=option, cure=cure)


def _names(table: pl.DataFrame, contract: Contract) -> dict[str, str]:
    """The file's column of each feature: of its name, or one that would be renamed to it."""
    renamed = {name: column for column, name in feature_names(table.columns).items()}
    renamed |= {name: name for name in table.columns}
    if missing := [name for name in contract.feature_names if name not in renamed]:
        raise TableRefused(
            f"the data has no column {', '.join(missing[:5])}", place="--data",
            cure="Give rows with every feature of the contract.",
        )  # fmt: skip
    return {name: renamed[name] for name in contract.feature_names}


def _ask(contract: Contract, graph: bytes, rows: pl.DataFrame) -> None:
    """Let the graph answer the rows before anything is written."""
    try:
        answers = OnnxRuntime(contract, graph).predict(columns_from(contract, rows))
    except MooringError:
        raise
    except Exception:  # onnxruntime's own family, for shapes that the graph did not declare
        raise _wrong("it fails on the rows of the data", "Export it with dynamic rows.") from None
    _judge(contract, answers, len(rows))


def _judge(contract: Contract, answers: Floats, rows: int) -> None:
    if answers.shape != (rows,):
        raise _wrong("it does not answer one number a row", "Name another output with --output.")
    if not np.isfinite(answers).all():
        cure = "Forbid in the contract what it cannot answer, such as gaps."
        raise _wrong("it answers some rows with NaN or infinity", cure)
    outside = ((answers < 0) | (answers > 1)).any()
    if contract.prediction.kind == "probability" and outside:
        cure = "Export the sigmoid or softmax with it."
        raise _wrong("its answers are no probabilities", cure)


def _wrong(problem: str, cure: str) -> GraphRefused:
    return GraphRefused(problem, place="the ONNX file", cure=cure)


def _files(draft: Draft) -> dict[str, str]:
    files = [GRAPH, *([draft.beside] if draft.beside else [])]
    tests = {"pipeline_test.py": pipeline_test(draft, "mooring.training.adopted.pack")}
    return {
        "contract.py": contract_source(draft.contract, f"What `{draft.name}` promises."),
        "data.py": data_source(draft),
        "pipeline.py": _plan(draft),
        "service.py": service_source(draft.name),
        "contract_test.py": contract_test(draft),
        "BUILD": build_file(files),
        **(tests if draft.beside else {}),
    }


def _plan(draft: Draft) -> str:
    start, end = draft.split.holdout
    made = call(
        "adopted_plan", "CONTRACT", text(f"{MODELS}/{draft.name}/{GRAPH}"),
        holdout=call("Period", start=text(start), end=text(end)), owner=text(draft.owner),
    )  # fmt: skip
    return _PLAN.format(name=draft.name, plan=laid_out(spread(made), before="PLAN = "))


_PLAN = '''\
"""`{name}` was trained elsewhere: its graph is packed as it is, and judged on rows of ours."""

from __future__ import annotations

from models.{name}.contract import CONTRACT
from mooring.bundle.manifest import Period
from mooring.training.adopted import adopted_plan

# review: the holdout is all rows of data.py; the model must not have learned from any of them.
{plan}
'''
