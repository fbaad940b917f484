"""Bundles by every name, between stores, and away; the store behind a URL is a real S3 API."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mooring.bundle.folder_store import FolderStore
from mooring.bundle.manifest import CONTRACT
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released
from mooring.bundle.signature import is_signed, sign_bundle
from mooring.bundle.testing.keys import key_pair
from mooring.bundle.testing.recipe import Recipe, trained_recipe
from mooring.bundle.testing.s3 import environment, s3_server
from mooring.cli import git
from mooring.cli.app import app
from mooring.cli.workspace import Workspace
from mooring.contract.contract import Contract

# A model of the checkout: the bundles of this module say that they are of it.
MODEL = "flight_delay"


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    made = trained_recipe()
    contract = Contract.from_json(made.files[CONTRACT]).model_copy(update={"name": MODEL})
    return made.with_files({CONTRACT: contract.to_json()}).with_facts(model=MODEL)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as server, environment(server.environ):
        yield server.new_bucket()


@dataclass(frozen=True)
class Checkout:
    """A workspace of the test's own, and the command that works in it."""

    space: Workspace
    recipe: Recipe

    def mooring(self, *arguments: object) -> Result:
        where = ["--workspace", str(self.space.root), "--home", str(self.space.home)]
        return CliRunner().invoke(app, [*where, "bundle", *map(str, arguments)])

    def told(self, *arguments: object) -> Any:
        done = self.mooring(*arguments, "--json")
        return json.loads(done.stdout)

    def trained(self, seed: int, *, age_days: float = 0) -> Bundle:
        """A bundle of this home that lies there for so many days."""
        bundle = self.recipe.with_facts(seed=seed).write(self.space.bundles)
        _age(bundle.path, age_days)
        return bundle

    def released(self, champion: Bundle | None, *former: Bundle, location: str = "") -> Path:
        """Write a release that names them, former ones by lower versions."""
        past = [_released(b, 9 - i, location) for i, b in enumerate(former)]
        now = _released(champion, 10, location) if champion else None
        release = Release(model=MODEL, last_version=10, champion=now, former=tuple(past))
        path = self.space.release(MODEL)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(release.to_json())
        return path

    def candidate(self, bundle: Bundle) -> None:
        """Say that it was trained last."""
        path = self.space.candidate(MODEL)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(bundle.id)


def _released(bundle: Bundle, version: int, location: str) -> Released:
    return Released(
        version=version, bundle=bundle.id, location=location or str(bundle.path),
        bytes=bundle.bytes, runtime="onnx", blessings={}, promoted_at="", promoted_by="", reason="",
    )  # fmt: skip


def _age(path: Path, days: float) -> None:
    at = path.stat().st_mtime - days * 86_400
    os.utime(path, (at, at))


@pytest.fixture
def checkout(recipe: Recipe, tmp_path: Path) -> Checkout:
    return Checkout(Workspace(tmp_path / "checkout", tmp_path / "home"), recipe)


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(lambda c, b: b.path, id="its folder"),
        pytest.param(lambda c, b: b.id, id="its id"),
        pytest.param(lambda c, b: b.id[:16], id="the first digits of its id"),
        pytest.param(lambda c, b: f"{MODEL}@champion", id="the champion"),
        pytest.param(lambda c, b: f"{MODEL}@v10", id="a version"),
        pytest.param(lambda c, b: f"{MODEL}@candidate", id="the candidate"),
        pytest.param(lambda c, b: f"file://{b.path}", id="a URL"),
    ],
)
def test_a_bundle_is_found_by(checkout: Checkout, named: Any) -> None:
    bundle = checkout.trained(1)
    checkout.trained(2)
    checkout.released(bundle)
    checkout.candidate(bundle)
    assert checkout.told("show", named(checkout, bundle))["id"] == bundle.id


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        pytest.param("f" * 64, "BundleMissing", id="an id that nobody has"),
        pytest.param("nowhere", "BundleMissing", id="a folder that is not there"),
        pytest.param(f"{MODEL}@challenger", "NothingReleased", id="a role without anybody"),
        pytest.param(f"{MODEL}@v3", "NothingReleased", id="a version that never was"),
        pytest.param(f"{MODEL}@best", "NothingReleased", id="a role that is none"),
        pytest.param(f"{MODEL}@candidate", "NothingToBless", id="a candidate before any training"),
        pytest.param("nobody@champion", "UnknownModel", id="a model that is not there"),
        pytest.param("s3://K:SECRET@b/x", "StoreUnknown", id="a URL with a password"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(checkout: Checkout, named: str, kind: str) -> None:
    checkout.released(checkout.trained(1))
    error = checkout.told("show", named)["error"]
    assert error["kind"] == kind
    assert "SECRET" not in str(error)


def test_a_name_does_not_stand_in_for_the_id_that_is_expected(checkout: Checkout) -> None:
    checkout.released(checkout.trained(1))
    other = checkout.trained(2)
    error = checkout.told("verify", f"{MODEL}@champion", "--id", other.id)["error"]
    assert error["kind"] == "BundleTampered"


def test_a_bundle_goes_to_s3_and_comes_back_signed(
    checkout: Checkout, endpoint: str, tmp_path: Path
) -> None:
    bundle, keys = checkout.trained(1), key_pair(tmp_path)
    sign_bundle(bundle, keys.private)
    pushed = checkout.told("push", bundle.id[:16], f"{endpoint}/push")
    assert pushed == {"bundle": bundle.id, "location": f"{endpoint}/push/{bundle.id[:16]}"}

    elsewhere = Checkout(Workspace(tmp_path / "other", tmp_path / "far"), checkout.recipe)
    pulled = elsewhere.told("pull", bundle.id, f"{endpoint}/push")
    assert pulled["path"] == str(elsewhere.space.bundles / bundle.id[:16])
    shown = elsewhere.told("verify", pushed["location"], "--key", keys.public)
    assert shown["signature"] == "by the key of the policy"


def test_a_pull_brings_a_signature_that_came_later(
    checkout: Checkout, endpoint: str, tmp_path: Path
) -> None:
    bundle = checkout.trained(1)
    elsewhere = Checkout(Workspace(tmp_path / "other", tmp_path / "far"), checkout.recipe)
    for _ in range(2):
        checkout.told("push", bundle.id, f"{endpoint}/late")
        elsewhere.told("pull", bundle.id, f"{endpoint}/late")
        signed = is_signed(FolderStore(elsewhere.space.bundles).fetch(bundle.id))
        sign_bundle(bundle, key_pair(tmp_path).private)
    assert signed


def test_a_champion_behind_a_url_is_shown_by_its_name(checkout: Checkout, endpoint: str) -> None:
    bundle = checkout.trained(1)
    location = checkout.told("push", bundle.id, f"{endpoint}/champions")["location"]
    checkout.released(bundle, location=location)
    assert checkout.told("show", f"{MODEL}@champion")["id"] == bundle.id


def test_diff_tells_two_bundles_apart_for_people_and_scripts(checkout: Checkout) -> None:
    one, two = checkout.trained(1), checkout.trained(2)
    told = checkout.told("diff", one.id, two.id)
    assert told["facts"] == [{"name": "seed", "before": "1", "after": "2"}]
    assert (told["same"], told["contract"]["verdict"]) == (False, "compatible")
    said = checkout.mooring("diff", one.id, two.id).output
    assert "seed" in said
    assert "contract: compatible" in said
    assert "the same bundle" in checkout.mooring("diff", one.id, one.path).output


def kept(checkout: Checkout) -> set[str]:
    return {path.name for path in checkout.space.bundles.iterdir()}


def test_gc_shows_first_and_removes_when_told_to(checkout: Checkout) -> None:
    garbage = checkout.trained(1, age_days=8)
    shown = checkout.mooring("gc")
    assert garbage.id[:16] in shown.output
    assert "add --yes" in shown.output
    assert kept(checkout) == {garbage.id[:16]}

    done = checkout.told("gc", "--yes")
    assert (done["removed"], len(done["garbage"])) == (True, 1)
    assert kept(checkout) == set()


def test_gc_keeps_what_is_named_or_young_or_unreadable(checkout: Checkout) -> None:
    champion, former, candidate, old = (checkout.trained(n, age_days=99) for n in range(4))
    young, foreign = checkout.trained(5, age_days=6), checkout.space.bundles / ("0" * 16)
    checkout.released(champion, former)
    checkout.candidate(candidate)
    foreign.mkdir()
    _age(foreign, 99)
    done = checkout.told("gc", "--yes")
    assert [entry["bundle"] for entry in done["garbage"]] == [old.id[:16]]
    named = {b.id[:16] for b in (champion, former, candidate, young)}
    assert kept(checkout) == named | {foreign.name}
    assert done["kept"] == {
        "named by a release, here or in git, or as a candidate": 3,
        "young": 1,
        "not readable as a bundle": 1,
    }


def test_gc_keeps_what_any_branch_ever_released(checkout: Checkout) -> None:
    first, second = checkout.trained(1, age_days=99), checkout.trained(2, age_days=99)
    git.init(checkout.space.root)
    for bundle in (first, second):
        git.commit(checkout.space.root, [checkout.released(bundle)], "Promote")
    subprocess.run(["git", "-C", checkout.space.root, "checkout", "-q", "HEAD~1"], check=True)
    assert checkout.told("gc", "--yes")["garbage"] == []
    assert kept(checkout) == {first.id[:16], second.id[:16]}


def test_gc_beside_a_release_keeps_what_that_release_names(checkout: Checkout) -> None:
    beside = checkout.space.model(MODEL) / "bundles"
    one, two = (checkout.recipe.with_facts(seed=n).write(beside) for n in (1, 2))
    git.init(checkout.space.root)
    git.commit(checkout.space.root, [checkout.released(one)], "Promote")
    checkout.released(two)
    for bundle in (one, two):
        _age(bundle.path, 99)
    checkout.told("gc", "--yes")
    assert {path.name for path in beside.iterdir()} == {two.id[:16]}


def test_gc_removes_nothing_when_a_release_cannot_be_read(checkout: Checkout) -> None:
    garbage = checkout.trained(1, age_days=99)
    checkout.released(None).write_text("<<<<<<< HEAD\n")
    assert checkout.told("gc", "--yes")["error"]["kind"] == "ReleaseError"
    assert kept(checkout) == {garbage.id[:16]}


def test_gc_works_on_a_store_behind_a_url(checkout: Checkout, endpoint: str) -> None:
    champion, garbage = checkout.trained(1), checkout.trained(2)
    url = f"{endpoint}/collected"
    for bundle in (champion, garbage):
        checkout.told("push", bundle.id, url)
    checkout.released(champion)
    assert checkout.told("gc", "--store", url, "--yes")["kept"]["young"] == 1
    shown = checkout.told("gc", "--store", url, "--grace-days", "0")
    assert [entry["bundle"] for entry in shown["garbage"]] == [garbage.id[:16]]
    checkout.told("gc", "--store", url, "--grace-days", "0", "--yes")
    assert checkout.told("show", f"{url}/{garbage.id[:16]}")["error"]["kind"] == "BundleMissing"
    assert checkout.told("show", f"{url}/{champion.id[:16]}")["id"] == champion.id
