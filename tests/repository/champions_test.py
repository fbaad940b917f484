"""What the repository says is in production is there, whole, blessed, and answers as recorded."""

from pathlib import Path

import pytest

from mooring.blessing.evidence import require_blessing
from mooring.bundle.load import load_model
from mooring.bundle.open import open_bundle
from mooring.bundle.release import read_release
from mooring.cli.registry import find_model
from tests.repository.tracked import ROOT

RELEASES = sorted((ROOT / "models").glob("*/release.json"))


def test_there_is_a_release() -> None:
    assert {"flight_delay", "flight_time"} <= {path.parent.name for path in RELEASES}


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.parent.name)
def test_the_champion_is_whole_blessed_and_answers_as_recorded(path: Path) -> None:
    champion = read_release(path, model=path.parent.name).release.champion
    assert champion is not None

    bundle = open_bundle(path.parent / champion.location, expect=champion.bundle)
    kinds = find_model(path.parent.name).gate.required_blessings
    evidence = {k: require_blessing(path.parent / "blessings", bundle.id, k) for k in kinds}
    assert champion.blessings == evidence
    assert load_model(bundle, runtime=champion.runtime).bundle.bytes == champion.bytes
