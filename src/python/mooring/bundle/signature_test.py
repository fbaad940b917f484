"""Signatures: only who holds the key can vouch, and only for the very files of the bundle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import verifying

from mooring.bundle import load, signature
from mooring.bundle.atomic import ASIDE
from mooring.bundle.errors import (
    BundleError,
    BundleTampered,
    BundleTooLarge,
    FingerprintMismatch,
    SignatureInvalid,
    SignatureMissing,
    SigningUnusable,
)
from mooring.bundle.load import load_model
from mooring.bundle.manifest import CARD, MODEL_ONNX, PROVENANCE, SIGNATURE
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.signature import (
    OFF,
    SignaturePolicy,
    check_signature,
    is_signed,
    policy_from,
    sign_bundle,
)
from mooring.bundle.testing.keys import KeyPair, key_pair
from mooring.bundle.testing.recipe import Recipe
from mooring.bundle.write import copy_bundle

WHO = {"MOORING_SIGNATURE_IDENTITY": "ci@example.org", "MOORING_SIGNATURE_ISSUER": "https://issuer"}


@pytest.fixture
def keys(tmp_path: Path) -> KeyPair:
    return key_pair(tmp_path)


@pytest.fixture
def policy(keys: KeyPair) -> SignaturePolicy:
    return SignaturePolicy("key", keys.public)


@pytest.fixture
def signed(bundle: Bundle, keys: KeyPair) -> Bundle:
    sign_bundle(bundle, keys.private)
    return bundle


def identity() -> SignaturePolicy:
    return policy_from({"MOORING_SIGNATURE_POLICY": "identity", **WHO})


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_a_signed_bundle_is_loaded_under_the_policy_of_its_key(
    bundle: Bundle, tmp_path: Path, curve: ec.EllipticCurve
) -> None:
    keys = key_pair(tmp_path, "other", curve)
    assert sign_bundle(bundle, keys.private) == bundle.path / SIGNATURE
    opened = open_bundle(bundle.path)
    assert opened.id == bundle.id
    assert load_model(opened, policy=SignaturePolicy("key", keys.public)).bundle is opened


def test_a_signature_may_be_checked_with_the_library_alone(signed: Bundle, keys: KeyPair) -> None:
    verifier = verifying.Config()  # type: ignore[no-untyped-call]
    verifier.use_elliptic_key_verifier(public_key=keys.public)
    verifier.verify(signed.path, signed.path / SIGNATURE)
    (signed.path / CARD).write_bytes(b"# another\n")
    with pytest.raises(ValueError, match=CARD):
        verifier.verify(signed.path, signed.path / SIGNATURE)


def test_what_is_not_of_the_id_is_not_signed(signed: Bundle, policy: SignaturePolicy) -> None:
    (signed.path / PROVENANCE).write_bytes(b'{"created_by": "somebody else"}')
    check_signature(open_bundle(signed.path), policy)
    (signed.path / PROVENANCE).unlink()
    check_signature(open_bundle(signed.path), policy)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda recipe: recipe.with_files({CARD: b"# Ferry_delay\n"}), id="a byte flipped"
        ),
        pytest.param(lambda recipe: recipe.with_files({"more.txt": b""}), id="a file more"),
        pytest.param(lambda recipe: recipe.without(CARD), id="a file less"),
        pytest.param(
            lambda recipe: recipe.without(CARD).with_files({"cart.md": recipe.files[CARD]}),
            id="a file renamed",
        ),
        pytest.param(lambda recipe: recipe.with_facts(seed=8), id="another fact in the manifest"),
        pytest.param(lambda recipe: recipe.with_facts(tolerance="0.9"), id="another tolerance"),
    ],
)
def test_a_signature_vouches_for_no_other_bundle_however_sound(
    signed: Bundle, recipe: Recipe, store: Path, policy: SignaturePolicy,
    change: Callable[[Recipe], Recipe],
) -> None:  # fmt: skip
    other = change(recipe).write(store)
    (other.path / SIGNATURE).write_bytes((signed.path / SIGNATURE).read_bytes())
    with pytest.raises(SignatureInvalid, match="genuine, but of other files"):
        load_model(open_bundle(other.path), policy=policy)


def _link(path: Path) -> None:
    path.symlink_to(path.rename(path.parent.parent / path.name))


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: _flip(path / MODEL_ONNX), id="a byte flipped"),
        pytest.param(lambda path: (path / "more.txt").touch(), id="a file more"),
        pytest.param(lambda path: (path / CARD).rename(path / "cart.md"), id="a file renamed"),
        pytest.param(lambda path: _link(path / CARD), id="a symbolic link to the same content"),
    ],
)
def test_damage_after_signing_is_found_by_the_digests_already(
    signed: Bundle, damage: Callable[[Path], object]
) -> None:
    damage(signed.path)
    with pytest.raises(BundleTampered):
        open_bundle(signed.path)


def test_what_was_verified_is_what_is_vouched_for(
    signed: Bundle, recipe: Recipe, store: Path, policy: SignaturePolicy
) -> None:
    other = recipe.with_files({CARD: b"# not vouched for\n"}).write(store)
    # Swapped after opening: the folder now holds signed files, the memory does not.
    for file in signed.path.iterdir():
        (other.path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(SignatureInvalid, match="of other files"):
        check_signature(other, policy)


def test_another_key_is_not_trusted(signed: Bundle, tmp_path: Path) -> None:
    other = SignaturePolicy("key", key_pair(tmp_path, "other").public)
    with pytest.raises(SignatureInvalid, match="not a signature by the key of the policy"):
        check_signature(signed, other)


def test_signing_again_replaces_the_signature(signed: Bundle, tmp_path: Path) -> None:
    other = key_pair(tmp_path, "other")
    sign_bundle(signed, other.private)
    check_signature(signed, SignaturePolicy("key", other.public))


def _forged(content: bytes) -> bytes:
    """The same signature over a payload that says something else."""
    document = json.loads(content)
    payload = document["dsseEnvelope"]["payload"]
    document["dsseEnvelope"]["payload"] = payload[:-8] + payload[-8:].swapcase()
    return json.dumps(document).encode()


def _unsigned(content: bytes) -> bytes:
    document = json.loads(content)
    document["dsseEnvelope"]["signatures"] = []
    return json.dumps(document).encode()


def _talkative(content: bytes) -> bytes:
    document = json.loads(content)
    return json.dumps(document | {"mediaType": "INJECTED\nline"}).encode()


@pytest.mark.parametrize("mode", ["key", "identity"])
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda content: b"", id="nothing"),
        pytest.param(lambda content: b"\xff\x00garbage", id="garbage"),
        pytest.param(lambda content: b"{}", id="an empty document"),
        pytest.param(lambda content: b"[]", id="a list"),
        pytest.param(lambda content: b"[" * 100_000, id="nesting without end"),
        pytest.param(lambda content: content[:-9], id="half of it"),
        pytest.param(_forged, id="another payload"),
        pytest.param(_unsigned, id="no signature inside"),
        pytest.param(_talkative, id="text for the log"),
    ],
)
def test_what_is_no_signature_is_refused_without_network_in_one_line(
    signed: Bundle, policy: SignaturePolicy, mode: str, spoil: Callable[[bytes], bytes]
) -> None:
    path = signed.path / SIGNATURE
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(SignatureInvalid) as refused:
        check_signature(signed, policy if mode == "key" else identity())
    assert refused.value.place == str(path)
    assert "\n" not in str(refused.value)
    assert "INJECTED" not in str(refused.value)


def test_a_signature_by_a_key_is_none_by_an_identity(signed: Bundle) -> None:
    with pytest.raises(SignatureInvalid, match="not a signature by Sigstore"):
        check_signature(signed, identity())


@pytest.mark.parametrize("mode", ["key", "identity"])
def test_a_missing_signature_is_refused_before_anything_is_loaded(
    recipe: Recipe, store: Path, policy: SignaturePolicy, mode: str
) -> None:
    bundle = recipe.with_facts(fingerprint={"onnxruntime": "0.1"}).write(store)
    with pytest.raises(SignatureMissing, match=rf"no model\.sig, and the policy is {mode}"):
        load_model(bundle, policy=policy if mode == "key" else identity())
    with pytest.raises(FingerprintMismatch):
        load_model(bundle, policy=OFF)


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        pytest.param(_link, BundleTampered, id="a symbolic link"),
        pytest.param(lambda path: path.symlink_to("gone"), BundleTampered, id="a dangling one"),
        pytest.param(lambda path: path.mkdir(), BundleTampered, id="a folder"),
        pytest.param(os.mkfifo, BundleTampered, id="a pipe"),
        pytest.param(lambda path: path.write_bytes(bytes(1 << 21)), BundleTooLarge,
                     id="two megabytes"),
    ],
)  # fmt: skip
def test_a_signature_is_a_plain_small_file(
    signed: Bundle, policy: SignaturePolicy, damage: Callable[[Path], object],
    error: type[BundleError],
) -> None:  # fmt: skip
    if damage is not _link:
        (signed.path / SIGNATURE).unlink()
    damage(signed.path / SIGNATURE)
    with pytest.raises(error, match=r"model\.sig"):
        check_signature(signed, policy)


def test_a_copy_in_another_store_keeps_its_signature(
    signed: Bundle, tmp_path: Path, policy: SignaturePolicy
) -> None:
    copy = copy_bundle(signed, tmp_path / "production")
    check_signature(copy, policy)
    assert {p.name for p in copy.path.iterdir()} == {p.name for p in signed.path.iterdir()}


def _python(script: str, *arguments: Path) -> int:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.run([sys.executable, "-c", script, *arguments], env=environ).returncode


def test_a_signer_killed_at_the_last_moment_leaves_a_bundle_that_opens(
    bundle: Bundle, keys: KeyPair, store: Path
) -> None:
    script = f"""
import os, sys
from pathlib import Path
from {open_bundle.__module__} import open_bundle
from {signature.__name__} import sign_bundle
def kill(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith("{SIGNATURE}"):
        os.kill(os.getpid(), 9)
sys.addaudithook(kill)
sign_bundle(open_bundle(Path(sys.argv[1])), Path(sys.argv[2]))
"""
    assert _python(script, bundle.path, keys.private) == -9
    assert len(list(store.glob(f"{ASIDE}*"))) == 1
    assert open_bundle(bundle.path).id == bundle.id
    assert not is_signed(bundle)


def _off_curve(folder: Path) -> Path:
    return key_pair(folder, "k1", ec.SECP256K1()).private


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda folder: folder / "gone.pem", id="no file"),
        pytest.param(lambda folder: key_pair(folder, "other").public, id="the other half"),
        pytest.param(_off_curve, id="an unknown curve"),
    ],
)
def test_a_key_that_cannot_sign_is_named_and_leaves_nothing(
    bundle: Bundle, tmp_path: Path, spoil: Callable[[Path], Path]
) -> None:
    key = spoil(tmp_path)
    with pytest.raises(SigningUnusable, match="private key") as refused:
        sign_bundle(bundle, key)
    assert refused.value.place == str(key)
    assert not (bundle.path / SIGNATURE).exists()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda keys: keys.public.with_name("gone.pub"), id="no file"),
        pytest.param(lambda keys: keys.private, id="the private key"),
    ],
)
def test_a_policy_with_an_unusable_key_lets_nothing_pass(
    signed: Bundle, keys: KeyPair, spoil: Callable[[KeyPair], Path]
) -> None:
    with pytest.raises(SigningUnusable, match="public key"):
        check_signature(signed, SignaturePolicy("key", spoil(keys)))


@pytest.mark.parametrize(
    "given",
    [
        OFF,
        SignaturePolicy("key", Path("/keys/release.pub")),
        SignaturePolicy("identity", None, "ci@example.org", "https://issuer", Path("/trust.json")),
    ],
)
def test_a_policy_survives_the_environment(given: SignaturePolicy) -> None:
    assert policy_from(given.environ) == given


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        pytest.param({"MOORING_SIGNATURE_POLICY": "Key"}, "one of off, key", id="unknown"),
        pytest.param({"MOORING_SIGNATURE_POLICY": "key"}, "no key is named", id="no key"),
        pytest.param({"MOORING_SIGNATURE_KEY": "/k.pub"}, "no policy", id="a key, no policy"),
        pytest.param(WHO, "no policy", id="an identity, no policy"),
        pytest.param({"MOORING_SIGNATURE_POLICY": "identity"}, "who and their", id="nobody"),
        pytest.param(
            {"MOORING_SIGNATURE_POLICY": "identity", "MOORING_SIGNATURE_IDENTITY": "x"},
            "who and their",
            id="no issuer",
        ),
    ],
)
def test_half_a_policy_is_refused(environ: dict[str, str], said: str) -> None:
    with pytest.raises(SigningUnusable, match=said):
        policy_from(environ)


def test_without_a_policy_a_signature_is_not_read_and_the_library_not_loaded(
    bundle: Bundle,
) -> None:
    (bundle.path / SIGNATURE).write_bytes(b"garbage")
    script = f"""
import sys
from pathlib import Path
from {load.__name__} import load_model
from {signature.__name__} import policy_from
from {open_bundle.__module__} import open_bundle
load_model(open_bundle(Path(sys.argv[1])), policy=policy_from({{}}))
assert not {{"model_signing", "sigstore"}} & set(sys.modules)
"""
    assert _python(script, bundle.path) == 0
