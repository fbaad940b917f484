"""No model breaks the clients of its champion without a new major version."""

from pathlib import Path

import pytest

from mooring.bundle.manifest import CONTRACT
from mooring.bundle.release import read_release
from mooring.cli.registry import find_model
from mooring.contract.compatibility import check_version
from mooring.contract.contract import Contract
from tests.repository.tracked import ROOT

RELEASES = sorted((ROOT / "models").glob("*/release.json"))


def test_there_is_a_release() -> None:
    assert RELEASES


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.parent.name)
def test_the_contract_may_follow_that_of_the_champion(path: Path) -> None:
    champion = read_release(path).release.champion
    if champion is None:
        return
    served = Contract.from_json((path.parent / champion.location / CONTRACT).read_bytes())

    check_version(served, find_model(path.parent.name).contract)
