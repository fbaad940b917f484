"""What touches OpenSSF model-signing, and nothing else does: importing it takes 1.5 s and 55 MB.

The library would hash the folder again. Here it is given the digests of what was verified and is
held in memory, so that a folder swapped meanwhile cannot lend its signature to other bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from model_signing import hashing, signing, verifying
from model_signing._hashing.hashing import Digest  # named by its public classes, exported nowhere
from model_signing.manifest import FileManifestItem, Manifest, SerializationType
from sigstore.models import Bundle as SigstoreBundle

from mooring.bundle.errors import SignatureInvalid, SigningUnusable
from mooring.bundle.manifest import PROVENANCE, SIGNATURE
from mooring.bundle.signature import SignaturePolicy, Subject

# Recorded in the signature, so that `model_signing verify` accepts the folder as it lies there.
_SERIALIZATION = SerializationType.from_args(
    {
        "method": "files",
        "hash_type": "sha256",
        "allow_symlinks": False,
        "ignore_paths": [PROVENANCE, SIGNATURE],
    }
)


class Verifiers(Protocol):
    """The library's choice of whom to trust."""

    def use_elliptic_key_verifier(self, *, public_key: Path) -> Any:
        """Trust the holder of a key."""

    def use_sigstore_verifier(
        self, *, identity: str, oidc_issuer: str, trust_config: Path | None
    ) -> Any:
        """Trust an identity that an issuer knows."""


class VerifiedFiles(hashing.Config):
    """Answers with the digests of what was verified whatever lies there by now."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # typed in part, here and below
        self._subject = subject
        # The library asks for the digests only once it has found the signature itself genuine.
        self.asked = False

    def hash(self, model_path: Any, *, files_to_hash: Iterable[Any] | None = None) -> Manifest:
        """Digests of the files that are vouched for, and of nothing else."""
        self.asked = True
        items = [
            FileManifestItem(path=Path(name), digest=Digest("sha256", bytes.fromhex(digest)))
            for name, digest in self._subject.digests.items()
        ]
        return Manifest(self._subject.path.name, items, _SERIALIZATION)


def signature_of(subject: Subject, private_key: Path) -> bytes:
    """The content of the signature. Raises SigningUnusable when the key cannot be used."""
    signer = signing.Config()  # type: ignore[no-untyped-call]
    signer.set_hashing_config(VerifiedFiles(subject))
    try:
        signer.use_elliptic_key_signer(private_key=private_key)
    except Exception as error:  # of the file, the PEM, the password or the kind of key
        raise _no_key(private_key, "private", error) from None
    with TemporaryDirectory() as folder:
        path = Path(folder) / SIGNATURE
        signer.sign(subject.path, path)
        return path.read_bytes()


def verify(subject: Subject, policy: SignaturePolicy) -> None:
    """Check the signature. Raises SignatureInvalid, or SigningUnusable where nobody can tell."""
    path = subject.signature
    if policy.mode == "identity":
        # Before the trust root is fetched: what cannot be right needs no network to be refused.
        _require_sigstore(path)
    verifier = verifying.Config()  # type: ignore[no-untyped-call]
    files = VerifiedFiles(subject)
    trust(verifier, policy)
    try:
        # It prints a warning about old signatures, and stdout is for results.
        with redirect_stdout(sys.stderr):
            verifier.set_hashing_config(files).verify(subject.path, path)
    except Exception as error:  # the library lets every kind of parsing error through
        raise _invalid(path, _reason(files, policy, error)) from None


def trust(verifiers: Verifiers, policy: SignaturePolicy) -> None:
    """Tell the library whom `policy` trusts. Raises SigningUnusable."""
    if policy.mode == "key" and policy.public_key:
        try:
            verifiers.use_elliptic_key_verifier(public_key=policy.public_key)
        except Exception as error:  # as for the private key
            raise _no_key(policy.public_key, "public", error) from None
        return
    try:
        verifiers.use_sigstore_verifier(
            identity=policy.identity, oidc_issuer=policy.issuer, trust_config=policy.trust_config
        )
    except Exception as error:  # of the network, its cache, or the file
        raise SigningUnusable(
            f"whom Sigstore trusts cannot be read ({type(error).__name__})",
            place=str(policy.trust_config or "the public instance of Sigstore"),
            cure="Give the trust configuration as a file, or let the process reach the network.",
        ) from None


def _require_sigstore(path: Path) -> None:
    try:
        SigstoreBundle.from_json(path.read_bytes())
    except Exception as error:  # as above: every kind of parsing error
        reason = f"it is not a signature by Sigstore ({type(error).__name__})"
        raise _invalid(path, reason) from None


def _reason(files: VerifiedFiles, policy: SignaturePolicy, error: Exception) -> str:
    # Never the library's own words: until a signature is genuine, they quote whoever wrote it.
    if files.asked:
        return "it is genuine, but of other files"
    return f"it is not a signature by the {policy.mode} of the policy ({type(error).__name__})"


def _invalid(path: Path, problem: str) -> SignatureInvalid:
    return SignatureInvalid(
        problem, place=str(path), cure="Do not use what it is about; find out who wrote it."
    )


def _no_key(path: Path, kind: str, error: Exception) -> SigningUnusable:
    return SigningUnusable(
        f"it cannot be used as a {kind} key ({type(error).__name__})",
        place=str(path),
        cure="Give an unencrypted PEM file of a key on P-256, P-384 or P-521.",
    )
