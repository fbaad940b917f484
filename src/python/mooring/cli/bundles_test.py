from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mooring.bundle.manifest import CARD, SIGNATURE
from mooring.bundle.open import Bundle
from mooring.bundle.signature import sign_bundle
from mooring.bundle.testing.keys import KeyPair, key_pair
from mooring.bundle.testing.recipe import Recipe, trained_recipe
from mooring.cli.app import app


def mooring(*arguments: str | Path, **environ: str) -> Result:
    return CliRunner(env=environ).invoke(app, ["bundle", *map(str, arguments)])


def told(*arguments: str | Path, **environ: str) -> Any:
    return json.loads(mooring(*arguments, "--json", **environ).stdout)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return trained_recipe()


@pytest.fixture
def bundle(recipe: Recipe, tmp_path: Path) -> Bundle:
    return recipe.write(tmp_path / "bundles")


@pytest.fixture
def keys(tmp_path: Path) -> KeyPair:
    return key_pair(tmp_path)


def test_a_bundle_is_signed_verified_and_shown_as_a_script_does_it(
    bundle: Bundle, keys: KeyPair
) -> None:
    assert told("show", bundle.path)["signed"] is False
    signed = told("sign", bundle.path, "--key", keys.private)
    assert signed == {"bundle": bundle.id, "signature": str(bundle.path / SIGNATURE)}
    verified = told("verify", bundle.path, "--key", keys.public)
    assert verified["signature"] == "by the key of the policy"
    assert verified["largest_difference"] <= float(bundle.manifest.tolerance)
    shown = told("show", bundle.path)
    assert (shown["id"], shown["signed"]) == (bundle.id, True)
    assert shown["files"] == {n: len(c) for n, c in bundle.files.items()}


def test_people_see_the_files_with_their_digests(bundle: Bundle) -> None:
    shown = mooring("show", bundle.path).output
    assert bundle.id in shown
    assert CARD in shown


def test_without_a_policy_verify_says_that_no_signature_was_asked_for(bundle: Bundle) -> None:
    assert told("verify", bundle.path)["signature"] == "not asked for"


def test_verify_obeys_the_policy_of_the_environment(bundle: Bundle, keys: KeyPair) -> None:
    policy = {"MOORING_SIGNATURE_POLICY": "key", "MOORING_SIGNATURE_KEY": str(keys.public)}
    assert told("verify", bundle.path, **policy)["error"]["kind"] == "SignatureMissing"
    sign_bundle(bundle, keys.private)
    assert told("verify", bundle.path, **policy)["bundle"] == bundle.id


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["show", "--id", "f" * 64], "its id is", id="another id"),
        pytest.param(["verify", "--key", "gone.pub"], "model.sig", id="unsigned"),
        pytest.param(["sign", "--key", "gone.pem"], "private key", id="no key to sign with"),
    ],
)
def test_a_refusal_is_one_message_and_status_1(
    bundle: Bundle, arguments: list[str], said: str
) -> None:
    verb, *options = arguments
    done = mooring(verb, bundle.path, *options)
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("verb", ["show", "verify", "sign"])
def test_a_tampered_bundle_is_refused_by_every_verb(
    bundle: Bundle, keys: KeyPair, verb: str
) -> None:
    (bundle.path / CARD).write_bytes(b"# ferry_relay\n")
    options = ["--key", str(keys.private)] if verb == "sign" else []
    assert told(verb, bundle.path, *options)["error"]["kind"] == "BundleTampered"
    assert not (bundle.path / SIGNATURE).exists()
