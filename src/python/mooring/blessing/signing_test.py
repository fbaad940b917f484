"""Evidence that somebody vouches for, under a policy that asks for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mooring.blessing.evidence import Blessing, require_blessing, write_blessing
from mooring.bundle.errors import SignatureInvalid, SignatureMissing
from mooring.bundle.open import Bundle
from mooring.bundle.signature import SignaturePolicy, sign_file, signature_beside
from mooring.bundle.testing.keys import KeyPair, key_pair
from mooring.contract.canonical import sha256

MakeBundle = Callable[..., Bundle]
MakeBlessing = Callable[..., Blessing]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    return key_pair(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def signed(
    bundle: MakeBundle, blessing: MakeBlessing, keys: KeyPair, tmp_path: Path
) -> tuple[Path, Bundle]:
    """A blessing of bundle 1, signed."""
    path = write_blessing(tmp_path, blessing(bundle(1)))
    sign_file(path, keys.private)
    return path, bundle(1)


def test_evidence_signed_by_the_policys_key_lets_its_bundle_pass(
    signed: tuple[Path, Bundle], keys: KeyPair
) -> None:
    path, judged = signed
    policy = SignaturePolicy("key", keys.public)
    found = require_blessing(path.parent, judged.id, "evaluation", policy=policy)
    assert found == sha256(path.read_bytes())


def test_evidence_that_nobody_signed_is_refused_where_the_policy_asks(
    signed: tuple[Path, Bundle], keys: KeyPair
) -> None:
    path, judged = signed
    signature_beside(path).unlink()
    with pytest.raises(SignatureMissing, match=r"evaluation\.json\.sig.*mooring bless --key"):
        require_blessing(
            path.parent, judged.id, "evaluation", policy=SignaturePolicy("key", keys.public)
        )
    assert require_blessing(path.parent, judged.id, "evaluation")


def test_evidence_that_another_signed_is_refused(
    signed: tuple[Path, Bundle], tmp_path: Path
) -> None:
    path, judged = signed
    other = SignaturePolicy("key", key_pair(tmp_path, "other").public)
    with pytest.raises(SignatureInvalid, match="not a signature by the key of the policy"):
        require_blessing(path.parent, judged.id, "evaluation", policy=other)


@pytest.mark.parametrize(
    "seed", [pytest.param(1, id="the same bundle, judged again"), pytest.param(2, id="another's")]
)
def test_a_signature_vouches_for_no_other_evidence(
    signed: tuple[Path, Bundle],
    keys: KeyPair,
    bundle: MakeBundle,
    blessing: MakeBlessing,
    seed: int,
) -> None:
    path, _ = signed
    again = blessing(bundle(seed)).model_copy(update={"seconds": 9.9})
    other = write_blessing(path.parent, again)
    if other != path:
        shutil.copy(signature_beside(path), signature_beside(other))
    policy = SignaturePolicy("key", keys.public)
    with pytest.raises(SignatureInvalid, match="genuine, but of other files"):
        require_blessing(path.parent, bundle(seed).id, "evaluation", policy=policy)
