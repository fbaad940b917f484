"""Who vouches for a bundle, or for the evidence on it: signing with a key, and refusing what the
policy does not trust.

The signature, `model.sig`, is that of OpenSSF model-signing over `manifest.json` and every file
that it lists. It lies beside the id: signing changes no bundle, and `provenance.json`, which is not
part of the id either, is not signed.

Variables that `policy_from` reads:

    MOORING_SIGNATURE_POLICY        off (the default), key or identity
    MOORING_SIGNATURE_KEY           for key: the public key, PEM, on P-256, P-384 or P-521
    MOORING_SIGNATURE_IDENTITY      for identity: who must have signed, by Sigstore
    MOORING_SIGNATURE_ISSUER        for identity: the OpenID Connect issuer that knows them
    MOORING_SIGNATURE_TRUST_CONFIG  for identity: Sigstore's trust configuration as a file; without
                                    it, that of the public instance is fetched from the network
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from mooring.bundle.atomic import write_file
from mooring.bundle.errors import SignatureMissing, SigningUnusable
from mooring.bundle.manifest import MANIFEST, SIGNATURE
from mooring.bundle.open import CAPS, Bundle, read_capped
from mooring.contract.canonical import sha256

Mode = Literal["off", "key", "identity"]

POLICY = "MOORING_SIGNATURE_POLICY"
PUBLIC_KEY = "MOORING_SIGNATURE_KEY"
IDENTITY = "MOORING_SIGNATURE_IDENTITY"
ISSUER = "MOORING_SIGNATURE_ISSUER"
TRUST_CONFIG = "MOORING_SIGNATURE_TRUST_CONFIG"


@dataclass(frozen=True)
class SignaturePolicy:
    """Whose signature a bundle needs. Raises SigningUnusable for half a policy."""

    mode: Mode = "off"
    public_key: Path | None = None
    identity: str = ""
    issuer: str = ""
    trust_config: Path | None = None

    def __post_init__(self) -> None:
        """A policy that could trust nobody, or anybody, is never made."""
        if self.mode == "key" and self.public_key is None:
            raise _unusable("the policy is key, but no key is named", PUBLIC_KEY)
        if self.mode == "identity" and not (self.identity and self.issuer):
            raise _unusable("the policy is identity, which takes who and their issuer", IDENTITY)

    @property
    def environ(self) -> dict[str, str]:
        """The environment that `policy_from` reads as this policy."""
        return {
            POLICY: self.mode,
            PUBLIC_KEY: str(self.public_key or ""),
            IDENTITY: self.identity,
            ISSUER: self.issuer,
            TRUST_CONFIG: str(self.trust_config or ""),
        }


OFF = SignaturePolicy()


def policy_from(environ: Mapping[str, str]) -> SignaturePolicy:
    """The policy that the environment asks for. Raises SigningUnusable for half a policy.

    >>> policy_from({}).mode
    'off'
    """
    mode = environ.get(POLICY, "")
    if not mode and (environ.get(PUBLIC_KEY) or environ.get(IDENTITY)):
        # Who names a key means it: do not take a forgotten variable for a wish to check nothing.
        raise _unusable("a key or an identity is named, but no policy", POLICY)
    return SignaturePolicy(
        _mode(mode or "off"),
        _path(environ.get(PUBLIC_KEY)),
        environ.get(IDENTITY, ""),
        environ.get(ISSUER, ""),
        _path(environ.get(TRUST_CONFIG)),
    )


@dataclass(frozen=True)
class Subject:
    """What a signature vouches for: files by name and sha256, as they are held in memory.

    `path` is the bundle's folder or the one file, `signature` where the signature lies.
    """

    path: Path
    signature: Path
    digests: Mapping[str, str]


def subject_of(bundle: Bundle) -> Subject:
    """The manifest of a verified bundle and every file that it lists."""
    listed = {name: entry.sha256 for name, entry in bundle.manifest.files.items()}
    return Subject(bundle.path, bundle.path / SIGNATURE, {**listed, MANIFEST: bundle.id})


def subject_of_file(path: Path, content: bytes) -> Subject:
    """One file by what was read from it."""
    return Subject(path, signature_beside(path), {path.name: sha256(content)})


def signature_beside(path: Path) -> Path:
    """Where the signature of one file lies.

    >>> signature_beside(Path("blessings/1eea.serving.json")).name
    '1eea.serving.json.sig'
    """
    return path.with_name(f"{path.name}.sig")


def sign_bundle(bundle: Bundle, private_key: Path) -> Path:
    """Sign a verified bundle with an unencrypted EC key in PEM; an older signature is replaced.

    Raises SigningUnusable when the key cannot be used.
    """
    subject = subject_of(bundle)
    write_signature(subject.signature, _signed(subject, private_key))
    return subject.signature


def sign_file(path: Path, private_key: Path) -> Path:
    """Sign one file, such as a blessing; otherwise as `sign_bundle`."""
    subject = subject_of_file(path, path.read_bytes())
    write_file(subject.signature, _signed(subject, private_key))
    return subject.signature


def write_signature(path: Path, content: bytes) -> None:
    """Put a signature into a bundle's folder in one step."""
    # Aside in the store: a writer killed halfway must not leave a stray file in the bundle, which
    # would be refused for it.
    write_file(path, content, aside_in=path.parent.parent)


def is_signed(bundle: Bundle) -> bool:
    """Whether there is a signature at all; by whom is for `check_signature` to say."""
    return os.path.lexists(bundle.path / SIGNATURE)


def check_signature(bundle: Bundle, policy: SignaturePolicy) -> None:
    """Check that whom `policy` trusts has signed the very bytes that `bundle` holds.

    Raises SignatureMissing, SignatureInvalid or SigningUnusable, and what `read_capped` raises for
    a signature that is no plain file or too large.
    """
    _check(subject_of(bundle), policy, "Sign the bundle with `mooring bundle sign`")


def check_file(path: Path, content: bytes, policy: SignaturePolicy) -> None:
    """Check that whom `policy` trusts has signed `content`, which was read from `path`.

    Raises what `check_signature` raises.
    """
    _check(subject_of_file(path, content), policy, "Sign it with `mooring bless --key`")


def _check(subject: Subject, policy: SignaturePolicy, how: str) -> None:
    if policy.mode == "off":
        return
    if not os.path.lexists(subject.signature):
        raise SignatureMissing(
            f"there is no {subject.signature.name}, and the policy is {policy.mode}",
            place=str(subject.path),
            cure=f"{how}, if you vouch for it.",
        )
    read_capped(subject.signature, CAPS.manifest_bytes)
    # As below: the library takes 1.5 s and 55 MB, which a service without a policy never pays.
    from mooring.bundle.openssf import verify

    verify(subject, policy)


def _signed(subject: Subject, private_key: Path) -> bytes:
    from mooring.bundle.openssf import signature_of

    return signature_of(subject, private_key)


def _mode(text: str) -> Mode:
    for mode in get_args(Mode):
        if text == mode:
            return mode  # type: ignore[no-any-return]  # get_args forgets what it was given
    raise _unusable(f"the policy is one of {', '.join(get_args(Mode))}", POLICY)


def _path(text: str | None) -> Path | None:
    return Path(text).absolute() if text else None


def _unusable(problem: str, place: str) -> SigningUnusable:
    return SigningUnusable(problem, place=place, cure="See docs/bundle.md for the variables.")
