"""A model of another framework, adopted from the command line and served under its contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from mooring.bundle.onnx_runtime import OnnxRuntime
from mooring.bundle.open import open_bundle
from mooring.bundle.ort import onnxruntime as ort
from mooring.contract.contract import Contract
from mooring.contract.request import RequestSchema
from mooring.scaffold.graph import served_graph
from tests.e2e.walk import scratch

FILES = Path("tests/e2e/onnx").absolute()


def test_a_network_of_pytorch_is_packed_blessed_and_served(tmp_path: Path) -> None:
    place = scratch(tmp_path)
    files = {"onnx": "tumour.onnx", "contract": "contract.json", "data": "tumour.csv"}
    options = [text for name, file in files.items() for text in (f"--{name}", str(FILES / file))]
    place.run("adopt", "tumour", *options)
    trained = place.walk("tumour")

    rows = pl.read_csv(FILES / "tumour.csv").drop("target").head(5)
    instances = rows.rename(lambda name: name.replace(" ", "_")).to_dicts()
    with place.serving("tumour") as url:
        served = place.answers("tumour", url, instances)

    session = ort.InferenceSession(FILES / "tumour.onnx", providers=["CPUExecutionProvider"])
    (own,) = session.run(None, {"x": rows.to_numpy().astype(np.float32)})
    np.testing.assert_allclose(served, own[:, 0], rtol=0, atol=1e-6)
    bundle = open_bundle(Path(trained["path"]), expect=trained["bundle"])
    assert {"model.onnx", "model.skops"} & set(bundle.files) == {"model.onnx"}
    assert bundle.manifest.dataset.rows == 0


def test_trees_of_lightgbm_answer_by_their_probabilities() -> None:
    contract = Contract.from_json((FILES / "contract.json").read_bytes())
    rows = pl.read_csv(FILES / "tumour.csv").drop("target")
    instances = rows.rename(lambda name: name.replace(" ", "_")).to_dicts()
    columns = RequestSchema(contract).check_all(instances)
    made = served_graph(contract, (FILES / "trees.onnx").read_bytes())

    session = ort.InferenceSession(FILES / "trees.onnx", providers=["CPUExecutionProvider"])
    _, own = session.run(None, {"x": rows.to_numpy().astype(np.float32)})
    np.testing.assert_allclose(
        OnnxRuntime(contract, made).predict(columns), own[:, 1], rtol=0, atol=1e-6
    )
