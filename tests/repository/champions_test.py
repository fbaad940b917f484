"""What the repository says is in production is there, whole, blessed, and answers as recorded."""

from pathlib import Path
from typing import get_args

import pytest

from mooring.blessing.evidence import require_blessing
from mooring.blessing.gate import BlessingKind
from mooring.bundle.load import load_model
from mooring.bundle.open import open_bundle
from mooring.bundle.release import read_release
from tests.repository.tracked import ROOT

RELEASES = sorted((ROOT / "models").glob("*/release.json"))


def test_there_is_a_release() -> None:
    assert [path.parent.name for path in RELEASES] == ["flight_delay"]


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.parent.name)
def test_the_champion_is_whole_blessed_and_answers_as_recorded(path: Path) -> None:
    champion = read_release(path, model=path.parent.name).release.champion
    assert champion is not None

    bundle = open_bundle(path.parent / champion.location, expect=champion.bundle)
    evidence = path.parent / "blessings"
    assert "evaluation" in champion.blessings
    kinds: tuple[BlessingKind, ...] = get_args(BlessingKind)
    given = [kind for kind in kinds if kind in champion.blessings]
    found = {kind: require_blessing(evidence, bundle.id, kind) for kind in given}
    assert champion.blessings == found
    assert load_model(bundle, runtime=champion.runtime).bundle.bytes == champion.bytes
