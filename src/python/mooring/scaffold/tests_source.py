"""The tests that a model begins with: fast, about its own rows, and able to fail."""

from __future__ import annotations

from mooring.scaffold.draft import Draft


def contract_test(draft: Draft) -> str:
    """`contract_test.py`; the last test needs the file beside the model."""
    rows = draft.beside is not None
    return _CONTRACT.format(
        name=draft.name,
        source=f"from models.{draft.name}.data import SOURCE\n" if rows else "",
        check="from mooring.data.check import REASON, conform, with_reasons\n" if rows else "",
        rows=_ROWS if rows else "",
    )


def pipeline_test(draft: Draft, make: str = "mooring.training.train.train") -> str:
    """`pipeline_test.py`; `make` is what turns rows into a bundle."""
    module, _, function = make.rpartition(".")
    imports = sorted(
        {
            "from mooring.training.memory_tracker import MemoryTracker",
            "from mooring.training.train import Trained",
            f"from {module} import {function}",
        }
    )
    if module == "mooring.training.train":
        imports = [imports[0], f"from {module} import Trained, {function}"]
    return _PIPELINE.format(
        name=draft.name,
        imports="\n".join(imports),
        make=function,
        label=draft.contract.prediction.label,
    )


_CONTRACT = '''\
"""What `{name}` promises, and that its own rows keep it."""

from __future__ import annotations

import pytest

from models.{name}.contract import CONTRACT
{source}from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidRows
from mooring.contract.request import RequestSchema
{check}

def test_the_contract_survives_its_json() -> None:
    assert Contract.from_json(CONTRACT.to_json()) == CONTRACT


def test_the_contract_accepts_its_own_example() -> None:
    schema = RequestSchema(CONTRACT)
    assert set(schema.check_all([schema.example])) == set(CONTRACT.feature_names)


def test_the_label_is_not_asked_of_a_client() -> None:
    schema = RequestSchema(CONTRACT)
    with pytest.raises(InvalidRows):
        schema.check_all([schema.example | {{CONTRACT.prediction.label: True}}])
{rows}'''

_ROWS = """

def test_the_rows_of_the_file_keep_the_contract() -> None:
    rows = with_reasons(CONTRACT, conform(CONTRACT, SOURCE.extract().rows))
    broken = rows[REASON].drop_nulls()
    assert len(broken) <= SOURCE.most_rejected * len(rows), broken.unique().to_list()
"""

_PIPELINE = '''\
"""What is trained on the rows of `{name}` reaches its gate, and on dealt labels does not."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from models.{name}.contract import CONTRACT
from models.{name}.data import SOURCE
from models.{name}.gate import GATE
from models.{name}.pipeline import PLAN
from mooring.data.dataset import DatasetVersion, read_version
from mooring.data.ingest import ingest, table_of
{imports}

Ingested = tuple[DatasetVersion, pl.DataFrame]


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    data = tmp_path_factory.mktemp("data")
    ingest(SOURCE, data)
    return read_version(table_of(data, CONTRACT.name))


@pytest.fixture(scope="module")
def trained(ingested: Ingested, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return {make}(PLAN, *ingested, tmp_path_factory.mktemp("bundles"), MemoryTracker())


def missed(trained: Trained) -> list[str]:
    """The metrics that do not reach the gate's floors."""
    metrics = trained.facts.metrics
    return [floor.metric for floor in GATE.floors if not floor.met_by(metrics[floor.metric])]


def test_it_reaches_the_floors_of_its_gate(trained: Trained) -> None:
    assert missed(trained) == []


def test_with_labels_dealt_out_anew_it_does_not(ingested: Ingested, tmp_path: Path) -> None:
    dataset, rows = ingested
    dealt = rows.with_columns(pl.col("{label}").shuffle(seed=1))
    assert missed({make}(PLAN, dataset, dealt, tmp_path, MemoryTracker())) != []


def test_made_again_it_is_the_same_bundle(
    trained: Trained, ingested: Ingested, tmp_path: Path
) -> None:
    again = {make}(PLAN, *ingested, tmp_path, MemoryTracker())
    assert again.bundle.id == trained.bundle.id
'''
