"""The Bentos of this repository's models, as `pants package` writes them: what they hold, what they
answer, and what they import to do so.

They are the archives of `models/<name>:bento`. Tests get them in their sandbox by
`runtime_package_dependencies`; outside of Pants, `./pants package` puts them into `dist/`.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mooring.bundle.champion import CHAMPION, Shipped, read_champion
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.release import read_release
from mooring.bundle.samples import samples_of
from mooring.contract.wire import BUNDLE_HEADER, VERSION_HEADER
from mooring.serving.testing.process import Service, serving_bento

# Libraries that train, track, plot or read tables, and stores of bundles: none is for serving a
# graph from a folder. `import time:     12 |     345 |   package.module` is how Python tells.
NOT_FOR_SERVING = frozenset(
    {
        *("boto3", "botocore", "deltalake", "matplotlib", "mlflow", "model_signing", "onnx"),
        *("pandas", "polars", "pyarrow", "river", "s3fs", "scipy", "sigstore", "skl2onnx"),
        *("sklearn", "skops"),
    }
)
_IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| +([\w.]+)$", re.MULTILINE)

OURS = {"bundle", "contract", "drift", "serving", "telemetry"}


@dataclass(frozen=True)
class Unpacked:
    """A Bento out of its archive, and the model's folder in the checkout."""

    model: str
    path: Path

    @property
    def shipped(self) -> Shipped:
        found = read_champion(self.path / "src" / CHAMPION)
        assert found is not None
        return found

    @property
    def bundle(self) -> Bundle:
        return open_bundle(self.shipped.path, expect=self.shipped.champion.bundle)

    @property
    def files(self) -> set[str]:
        found = (path for path in self.path.rglob("*") if path.is_file())
        return {str(path.relative_to(self.path)) for path in found}


@pytest.fixture(params=["flight_delay", "flight_time"])
def bento(request: pytest.FixtureRequest, tmp_path: Path) -> Unpacked:
    with tarfile.open(archive_of(request.param)) as tar:
        tar.extractall(tmp_path / "bento", filter="data")
    return Unpacked(request.param, tmp_path / "bento")


def archive_of(model: str) -> Path:
    packaged = Path(f"models.{model}/bento.tar")
    for folder in (Path(), Path("dist")):
        if (folder / packaged).exists():
            return folder / packaged
    raise FileNotFoundError(f"{packaged}: run `./pants package models/{model}:bento`")


@pytest.fixture
def service(bento: Unpacked, tmp_path: Path) -> Iterator[Service]:
    """The service, which tells on its output what it imports."""
    (tmp_path / "elsewhere").mkdir()
    with serving_bento(bento.path, tmp_path / "elsewhere", PYTHONPROFILEIMPORTTIME="1") as started:
        yield started


def test_it_answers_every_golden_sample_as_the_champion(bento: Unpacked, service: Service) -> None:
    assert service.first_readiness() == (200, b"\n")
    samples = samples_of(bento.bundle)
    body = json.dumps({"instances": [sample.instance for sample in samples]}).encode()
    json_type = {"Content-Type": "application/json"}
    status, answer, content = service.request("POST", "/predict", body, json_type)
    assert status == 200, content
    expected = [sample.prediction for sample in samples]
    tolerance = float(bento.bundle.manifest.tolerance)
    assert json.loads(content)["predictions"] == pytest.approx(expected, abs=tolerance, rel=0)
    assert answer.headers[BUNDLE_HEADER] == bento.bundle.id
    assert answer.headers[VERSION_HEADER] == str(bento.shipped.champion.version)
    imported = {name.split(".")[0] for name in _IMPORTED.findall(service.output.read_text())}
    assert {"onnxruntime", "bentoml", "mooring"} <= imported, "this run shows nothing"
    assert imported & NOT_FOR_SERVING == set()


def test_it_holds_the_champion_of_the_release(bento: Unpacked) -> None:
    release = read_release(Path("models") / bento.model / "release.json", model=bento.model)
    champion = release.release.champion
    assert champion is not None
    held = bento.shipped.champion
    assert (held.bundle, held.version) == (champion.bundle, champion.version)
    assert bento.bundle.bytes == champion.bytes


def test_it_holds_no_test_and_nothing_that_trains(bento: Unpacked) -> None:
    ours = {path for path in bento.files if path.startswith(("src/mooring/", "src/models/"))}
    assert {path.split("/")[2] for path in ours if path.startswith("src/mooring/")} == {
        "__init__.py", *(OURS & {path.split("/")[2] for path in ours})
    }  # fmt: skip
    assert {path for path in ours if path.startswith("src/models/")} == {
        "src/models/__init__.py",
        f"src/models/{bento.model}/__init__.py",
        f"src/models/{bento.model}/service.py",
    }
    assert not [
        path for path in bento.files if re.search(r"_test\.|conftest|testing/|\.pyc$", path)
    ]
