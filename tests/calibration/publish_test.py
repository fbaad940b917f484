"""What is published follows from the study: the same words and the same bytes each time."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.calibration.deals import Verdicts
from tests.calibration.detectors import Runs
from tests.calibration.estimates import months
from tests.calibration.found import Found
from tests.calibration.parts import Part
from tests.calibration.publish import publish
from tests.calibration.study import BETAS, BUDGETS, Ours, Sizes, Study, Week
from tests.calibration.traffic import CHANGES

RULES = (
    "PSI > 0.1, any feature",
    "PSI > 0.1, the score",
    "KS p < 0.05, any number",
    "Wasserstein > 0.1 σ, any number",
    "evidently, dataset drift",
    "evidently, any column",
    "river, ADWIN",
    "river, DDM",
    "crepes, SimpleJumper",
)
WEEK = Week(
    {"score": 50.0, "residual": 1.0, "loss": 0.0}, ("score",), frozenset({"temp"}), frozenset()
)


@pytest.fixture(scope="module")
def study() -> Study:
    weeks = np.array([1.0, 2.0, np.inf, 9.0])
    found = Found(
        weeks, {"score": 0.5, "residual": 0.25, "loss": 0.0}, weeks > 2, (frozenset(),) * 4
    )
    flags = np.array([[True, False, False]])
    names = [change.name for change in CHANGES]
    verdict = Verdicts(flags, dict.fromkeys(names, flags), flags[0])
    runs = Runs(np.array([20, 30, 40]))
    return Study(
        sizes=Sizes(years=4, told=3, others=2, evidently=1, runs=3),
        false_alarms=(0.25, 0.5),
        worst=2,
        quiet_bugs=0.0,
        quiet_names=0.125,
        ours=tuple(Ours(change, found, 0.1, np.nan) for change in CHANGES),
        told={"nothing": (0.0, 0.0)},
        parts=dict.fromkeys(("score", "residual", "loss"), Part((0.05, 0.01), (0.0, 0.0), 0.1)),
        real=(WEEK,) * 3,
        others=dict.fromkeys(RULES, verdict),
        silent=dict.fromkeys(BUDGETS, runs),
        delayed=dict.fromkeys(BETAS, runs),
        oracles={"t": 1e-16, "chi2": 0.01, "blocks": 0.01, "ncx2": 0.05, "ks": 0.05},
        merged={"counts": 0.0, "p-values": 0.0, "sums": 1e-16},
        months=tuple(months()),
        refused=1.0,
    )


@pytest.fixture(scope="module")
def root(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    publish(study, folder)
    return folder


def test_the_document_names_its_command_and_all_its_numbers(root: Path) -> None:
    document = (root / "docs/drift.md").read_text()
    assert "publish --years 4 --told 3 --others 2 --evidently 1 --runs 3" in document
    assert "0.25, at most 0.50" in document
    assert not re.search(r"\bnan\b|\{|\}", document)
    for picture in re.findall(r"\]\((drift/\w+\.svg)\)", document):
        assert (root / "docs" / picture).stat().st_size > 1_000


def test_the_same_study_is_published_in_the_same_bytes(
    study: Study, root: Path, tmp_path: Path
) -> None:
    publish(study, tmp_path)
    one, other = (
        [path.read_bytes() for path in sorted(place.rglob("*.*")) if path.is_file()]
        for place in (root, tmp_path)
    )
    assert len(one) == 5
    assert one == other


def test_tables_have_as_many_cells_in_each_row(root: Path) -> None:
    for line, following in pairwise((root / "docs/drift.md").read_text().splitlines()):
        if line.startswith("|") and following.startswith("|"):
            assert line.count("|") == following.count("|"), following
