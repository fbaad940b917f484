"""The tamper corpus: hundreds of spoilt bundles, each refused by its own error, none ever loaded.

Single cases, with the exact message of each, are in `open_test.py` and `load_test.py`.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from mooring.bundle.errors import (
    BundleError,
    BundleMissing,
    BundleTampered,
    BundleTooLarge,
    BundleUnreadable,
    GoldenMismatch,
    SignatureInvalid,
    SignatureMissing,
)
from mooring.bundle.load import load_model
from mooring.bundle.manifest import (
    CARD,
    CONTRACT,
    MANIFEST,
    MODEL_ONNX,
    MODEL_SKOPS,
    SAMPLES,
    SIGNATURE,
    TRUSTED_TYPES,
    Runtime,
)
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.samples import samples_file, samples_of
from mooring.bundle.signature import SignaturePolicy, sign_bundle
from mooring.bundle.testing.keys import key_pair
from mooring.bundle.testing.recipe import Recipe
from mooring.bundle.testing.tamper import Variant, corpus
from mooring.contract.contract import Contract

FILES = [CARD, CONTRACT, MODEL_ONNX, MODEL_SKOPS, SAMPLES, TRUSTED_TYPES]
CORPUS = list(corpus(FILES))

# What no message may repeat: it stands in the card, and in a feature's value.
CANARY = "canary-7391"

# The manifest is parsed before its digest is known to be right: garbage is unreadable.
EXPECTED = {MANIFEST: (BundleTampered, BundleTooLarge, BundleUnreadable)}


@dataclass(frozen=True)
class Pair:
    """Two sound bundles that differ in every file."""

    bundle: Bundle
    other: Bundle


@pytest.fixture(scope="module")
def pair(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    store = tmp_path_factory.mktemp("sound")
    contract = Contract.from_json(recipe.files[CONTRACT]).model_copy(update={"version": "1.1"})
    changed = {name: content + b" " for name, content in recipe.files.items()}
    other = recipe.with_files({**changed, CONTRACT: contract.to_json()}).with_facts(contract="1.1")
    said = recipe.with_files({CARD: f"# {CANARY}\n".encode()})
    return Pair(said.write(store), other.write(store))


def test_the_corpus_is_large_and_every_variant_is_another() -> None:
    assert len(CORPUS) == 450
    assert len({str(variant) for variant in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("variant", CORPUS, ids=str)
def test_a_spoilt_bundle_is_refused(pair: Pair, tmp_path: Path, variant: Variant) -> None:
    path = tmp_path / pair.bundle.id[:16]
    shutil.copytree(pair.bundle.path, path)
    variant.apply(path, pair.other.path)
    with pytest.raises(EXPECTED.get(variant.file, (BundleTampered, BundleTooLarge))) as refused:
        open_bundle(path, expect=pair.bundle.id)
    assert refused.value.place.startswith(str(path))
    assert refused.value.cure
    assert CANARY not in str(refused.value)


def test_the_folder_of_another_bundle_is_refused(pair: Pair, tmp_path: Path) -> None:
    path = tmp_path / pair.bundle.id[:16]
    shutil.copytree(pair.other.path, path)
    with pytest.raises(BundleTampered, match="its id is"):
        open_bundle(path, expect=pair.bundle.id)
    shutil.rmtree(path)
    path.symlink_to(pair.bundle.path)
    with pytest.raises(BundleMissing):
        open_bundle(path, expect=pair.bundle.id)


REMADE = [(name, number) for name in FILES for number in range(8)]


@pytest.mark.parametrize(("name", "number"), REMADE, ids=lambda value: str(value))
def test_a_changed_file_with_a_manifest_that_was_made_again_is_not_signed_for(
    recipe: Recipe, store: Path, tmp_path: Path, name: str, number: int
) -> None:
    """Digests say nothing here: who can write to the store wrote a whole new bundle."""
    keys, sound = key_pair(tmp_path), recipe.write(store)
    sign_bundle(sound, keys.private)
    content, draw = bytearray(recipe.files[name]), random.Random(number)
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    try:
        remade = recipe.with_files({name: bytes(content)}).write(store)
    except BundleError:
        assert name == CONTRACT, "a contract is read when it is opened"
        return
    policy = SignaturePolicy("key", keys.public)
    with pytest.raises(SignatureMissing):
        load_model(remade, policy=policy)
    shutil.copyfile(sound.path / SIGNATURE, remade.path / SIGNATURE)
    with pytest.raises(SignatureInvalid, match="genuine, but of other files"):
        load_model(remade, policy=policy)
    with pytest.raises(BundleTampered, match="its id is"):
        open_bundle(remade.path, expect=sound.id)


@pytest.mark.parametrize("runtime", ["onnx", "skops"])
@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("change", [0.5, 0.001, 0.00002, -0.00002])
def test_a_changed_answer_is_found_though_the_manifest_was_made_again(
    bundle: Bundle, recipe: Recipe, store: Path, runtime: Runtime, number: int, change: float
) -> None:
    samples = list(samples_of(bundle))
    spoilt = samples[number].model_copy(update={"prediction": samples[number].prediction + change})
    samples[number] = spoilt
    remade = recipe.with_files({SAMPLES: samples_file(samples)}).write(store)
    with pytest.raises(GoldenMismatch, match=f"sample {number + 1} is off by") as refused:
        load_model(remade, runtime=runtime)
    assert str(spoilt.prediction)[:8] not in refused.value.problem


@pytest.mark.parametrize("runtime, name", [("onnx", MODEL_ONNX), ("skops", MODEL_SKOPS)])
def test_a_flipped_model_is_refused_or_answers_alike_and_never_anything_else(
    recipe: Recipe, store: Path, runtime: Runtime, name: str
) -> None:
    """Without a signature, and with its manifest made again, this is all that can be known."""
    draw, refused = random.Random(7), 0
    for number in range(60):
        content = bytearray(recipe.files[name])
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        changed = recipe.with_files({name: bytes(content)}).with_facts(seed=number)
        try:
            load_model(changed.write(store), runtime=runtime)
        except BundleError:
            refused += 1
    assert refused > 30
