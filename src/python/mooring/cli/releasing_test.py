from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mooring.blessing.errors import NotBlessed, PromotionRefused
from mooring.bundle.errors import BundleTampered, SignatureMissing
from mooring.bundle.open import open_bundle
from mooring.bundle.release import Released, read_release
from mooring.bundle.signature import is_signed, sign_bundle, sign_file
from mooring.bundle.testing.keys import key_pair
from mooring.cli import git
from mooring.cli.challenging import challenge_model
from mooring.cli.conftest import write_trial
from mooring.cli.crowning import ReleaseLedger
from mooring.cli.errors import ChampionUnusable, GitRefused
from mooring.cli.judging import bless_model
from mooring.cli.making import candidate_of
from mooring.cli.registry import Model
from mooring.cli.releasing import promote_model, rollback_model, withdraw_model
from mooring.cli.serving import champion
from mooring.cli.workspace import Workspace
from mooring.data.dataset import read_version
from mooring.data.ingest import table_of
from mooring.delivery.controller.errors import LedgerRefused
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.train import train


def promote(model: Model, space: Workspace, *, commit: bool = False) -> None:
    promote_model(model, space, bundle=None, reason="first", commit=commit)


def test_a_promotion_is_whole_beside_the_release(space: Workspace, model: Model) -> None:
    promote(model, space)

    served = champion(model, space)
    assert served.version == 1
    assert open_bundle(served.folder, expect=served.bundle).id == served.bundle
    kinds = sorted(path.suffixes[0] for path in (space.model(model.name) / "blessings").iterdir())
    assert kinds == [".evaluation", ".serving"]


def test_a_promotion_is_a_commit_of_what_it_changed(space: Workspace, model: Model) -> None:
    git.init(space.root)

    promote(model, space, commit=True)

    log = subprocess.run(
        ["git", "-C", space.root, "log", "--name-only", "--format=%s"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert log.startswith("Promote flight_delay version 1")
    assert "models/flight_delay/release.json" in log
    assert not git._git(space.root, "status", "--porcelain").stdout


def test_the_first_promotion_has_the_model_packaged(space: Workspace, model: Model) -> None:
    build = space.model(model.name) / "BUILD"
    build.parent.mkdir(parents=True, exist_ok=True)
    build.write_text("python_sources()\n")
    git.init(space.root)

    promote(model, space, commit=True)

    assert build.read_text() == "python_sources()\nreleased_model()\n"
    assert not git._git(space.root, "status", "--porcelain").stdout


def test_a_release_with_uncommitted_changes_is_not_touched(space: Workspace, model: Model) -> None:
    git.init(space.root)
    promote(model, space, commit=True)
    release = space.release(model.name)
    release.write_text(release.read_text() + "\n")

    with pytest.raises(GitRefused, match="uncommitted changes"):
        promote(model, space)


def test_promoting_the_champion_again_is_refused(space: Workspace, model: Model) -> None:
    promote(model, space)
    before = space.release(model.name).read_bytes()

    with pytest.raises(PromotionRefused, match="already champion"):
        promote(model, space)

    assert space.release(model.name).read_bytes() == before


def test_evidence_of_another_bundle_does_not_count(space: Workspace, model: Model) -> None:
    (blessing,) = space.blessings.glob("*.evaluation.json")
    other = "0" * 64
    blessing.write_text(blessing.read_text().replace(open_id(space), other))

    with pytest.raises(NotBlessed, match="another bundle"):
        promote(model, space)


def test_a_bundle_that_was_never_served_on_trial_is_not_promoted(
    space: Workspace, model: Model
) -> None:
    (blessing,) = space.blessings.glob("*.serving.json")
    blessing.unlink()

    with pytest.raises(NotBlessed, match="there is no serving blessing"):
        promote(model, space)

    assert not space.release(model.name).exists()


def test_under_a_policy_bundle_and_evidence_are_promoted_with_their_signatures(
    space: Workspace, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = key_pair(tmp_path)
    monkeypatch.setenv("MOORING_SIGNATURE_POLICY", "key")
    monkeypatch.setenv("MOORING_SIGNATURE_KEY", str(keys.public))

    with pytest.raises(SignatureMissing, match="bundle sign"):
        promote(model, space)
    sign_bundle(candidate_of(model, space), keys.private)
    with pytest.raises(SignatureMissing, match="mooring bless --key"):
        promote(model, space)
    assert not space.release(model.name).exists()
    for path in space.blessings.glob("*.json"):
        sign_file(path, keys.private)
    promote(model, space)

    beside = space.model(model.name) / "blessings"
    assert sorted(path.suffix for path in beside.iterdir()) == [".json", ".json", ".sig", ".sig"]
    assert is_signed(open_bundle(champion(model, space).folder))


def test_a_rollback_needs_a_former_champion(space: Workspace, model: Model) -> None:
    promote(model, space)

    with pytest.raises(PromotionRefused, match="Known versions: none"):
        rollback_model(model, space, version=None, reason="bad", commit=False)


def test_a_rollback_brings_the_old_version_back(space: Workspace, model: Model) -> None:
    promote(model, space)
    path = space.release(model.name)
    release = read_release(path).release
    assert release.champion is not None
    newer = release.champion.model_copy(update={"version": 2, "bundle": "f" * 64})
    update = {"champion": newer, "former": (release.champion,), "last_version": 2}
    path.write_bytes(release.model_copy(update=update).to_json())

    done = rollback_model(model, space, version=None, reason="worse in the evening", commit=False)

    assert (done.champion.version, done.champion.bundle) == (1, release.champion.bundle)
    assert done.champion.reason == "worse in the evening"
    assert done.release.release.last_version == 2


def test_a_rollback_to_a_damaged_bundle_is_refused(space: Workspace, model: Model) -> None:
    promote(model, space)
    path = space.release(model.name)
    release = read_release(path).release
    assert release.champion is not None
    location = space.model(model.name) / release.champion.location
    (location / "card.md").write_text("a better story")
    newer = release.champion.model_copy(update={"version": 2, "bundle": "f" * 64})
    update = {"champion": newer, "former": (release.champion,), "last_version": 2}
    path.write_bytes(release.model_copy(update=update).to_json())
    before = path.read_bytes()

    with pytest.raises(BundleTampered, match=r"card\.md"):
        rollback_model(model, space, version=None, reason="bad", commit=False)

    assert path.read_bytes() == before


def retrain(model: Model, space: Workspace, seed: int = 1) -> str:
    """Another bundle that predicts the same: nothing in these trees is left to the seed."""
    plan = replace(model.plan, seed=seed)
    found = read_version(table_of(space.data, model.name))
    return train(plan, *found, space.bundles, MemoryTracker()).bundle.id


def test_a_candidate_is_judged_against_the_champion(space: Workspace, model: Model) -> None:
    promote(model, space)
    first, second = open_id(space), retrain(model, space)

    itself = bless_model(model, space).blessing
    assert [check.versus for check in itself.checks if check.versus] == []

    blessing = bless_model(model, space, second).blessing
    (versus,) = [check.versus for check in blessing.checks if check.versus]
    assert (blessing.verdict, versus.champion, versus.blocks) == ("blessed", first, 17)
    assert versus.difference == pytest.approx(0, abs=1e-6)

    (champion(model, space).folder / "card.md").write_text("a better story")
    with pytest.raises(ChampionUnusable, match=r"card\.md: the champion cannot be compared with"):
        bless_model(model, space, second)


def test_a_champion_whose_bundle_is_gone_lets_nothing_be_blessed_or_promoted(
    space: Workspace, model: Model
) -> None:
    promote(model, space)
    second, before = retrain(model, space), space.release(model.name).read_bytes()
    shutil.rmtree(champion(model, space).folder)

    with pytest.raises(ChampionUnusable, match="cannot be compared with: there is no bundle") as e:
        bless_model(model, space, second)
    assert e.value.cure.startswith("Restore its bundle from git or its store, or roll back")
    with pytest.raises(ChampionUnusable, match="contract cannot be read: there is no bundle here"):
        promote_model(model, space, bundle=second, reason="better", commit=False)

    assert space.release(model.name).read_bytes() == before


def test_a_challenger_is_tried_taken_back_and_promoted_under_one_version(
    space: Workspace, model: Model
) -> None:
    git.init(space.root)
    promote(model, space, commit=True)
    second = retrain(model, space)
    with pytest.raises(NotBlessed, match="there is no evaluation blessing"):
        promote_model(model, space, bundle=second, reason="x", commit=True, role="challenger")
    assert bless_model(model, space, second).blessing.verdict == "blessed"
    write_trial(model, space, second)

    def challenge() -> int:
        options = {"bundle": second, "reason": "learned more", "commit": True}
        done = promote_model(model, space, role="challenger", **options)  # type: ignore[arg-type]
        assert done.release.release.challenger is not None
        assert (done.champion.version, done.champion.bundle) == (1, open_id(space))
        return done.release.release.challenger.version

    assert challenge() == 2
    assert subjects(space)[0] == "Let challenge flight_delay version 2"
    withdraw_model(model, space, reason="slower", commit=True)
    assert subjects(space)[0] == "Withdraw flight_delay version 2"
    assert challenge() == 2

    done = promote_model(model, space, bundle=second, reason="it won", commit=True)
    assert (done.champion.version, done.champion.bundle) == (2, second)
    assert done.release.release.challenger is None
    assert not git._git(space.root, "status", "--porcelain").stdout


def test_where_nothing_is_committed_one_rollout_follows_another(
    space: Workspace, model: Model
) -> None:
    git.init(space.root)
    promote(model, space, commit=True)
    second, third = (retrain(model, space, seed) for seed in (1, 2))
    for bundle in (second, third):
        assert bless_model(model, space, bundle).blessing.verdict == "blessed"
        write_trial(model, space, bundle)
        if bundle == third:
            with pytest.raises(GitRefused, match="uncommitted changes"):
                challenge_model(model, space, bundle, None, commit=True)
        assert challenge_model(model, space, bundle, None, commit=False).outcome == "challenger"
        tried = read_release(space.release(model.name)).release.challenger
        assert tried is not None
        ReleaseLedger(space, commit=False).promote(model.name, tried, "no harm seen")
    held = champion(model, space)
    assert (held.version, held.bundle) == (3, third)


def subjects(space: Workspace) -> list[str]:
    return git._git(space.root, "log", "--format=%s").stdout.splitlines()


def test_nothing_is_promoted_over_a_champion_whose_bundle_is_gone(
    space: Workspace, model: Model
) -> None:
    promote(model, space)
    second = retrain(model, space)
    bless_model(model, space, second)
    write_trial(model, space, second)
    shutil.rmtree(champion(model, space).folder)
    before = space.release(model.name).read_bytes()

    with pytest.raises(ChampionUnusable, match="contract cannot be read: there is no bundle here"):
        promote_model(model, space, bundle=second, reason="better", commit=False)

    assert space.release(model.name).read_bytes() == before
    assert not (space.model(model.name) / "bundles" / second[:16]).exists()


def test_a_contract_that_breaks_clients_is_not_promoted(space: Workspace, model: Model) -> None:
    promote(model, space)
    first = model.contract.features[0]
    narrower = first.model_copy(update={"categories": (first.categories or ())[:-1]})
    contract = model.contract.model_copy(
        update={"features": (narrower, *model.contract.features[1:]), "version": "1.1"}
    )
    dataset, rows = read_version(table_of(space.data, model.name))
    known = rows.filter(rows["carrier"] != "YV")
    plan = replace(model.plan, contract=contract)
    second = train(plan, dataset, known, space.bundles, MemoryTracker()).bundle.id
    before = space.release(model.name).read_bytes()

    with pytest.raises(PromotionRefused, match=r'categories: without \["YV"\]'):
        promote_model(model, space, bundle=second, reason="better", commit=False)

    assert space.release(model.name).read_bytes() == before


def open_id(space: Workspace) -> str:
    return space.candidate("flight_delay").read_text()


@pytest.fixture
def challenger(space: Workspace, model: Model) -> Released:
    """A release whose champion is another bundle, and a challenger that is blessed."""
    promote_model(model, space, bundle=None, reason="first", commit=False)
    path = space.release(model.name)
    before = read_release(path)
    held = before.release.champion
    assert held is not None
    # The bundle that was promoted tries again, against a champion that never was.
    other = held.model_copy(update={"version": 7, "bundle": "7" * 64})
    challenger = held.model_copy(update={"version": 8})
    release = before.release.model_copy(
        update={"champion": other, "challenger": challenger, "last_version": 8}
    )
    path.write_bytes(release.to_json())
    return challenger


def test_a_challenger_that_is_withdrawn_is_gone_however_often_it_is_asked_for(
    space: Workspace, model: Model, challenger: Released
) -> None:
    ledger = ReleaseLedger(space, commit=False)
    for _ in range(2):
        ledger.withdraw(model.name, challenger, "errors: 30 of 100")
    release = read_release(space.release(model.name)).release
    assert release.challenger is None
    assert [each.reason for each in release.withdrawn] == ["errors: 30 of 100"]


def test_a_withdrawal_may_be_a_commit(space: Workspace, model: Model, challenger: Released) -> None:
    git.init(space.root)
    git.commit(space.root, [space.model(model.name)], "before")
    ReleaseLedger(space, commit=True).withdraw(model.name, challenger, "no traffic")
    assert git.log(space.root, space.release(model.name))[0].subject.startswith("Withdraw")


def test_evidence_that_is_gone_is_a_refusal(
    space: Workspace, model: Model, challenger: Released
) -> None:
    shutil.rmtree(space.model(model.name) / "blessings")
    before = space.release(model.name).read_bytes()
    with pytest.raises(LedgerRefused):
        ReleaseLedger(space, commit=False).promote(model.name, challenger, "no harm seen")
    assert space.release(model.name).read_bytes() == before


def test_a_challenger_that_is_champion_already_is_left_alone(
    space: Workspace, model: Model
) -> None:
    promote_model(model, space, bundle=None, reason="first", commit=False)
    path = space.release(model.name)
    champion = read_release(path).release.champion
    assert champion is not None
    assert champion.bundle == candidate_of(model, space, None).id
    before = path.read_bytes()
    ReleaseLedger(space, commit=False).promote(model.name, champion, "no harm seen")
    assert path.read_bytes() == before
