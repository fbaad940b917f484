"""A built Bento in BentoML's own hands: served, imported, listed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mooring.bundle.manifest import MODEL_ONNX
from mooring.bundle.open import open_bundle
from mooring.bundle.samples import samples_of
from mooring.contract.wire import BUNDLE_HEADER, VERSION_HEADER
from mooring.delivery.bento.archive import archive_bento
from mooring.delivery.bento.testing.ingredients import MODEL
from mooring.serving.testing.process import Service, serving_bento


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that has nothing to do with the Bento, but for a package of the same name."""
    (tmp_path / "elsewhere" / "models").mkdir(parents=True)
    (tmp_path / "elsewhere" / "models" / "__init__.py").write_text("raise SystemExit('not this')")
    return tmp_path / "elsewhere"


def test_it_answers_from_anywhere_with_no_variable_set(bento: Path, elsewhere: Path) -> None:
    (path,) = (p for p in (bento / "src/champion").iterdir() if p.is_dir())
    bundle = open_bundle(path)
    with serving_bento(bento, elsewhere) as service:
        assert service.first_readiness() == (200, b"\n")
        for sample in samples_of(bundle):
            assert abs(predicted(service, sample.instance) - sample.prediction) <= 1e-5
        _, answer, _ = service.request("GET", "/contract.json")
        assert answer.headers[BUNDLE_HEADER] == bundle.id
        assert answer.headers[VERSION_HEADER] == "3"


def predicted(service: Service, instance: object) -> float:
    body = json.dumps({"instances": [instance]}).encode()
    status, _, answer = service.request(
        "POST", "/predict", body, {"Content-Type": "application/json"}
    )
    assert status == 200, answer
    (prediction,) = json.loads(answer)["predictions"]
    return float(prediction)


def test_a_checkout_that_it_is_started_in_changes_nothing(bento: Path, elsewhere: Path) -> None:
    with serving_bento(bento, elsewhere, MOORING_ROOT=str(elsewhere)) as service:
        assert service.first_readiness() == (200, b"\n")


def test_a_bundle_that_was_changed_in_it_is_not_served(bento: Path, elsewhere: Path) -> None:
    (model,) = (bento / "src/champion").rglob(MODEL_ONNX)
    model.write_bytes(model.read_bytes()[:-1] + b"\0")
    with serving_bento(bento, elsewhere) as service:
        status, body = service.first_readiness()
        assert status == 503
        assert b"its content is not what the manifest says" in body


def test_bentoml_imports_lists_and_gets_it(built: Path, tmp_path: Path) -> None:
    told = yaml.safe_load((built / "bento.yaml").read_text())
    tag = f"{MODEL}:{told['version']}"
    archive = tmp_path / "bento.tar"
    archive_bento(built, archive)
    assert tag in bentoml(tmp_path, "import", str(archive))
    (listed,) = json.loads(bentoml(tmp_path, "list", "--output", "json"))
    assert listed["tag"] == tag
    assert listed["creation_time"].startswith("2013-04-01")
    kept = Path(bentoml(tmp_path, "get", tag, "--output", "path").strip())
    assert contents(kept) == contents(built)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def bentoml(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bentoml", *arguments],
        env={
            "HOME": str(home),
            "BENTOML_HOME": str(home),
            "BENTOML_DO_NOT_TRACK": "true",
            "COLUMNS": "999",  # or it breaks the lines that it prints
        },
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
