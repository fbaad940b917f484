"""Real keys to sign with, made on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class KeyPair:
    """Two PEM files."""

    private: Path
    public: Path


def key_pair(folder: Path, name: str = "key", curve: ec.EllipticCurve | None = None) -> KeyPair:
    """A new pair, on P-256 unless another curve is given."""
    key = ec.generate_private_key(curve or ec.SECP256R1())
    pair = KeyPair(folder / f"{name}.pem", folder / f"{name}.pub")
    pair.private.write_bytes(
        key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    )
    pair.public.write_bytes(
        key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    )
    return pair
