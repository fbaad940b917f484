from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from mooring.bundle.manifest import MODEL_ONNX, SAMPLES, Manifest
from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_file, samples_of
from mooring.bundle.signature import SignaturePolicy, sign_bundle
from mooring.bundle.testing.keys import key_pair
from mooring.bundle.write import copy_bundle, entries_of, write_bundle
from mooring.serving.errors import NotReady
from mooring.serving.replica import Replica, boot_or_refuse
from mooring.serving.settings import Settings

Break = Callable[[Bundle, Path], Path]


def _flipped(bundle: Bundle, store: Path) -> Path:
    copy = Path(shutil.copytree(bundle.path, store / bundle.path.name))
    content = bytearray((copy / MODEL_ONNX).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / MODEL_ONNX).write_bytes(content)
    return copy


def _disagreeing(bundle: Bundle, store: Path) -> Path:
    first, *rest = samples_of(bundle)
    off = first.model_copy(update={"prediction": first.prediction + 0.25})
    files = dict(bundle.files) | {SAMPLES: samples_file([off, *rest])}
    manifest: Manifest = bundle.manifest.model_copy(update={"files": entries_of(files)})
    return write_bundle(store, manifest, files, {}).path


def _missing(bundle: Bundle, store: Path) -> Path:
    return store / "nowhere"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(_flipped, r"model\.onnx: its content is not", id="a flipped byte"),
        pytest.param(_disagreeing, r"sample 1 is off by 0\.25", id="a golden sample that is off"),
        pytest.param(_missing, "there is no bundle here", id="no bundle"),
    ],
)
def test_a_bundle_that_is_refused_is_never_served_and_the_reason_stays(
    bundle: Bundle, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Break, reason: str
) -> None:
    replica = Replica("tiny")
    boot_or_refuse(replica, Settings("tiny", spoil(bundle, tmp_path), None, 1), 1)
    with pytest.raises(NotReady, match=reason):
        _ = replica.served
    (record,) = caplog.records
    assert record.message.startswith("tiny is not served: ")
    assert "\n" not in record.message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"model": "other"}, "a bundle of tiny.*service of other", id="another model"),
        pytest.param({"expect": "f" * 64}, "its id is", id="not the bundle that was released"),
        pytest.param({"bundle": cast(Path, None)}, "unexpected AttributeError", id="a fault"),
    ],
)
def test_settings_that_do_not_fit_leave_it_unready(
    settings: Settings, change: dict[str, Any], reason: str
) -> None:
    replica = Replica("tiny")
    boot_or_refuse(replica, replace(settings, **change), 1)
    with pytest.raises(NotReady, match=reason):
        _ = replica.served


def _copied(bundle: Bundle, store: Path) -> Bundle:
    return copy_bundle(bundle, store / "copy")


def test_under_a_policy_a_signed_bundle_is_served(bundle: Bundle, tmp_path: Path) -> None:
    keys, copy = key_pair(tmp_path), _copied(bundle, tmp_path)
    sign_bundle(copy, keys.private)
    replica = Replica("tiny")
    settings = Settings("tiny", copy.path, None, 1, SignaturePolicy("key", keys.public))
    boot_or_refuse(replica, settings, 1)
    assert replica.served.model.bundle.id == bundle.id


@pytest.mark.parametrize(
    ("signer", "reason"),
    [
        pytest.param(None, "no model.sig, and the policy is key", id="unsigned"),
        pytest.param("other", "not a signature by the key of the policy", id="by somebody else"),
    ],
)
def test_under_a_policy_any_other_bundle_is_refused_with_the_reason(
    bundle: Bundle, tmp_path: Path, signer: str | None, reason: str
) -> None:
    keys, copy = key_pair(tmp_path), _copied(bundle, tmp_path)
    if signer:
        sign_bundle(copy, key_pair(tmp_path, signer).private)
    replica = Replica("tiny")
    settings = Settings("tiny", copy.path, None, 1, SignaturePolicy("key", keys.public))
    boot_or_refuse(replica, settings, 1)
    with pytest.raises(NotReady, match=reason):
        _ = replica.served


def test_a_sound_bundle_is_served_and_its_loading_measured(
    settings: Settings, bundle: Bundle
) -> None:
    replica = Replica("tiny")
    with pytest.raises(NotReady, match="still loading"):
        _ = replica.served
    boot_or_refuse(replica, settings, 1)
    assert replica.served.model.bundle.id == bundle.id
    assert b'mooring_service_bundle_load_seconds{model="tiny",version="3"}' in (
        replica.metrics.exposition()
    )
