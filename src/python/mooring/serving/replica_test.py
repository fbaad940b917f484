from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client.parser import text_string_to_metric_families

from mooring.bundle.manifest import MODEL_ONNX, REFERENCE, SAMPLES, Manifest
from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_file, samples_of
from mooring.bundle.signature import SignaturePolicy, sign_bundle
from mooring.bundle.testing.keys import key_pair
from mooring.bundle.write import copy_bundle, entries_of, write_bundle
from mooring.contract.columns import Columns, rows_in
from mooring.contract.wire import encode_columns
from mooring.drift.bins import SCORE
from mooring.drift.reference import read_reference
from mooring.serving.errors import InvalidPrediction, NotReady
from mooring.serving.replica import Replica, Served, boot_or_refuse
from mooring.serving.settings import Settings
from mooring.serving.testing.referred import golden, with_reference

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


@pytest.fixture(scope="module")
def referred(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The bundle with a reference, of its golden samples."""
    return with_reference(bundle, tmp_path_factory.mktemp("referred"))


def _booted(bundle: Bundle) -> Replica:
    replica = Replica("tiny")
    boot_or_refuse(replica, Settings("tiny", bundle.path, None, 3), 1)
    return replica


def _shown(replica: Replica, metric: str) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(replica.exposition().decode())
    return {
        (sample.labels["feature"], sample.labels.get("bin", "")): sample.value
        for family in families
        for sample in family.samples
        if sample.name == metric and sample.labels["version"] == "3"
    }


def test_the_reference_and_empty_bins_are_shown_from_the_start(referred: Bundle) -> None:
    replica = _booted(referred)
    reference = read_reference(referred.files[REFERENCE], place=REFERENCE)
    rows = {
        (f.feature, label): count
        for f in reference.features
        for label, count in zip(f.bins.labels, f.rows, strict=True)
    }
    assert _shown(replica, "mooring_reference_bin_rows") == rows
    # The golden samples have been replayed by now.
    assert _shown(replica, "mooring_feature_bin_total") == dict.fromkeys(rows, 0.0)
    assert set(_shown(replica, "mooring_reference_testable").values()) == {1.0}


def _as_body(replica: Replica, columns: Columns) -> NDArray[np.float64]:
    return replica.answer(encode_columns(replica.served.contract, columns))


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(_as_body, id="from a columnar body"),
        pytest.param(Replica.predict, id="from columns"),
    ],
)
def test_each_answered_row_is_counted_in_one_bin_of_each_feature(
    referred: Bundle, ask: Callable[[Replica, Columns], NDArray[np.float64]]
) -> None:
    replica = _booted(referred)
    columns, _ = golden(referred)
    answers = ask(replica, columns)
    shown = _shown(replica, "mooring_feature_bin_total")
    for feature in read_reference(referred.files[REFERENCE], place=REFERENCE).features:
        values = {**columns, SCORE: answers}[feature.feature]
        counted = [shown[feature.feature, label] for label in feature.bins.labels]
        assert counted == feature.bins.counts(values).tolist()


class NoModel:
    """A runtime whose answers are no predictions."""

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        return np.full(rows_in(columns), np.nan)


def test_what_is_no_answer_is_not_counted(referred: Bundle) -> None:
    replica = _booted(referred)
    replica.serve(Served(replace(replica.served.model, model=NoModel()), 3), 0.1)
    with pytest.raises(InvalidPrediction):
        replica.predict(golden(referred)[0])
    assert set(_shown(replica, "mooring_feature_bin_total").values()) == {0.0}


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param(b'{"format":2}', id="of a newer format"),
        pytest.param(b'{"features":[],"format":1}', id="of other features"),
    ],
)
def test_a_reference_that_cannot_be_read_costs_the_counts_and_not_the_model(
    bundle: Bundle, tmp_path: Path, caplog: pytest.LogCaptureFixture, reference: bytes
) -> None:
    replica = _booted(with_reference(bundle, tmp_path, reference))
    assert len(replica.predict(golden(bundle)[0])) == 8
    assert _shown(replica, "mooring_feature_bin_total") == {}
    (warning,) = [r.message for r in caplog.records if r.levelname == "WARNING"]
    assert warning.startswith("tiny counts no rows in bins: ")


def test_a_bundle_from_before_references_is_served_as_ever(replica: Replica) -> None:
    assert len(replica.predict(golden(replica.served.model.bundle)[0])) == 8
    assert _shown(replica, "mooring_reference_testable") == {}


def test_the_end_of_the_training_data_is_told_where_rows_are_known(replica: Replica) -> None:
    told = 'mooring_model_trained_timestamp_seconds{model="tiny",version="3"} 1.3571712e+09'
    assert told in replica.exposition().decode()  # 2013-01-03T00:00:00Z
    bundle = replica.served.model.bundle
    elsewhere = bundle.manifest.dataset.model_copy(update={"rows": 0})
    manifest = bundle.manifest.model_copy(update={"dataset": elsewhere})
    adopted = replace(replica.served.model, bundle=replace(bundle, manifest=manifest))
    assert Served(adopted, 1).trained is None
