"""The committed notebook, executed; then the walk from its last cell to a served prediction."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from sklearn.datasets import load_breast_cancer

from mooring.bundle.load import load_model
from mooring.bundle.open import open_bundle
from mooring.cli.kernel import environment, install_kernel
from mooring.cli.workspace import Workspace
from mooring.contract.request import RequestSchema
from tests.e2e.walk import Scratch, scratch

NOTEBOOK = Path("docs/notebooks/breast_cancer.ipynb")


def execute(place: Scratch, prefix: Path) -> nbformat.NotebookNode:
    """Run the notebook in the kernel that `mooring kernel` installs, from outside the checkout."""
    (place.root / "src").symlink_to(Path("src").absolute())
    install_kernel(Workspace(place.root, place.root / ".mooring"), prefix)
    notebook = nbformat.reads(NOTEBOOK.read_text(), as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook, timeout=300, kernel_name="mooring",
        resources={"metadata": {"path": str(prefix)}},
    )  # fmt: skip
    return client.execute(env={**os.environ, **place.environ})


@pytest.fixture
def jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment of the test's own, where Jupyter looks for kernels and keeps its files."""
    prefix = tmp_path / "jupyter"
    prefix.mkdir()
    monkeypatch.setenv("JUPYTER_PATH", str(prefix / "share/jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(prefix / "runtime"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(prefix / "config"))
    monkeypatch.setenv("IPYTHONDIR", str(prefix / "ipython"))
    return prefix


def test_a_notebook_ends_as_a_served_model(tmp_path: Path, jupyter: Path) -> None:
    place = scratch(tmp_path)
    executed = execute(place, jupyter)
    assert "./mooring train tumour" in executed.cells[-1].outputs[0]["data"]["text/plain"]

    trained = place.walk("tumour")
    assert trained["metrics"]["roc_auc"] > 0.97

    table = load_breast_cancer(as_frame=True).data.head(5)
    table.columns = [name.replace(" ", "_") for name in table.columns]
    instances = table.to_dict("records")
    with place.serving("tumour") as url:
        served = place.answers("tumour", url, instances)

    bundle = open_bundle(Path(trained["path"]), expect=trained["bundle"])
    columns = RequestSchema(bundle.contract).check_all(instances)
    offline = load_model(bundle, runtime="skops").predict(columns)
    np.testing.assert_allclose(served, offline, rtol=0, atol=float(bundle.manifest.tolerance))
    # The notebook's own pipeline learned from other rows and is not calibrated: near, not equal.
    told = executed.cells[5].outputs[0]["data"]["text/plain"]
    own = np.array([float(each) for each in told.split("[")[1].split("]")[0].split(",")])
    assert np.abs(np.array(served[:3]) - own).max() < 0.15


def test_the_kernel_finds_checkout_and_home() -> None:
    assert environment(Workspace(Path("/checkout"), Path("/home-of-it"))) == {
        "PYTHONPATH": "/checkout/src/python:/checkout",
        "MOORING_ROOT": "/checkout",
        "MOORING_HOME": "/home-of-it",
    }
