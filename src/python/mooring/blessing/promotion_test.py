"""Promotion, withdrawal and rollback: cases, and random sequences against a simple model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mooring.blessing.errors import NotBlessed, PromotionRefused
from mooring.blessing.evidence import Blessing, Versus, write_blessing
from mooring.blessing.gate import AgainstChampion, BlessingKind, Floor, Gate
from mooring.blessing.promotion import (
    Decision,
    gather_blessings,
    promote,
    require_compatible,
    roll_back,
    withdraw,
)
from mooring.bundle.manifest import Manifest, Period, TrainingData
from mooring.bundle.open import Bundle
from mooring.bundle.release import KEPT_CHAMPIONS, KEPT_WITHDRAWN, Release
from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature

MakeBundle = Callable[..., Bundle]
MakeBlessing = Callable[..., Blessing]

EMPTY = Release(model="guess")
WHY = Decision("somebody", "2013-04-01T00:00:00Z", "better")
BACK = Decision("somebody else", "2013-04-02T00:00:00Z", "worse")
DAY = Period(start="2013-02-01", end="2013-02-01")
EVALUATED: frozenset[BlessingKind] = frozenset({"evaluation"})
GATE = Gate(DAY, (Floor("roc_auc", at_least=0.7),), required_blessings=EVALUATED)


def crown(release: Release, *bundles: Bundle) -> Release:
    for each in bundles:
        release = promote(release, each, f"bundles/{each.id[:16]}", {}, WHY)
    return release


def challenge(release: Release, bundle: Bundle) -> Release:
    return promote(release, bundle, f"bundles/{bundle.id[:16]}", {}, WHY, "challenger")


def champion(release: Release) -> tuple[int, str] | None:
    held = release.champion
    return None if held is None else (held.version, held.bundle)


def test_the_first_champion_is_version_1(bundle: MakeBundle) -> None:
    evidence = {"evaluation": "a" * 64}
    release = promote(EMPTY, bundle(1), "bundles/here", evidence, WHY)
    assert release.champion is not None
    assert release.champion.model_dump() == {
        "version": 1,
        "bundle": bundle(1).id,
        "location": "bundles/here",
        "bytes": 0,
        "runtime": "onnx",
        "blessings": evidence,
        "promoted_at": WHY.at,
        "promoted_by": WHY.by,
        "reason": WHY.reason,
    }
    assert (release.former, release.last_version) == ((), 1)


def test_the_old_champion_is_the_newest_of_the_former(bundle: MakeBundle) -> None:
    release = crown(EMPTY, bundle(1), bundle(2), bundle(3))
    assert champion(release) == (3, bundle(3).id)
    assert [former.version for former in release.former] == [2, 1]


def test_rollback_brings_the_last_one_back_under_its_old_version(bundle: MakeBundle) -> None:
    release = roll_back(crown(EMPTY, bundle(1), bundle(2)), BACK)
    assert champion(release) == (1, bundle(1).id)
    assert release.champion is not None
    assert (release.champion.promoted_by, release.champion.reason) == (BACK.by, BACK.reason)
    assert [former.version for former in release.former] == [2]


def test_a_version_is_never_reused(bundle: MakeBundle) -> None:
    release = roll_back(crown(EMPTY, bundle(1), bundle(2)), BACK)
    assert champion(crown(release, bundle(3))) == (3, bundle(3).id)


def test_rollback_to_a_version_goes_further_back(bundle: MakeBundle) -> None:
    release = roll_back(crown(EMPTY, *map(bundle, range(4))), BACK, version=2)
    assert champion(release) == (2, bundle(1).id)
    assert [former.version for former in release.former] == [4, 3, 1]


def test_a_former_champion_that_is_promoted_again_keeps_its_version(bundle: MakeBundle) -> None:
    release = crown(EMPTY, bundle(1), bundle(2), bundle(1))
    assert champion(release) == (1, bundle(1).id)
    assert (len(release.former), release.last_version) == (1, 2)


def challenger(release: Release) -> tuple[int, str] | None:
    held = release.challenger
    return None if held is None else (held.version, held.bundle)


def test_a_challenger_leaves_the_champion_and_takes_a_version(bundle: MakeBundle) -> None:
    release = challenge(crown(EMPTY, bundle(1)), bundle(2))
    assert (champion(release), challenger(release)) == ((1, bundle(1).id), (2, bundle(2).id))
    assert (release.former, release.last_version) == ((), 2)


def test_a_challenger_that_is_promoted_keeps_its_version(bundle: MakeBundle) -> None:
    release = crown(challenge(crown(EMPTY, bundle(1)), bundle(2)), bundle(2))
    assert (champion(release), challenger(release)) == ((2, bundle(2).id), None)
    assert ([former.version for former in release.former], release.last_version) == ([1], 2)


def test_a_challenger_survives_the_promotion_of_another(bundle: MakeBundle) -> None:
    release = crown(challenge(crown(EMPTY, bundle(1)), bundle(2)), bundle(3))
    assert (champion(release), challenger(release)) == ((3, bundle(3).id), (2, bundle(2).id))


def test_a_challenger_that_is_taken_back_keeps_its_version_for_its_return(
    bundle: MakeBundle,
) -> None:
    release = withdraw(challenge(crown(EMPTY, bundle(1)), bundle(2)), BACK)
    assert (champion(release), challenger(release)) == ((1, bundle(1).id), None)
    assert [gone.model_dump() for gone in release.withdrawn] == [
        {
            "version": 2,
            "bundle": bundle(2).id,
            "withdrawn_at": BACK.at,
            "withdrawn_by": BACK.by,
            "reason": BACK.reason,
        }
    ]
    assert challenger(challenge(release, bundle(3))) == (3, bundle(3).id)
    again = challenge(release, bundle(2))
    assert (challenger(again), again.withdrawn) == ((2, bundle(2).id), ())


def test_a_second_challenger_takes_the_place_of_the_first(bundle: MakeBundle) -> None:
    release = challenge(challenge(crown(EMPTY, bundle(1)), bundle(2)), bundle(3))
    assert challenger(release) == (3, bundle(3).id)
    assert [gone.version for gone in release.withdrawn] == [2]


def test_a_former_champion_that_challenged_in_vain_can_still_be_returned_to(
    bundle: MakeBundle,
) -> None:
    release = withdraw(challenge(crown(EMPTY, bundle(1), bundle(2)), bundle(1)), BACK)
    assert release.withdrawn == ()
    assert champion(roll_back(release, BACK)) == (1, bundle(1).id)


def test_a_rollback_to_the_challenger_ends_its_challenge(bundle: MakeBundle) -> None:
    release = roll_back(challenge(crown(EMPTY, bundle(1), bundle(2)), bundle(1)), BACK)
    assert (champion(release), challenger(release)) == ((1, bundle(1).id), None)


def test_a_release_without_withdrawn_challengers_is_written_as_it_always_was(
    bundle: MakeBundle,
) -> None:
    assert "withdrawn" not in crown(EMPTY, bundle(1)).to_json().decode()


def test_a_challenger_needs_a_champion(bundle: MakeBundle) -> None:
    with pytest.raises(PromotionRefused, match="there is no champion to challenge"):
        challenge(EMPTY, bundle(1))


def test_the_champion_does_not_challenge_itself(bundle: MakeBundle) -> None:
    with pytest.raises(PromotionRefused, match="already champion"):
        challenge(crown(EMPTY, bundle(1)), bundle(1))


def test_the_present_challenger_cannot_be_made_one(bundle: MakeBundle) -> None:
    with pytest.raises(PromotionRefused, match="already challenger"):
        challenge(challenge(crown(EMPTY, bundle(1)), bundle(2)), bundle(2))


def test_without_a_challenger_there_is_nothing_to_withdraw(bundle: MakeBundle) -> None:
    with pytest.raises(PromotionRefused, match="there is no challenger"):
        withdraw(crown(EMPTY, bundle(1)), BACK)


def test_a_breaking_contract_is_refused_with_every_change(contract: Contract) -> None:
    port, ship, _ = contract.features
    narrower = port.model_copy(update={"categories": ("EWR",)})
    after = contract.model_copy(update={"version": "1.1", "features": (narrower, ship)})
    with pytest.raises(PromotionRefused) as refused:
        require_compatible(EMPTY, contract, after)
    assert refused.value.problem == (
        "contract 1.1: 2 breaking change(s) without a new major version: "
        'features.port.categories: without ["JFK", "LGA"]; '
        "features.chance: removed, and refused when it is sent"
    )
    assert refused.value.cure == "Make it version 2.0, or undo the change."
    require_compatible(EMPTY, contract, after.model_copy(update={"version": "2.0"}))


def test_a_contract_version_does_not_go_backwards(contract: Contract) -> None:
    present = contract.model_copy(update={"version": "2.0"})
    with pytest.raises(PromotionRefused, match=r"contract 1\.0: it follows version 2\.0"):
        require_compatible(EMPTY, present, contract)


def test_the_present_champion_cannot_be_promoted(bundle: MakeBundle) -> None:
    with pytest.raises(PromotionRefused, match="already champion"):
        crown(EMPTY, bundle(1), bundle(1))


def test_another_models_bundle_is_refused(bundle: MakeBundle) -> None:
    with pytest.raises(PromotionRefused, match="release of guess: the bundle is of other"):
        crown(EMPTY, bundle(1, model="other"))


@pytest.mark.parametrize(
    ("champions", "version", "problem"),
    [
        pytest.param(0, None, "there is no former champion", id="no champion at all"),
        pytest.param(1, None, "Known versions: none", id="no former champion"),
        pytest.param(3, 9, "no version 9 .* Known versions: 2, 1", id="a version of the future"),
        pytest.param(3, 3, "no version 3 ", id="the present version"),
    ],
)
def test_there_is_nothing_to_return_to(
    bundle: MakeBundle, champions: int, version: int | None, problem: str
) -> None:
    with pytest.raises(PromotionRefused, match=problem):
        roll_back(crown(EMPTY, *map(bundle, range(champions))), BACK, version)


def test_the_evidence_of_every_required_kind_is_gathered(
    bundle: MakeBundle, blessing: MakeBlessing, tmp_path: Path
) -> None:
    write_blessing(tmp_path, blessing(bundle(1)))
    assert set(gather_blessings(tmp_path, bundle(1), GATE, EMPTY)) == {"evaluation"}
    both = Gate(DAY, GATE.floors)
    with pytest.raises(NotBlessed, match="there is no serving blessing"):
        gather_blessings(tmp_path, bundle(1), both, EMPTY)
    write_blessing(tmp_path, blessing(bundle(1)).model_copy(update={"kind": "serving"}))
    assert set(gather_blessings(tmp_path, bundle(1), both, EMPTY)) == {"evaluation", "serving"}


def test_evidence_that_does_not_compare_with_the_present_champion_is_not_enough(
    bundle: MakeBundle, blessing: MakeBlessing, tmp_path: Path
) -> None:
    demanded = AgainstChampion("log_loss", margin=0.01, minimum_blocks=2)
    gate = Gate(DAY, GATE.floors, against_champion=demanded, required_blessings=EVALUATED)
    alone = blessing(bundle(2))
    write_blessing(tmp_path, alone)
    assert gather_blessings(tmp_path, bundle(2), gate, EMPTY)

    release = crown(EMPTY, bundle(0), bundle(1))
    for other in (None, bundle(0).id):
        write_blessing(tmp_path, compared(alone, other))
        with pytest.raises(NotBlessed, match="does not compare with the present champion"):
            gather_blessings(tmp_path, bundle(2), gate, release)

    write_blessing(tmp_path, compared(alone, bundle(1).id))
    assert gather_blessings(tmp_path, bundle(2), gate, release)


def compared(blessing: Blessing, champion: str | None) -> Blessing:
    """The blessing with a comparison with `champion` in its only check."""
    numbers = {"value": 0.5, "difference": 0.0, "lower": 0.0, "upper": 0.0}
    found = {"champion": champion, **numbers, "blocks": 9, "resamples": 2_000}
    versus = None if champion is None else Versus.model_validate(found)
    check = blessing.checks[0].model_copy(update={"versus": versus})
    return blessing.model_copy(update={"checks": (check,)})


def bare_bundle(seed: int) -> Bundle:
    """A bundle without fixtures: a state machine cannot have them."""
    late = Prediction(name="late", kind="probability", label="is_late")
    loaded = Feature(name="loaded", kind="boolean", example=True)
    contract = Contract(name="guess", version="1.0", features=(loaded,), prediction=late)
    data = TrainingData(name="guess", sha256="d" * 64, rows=1, period=DAY)
    manifest = Manifest(
        model="guess", contract="1.0", runtime="onnx", tolerance="0.1", files={}, fingerprint={},
        dataset=data, code="c" * 64, seed=seed,
    )  # fmt: skip
    return Bundle(Path("any"), manifest.id, manifest, contract, {})


BUNDLES = [bare_bundle(seed) for seed in range(KEPT_CHAMPIONS + 4)]


class Releases(RuleBasedStateMachine):
    """The reference: a list of (version, bundle), newest reign first, cut off at what is kept; the
    challenger; those that were taken back.
    """

    def __init__(self) -> None:
        super().__init__()
        self.release = EMPTY
        self.reigns: list[tuple[int, str]] = []
        self.challenger: tuple[int, str] | None = None
        self.withdrawn: list[tuple[int, str]] = []
        self.given: dict[int, str] = {}

    def known(self, chosen: Bundle) -> tuple[int, str]:
        """The bundle with the version that it has, or is given now."""
        kept = [*self.reigns, *self.withdrawn, *([self.challenger] if self.challenger else [])]
        versions = [version for version, held in kept if held == chosen.id]
        version = versions[0] if versions else len(self.given) + 1
        self.given.setdefault(version, chosen.id)
        self.withdrawn = [held for held in self.withdrawn if held[1] != chosen.id]
        return version, chosen.id

    def expect(self, reign: tuple[int, str]) -> None:
        others = [held for held in self.reigns if held != reign]
        self.reigns = [reign, *others][: KEPT_CHAMPIONS + 1]
        if self.challenger == reign:
            self.challenger = None

    def take_back(self) -> None:
        if self.challenger is not None and self.challenger not in self.reigns:
            self.withdrawn = [self.challenger, *self.withdrawn][:KEPT_WITHDRAWN]
        self.challenger = None

    @rule(chosen=st.sampled_from(BUNDLES))
    def promote(self, chosen: Bundle) -> None:
        if self.reigns and self.reigns[0][1] == chosen.id:
            with pytest.raises(PromotionRefused):
                crown(self.release, chosen)
            return
        self.release = crown(self.release, chosen)
        self.expect(self.known(chosen))

    @rule(chosen=st.sampled_from(BUNDLES))
    def challenge(self, chosen: Bundle) -> None:
        standing = [*self.reigns[:1], *([self.challenger] if self.challenger else [])]
        if not self.reigns or chosen.id in {bundle for _, bundle in standing}:
            with pytest.raises(PromotionRefused):
                challenge(self.release, chosen)
            return
        self.release = challenge(self.release, chosen)
        known = self.known(chosen)
        self.take_back()
        self.challenger = known

    @rule()
    def withdraw(self) -> None:
        if self.challenger is None:
            with pytest.raises(PromotionRefused):
                withdraw(self.release, BACK)
            return
        self.release = withdraw(self.release, BACK)
        self.take_back()

    @rule(version=st.none() | st.integers(0, KEPT_CHAMPIONS + 6))
    def roll_back(self, version: int | None) -> None:
        past = [reign for reign in self.reigns[1:] if version in (None, reign[0])]
        if not past:
            with pytest.raises(PromotionRefused):
                roll_back(self.release, BACK, version)
            return
        self.release = roll_back(self.release, BACK, version)
        self.expect(past[0])

    @invariant()
    def everyone_is_where_expected(self) -> None:
        held = [self.release.champion, *self.release.former]
        assert [(r.version, r.bundle) for r in held if r] == self.reigns
        assert challenger(self.release) == self.challenger
        assert [(w.version, w.bundle) for w in self.release.withdrawn] == self.withdrawn

    @invariant()
    def a_version_is_one_bundle_for_ever(self) -> None:
        assert self.release.last_version == len(self.given)
        held = [self.release.champion, self.release.challenger, *self.release.former]
        assert all(self.given[r.version] == r.bundle for r in held if r)
        assert all(self.given[w.version] == w.bundle for w in self.release.withdrawn)

    @invariant()
    def no_more_are_kept_than_stated_and_all_survive_json(self) -> None:
        assert len(self.release.former) <= KEPT_CHAMPIONS
        assert len(self.release.withdrawn) <= KEPT_WITHDRAWN
        assert Release.model_validate_json(self.release.to_json()) == self.release


Releases.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestReleases = Releases.TestCase
