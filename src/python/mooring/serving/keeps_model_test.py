"""A running service keeps its model whatever becomes of its folder; the next one refuses it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mooring.bundle.manifest import MODEL_ONNX, SAMPLES
from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_of
from mooring.bundle.write import write_bundle
from mooring.contract.request import RequestSchema
from mooring.contract.wire import BUNDLE_HEADER, CONTENT_TYPE, CONTRACT_HEADER, encode_columns
from mooring.serving.testing.process import Service, serving


@dataclass(frozen=True)
class Running:
    """A service, the folder it was started from, and what it answered before anything happened."""

    service: Service
    folder: Path
    bundle: Bundle
    answer: bytes

    def ask(self) -> tuple[int, str | None, bytes]:
        return _ask(self.service, self.bundle)


def _ask(service: Service, bundle: Bundle) -> tuple[int, str | None, bytes]:
    rows = [sample.instance for sample in samples_of(bundle)]
    body = encode_columns(bundle.contract, RequestSchema(bundle.contract).check_all(rows))
    headers = {"Content-Type": CONTENT_TYPE, CONTRACT_HEADER: bundle.contract.digest}
    status, response, answer = service.request("POST", "/columns", body, headers)
    return status, response.headers[BUNDLE_HEADER], answer


@pytest.fixture(scope="module")
def running(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    place = tmp_path_factory.mktemp("running")
    folder = Path(shutil.copytree(bundle.path, place / "bundles" / bundle.path.name))
    with serving(place, MOORING_BUNDLE=str(folder), MOORING_BUNDLE_ID=bundle.id) as service:
        assert service.first_readiness()[0] == 200, service.output.read_text()
        yield Running(service, folder, bundle, _ask(service, bundle)[2])


def flip(folder: Path, bundle: Bundle) -> None:
    content = bytearray((folder / MODEL_ONNX).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / MODEL_ONNX).write_bytes(content)


def truncate(folder: Path, bundle: Bundle) -> None:
    with (folder / MODEL_ONNX).open("r+b") as file:
        file.truncate(100)


def delete_a_file(folder: Path, bundle: Bundle) -> None:
    (folder / SAMPLES).unlink()


def delete_all(folder: Path, bundle: Bundle) -> None:
    shutil.rmtree(folder)


def link_a_file(folder: Path, bundle: Bundle) -> None:
    (folder / MODEL_ONNX).rename(folder.parent / "moved.onnx")
    (folder / MODEL_ONNX).symlink_to(folder.parent / "moved.onnx")


def swap(folder: Path, bundle: Bundle) -> None:
    """Another bundle in good order under the old name."""
    other = write_bundle(
        folder.parent, bundle.manifest.model_copy(update={"seed": 8}), dict(bundle.files), {}
    )
    shutil.rmtree(folder)
    other.path.rename(folder)


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        pytest.param(flip, "model.onnx: its content is not what", id="a flipped bit"),
        pytest.param(truncate, "model.onnx: ", id="a truncated file"),
        pytest.param(delete_a_file, "samples.jsonl: ", id="a deleted file"),
        pytest.param(delete_all, "manifest.json", id="a deleted folder"),
        pytest.param(link_a_file, "model.onnx: ", id="a file that became a symlink"),
        pytest.param(swap, "manifest.json: its id is", id="another bundle in its place"),
    ],
)
def test_it_answers_as_before_and_a_new_process_refuses_and_says_why(
    running: Running,
    tmp_path: Path,
    tamper: Callable[[Path, Bundle], None],
    reason: str,
) -> None:
    bundle = running.bundle
    tamper(running.folder, bundle)
    try:
        assert running.ask() == (200, bundle.id, running.answer)
        assert running.service.request("GET", "/readyz")[0] == 200
        environ = {"MOORING_BUNDLE": str(running.folder), "MOORING_BUNDLE_ID": bundle.id}
        with serving(tmp_path, **environ) as next_one:
            status, body = next_one.first_readiness()
            assert (status, _ask(next_one, bundle)[0]) == (503, 503)
        assert reason in body.decode()
    finally:
        shutil.rmtree(running.folder, ignore_errors=True)
        shutil.copytree(bundle.path, running.folder)
    assert running.ask() == (200, bundle.id, running.answer)
