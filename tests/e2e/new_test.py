"""From a CSV to an answered prediction, as a person walks it: five commands and one question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from sklearn.datasets import load_breast_cancer

from mooring.bundle.load import load_model
from mooring.bundle.open import open_bundle
from mooring.contract.request import RequestSchema
from tests.e2e.walk import scratch


def test_a_csv_becomes_a_served_model_unedited(tmp_path: Path) -> None:
    place = scratch(tmp_path)
    table = pl.from_pandas(load_breast_cancer(as_frame=True).frame)
    table.write_csv(tmp_path / "tumours.csv")

    made = place.run("new", "tumour", "--from", str(tmp_path / "tumours.csv"), "--label", "target")
    assert made["next"] == "./mooring train tumour"
    trained = place.walk("tumour")
    assert trained["metrics"]["roc_auc"] > 0.97

    rows = table.head(5).drop("target")
    instances = rows.rename(lambda name: name.replace(" ", "_")).to_dicts()
    with place.serving("tumour") as url:
        served = place.answers("tumour", url, instances)

    bundle = open_bundle(Path(trained["path"]), expect=trained["bundle"])
    columns = RequestSchema(bundle.contract).check_all(instances)
    offline = load_model(bundle, runtime="skops").predict(columns)
    np.testing.assert_allclose(served, offline, rtol=0, atol=float(bundle.manifest.tolerance))
