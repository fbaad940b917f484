"""Sensitive features: left out of the log, or replaced by a keyed hash; never written as they are.

A hash without a key is no protection: a feature has few values (all ages, all postcodes), so
whoever reads the log would hash them all and look. With a key, equal values can still be counted
and compared, and only who holds the key can do that trick. The feature's name is hashed too, so
equal values of two features are not recognised as equal.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterable, Sequence

from mooring.contract.contract import Contract
from mooring.predictionlog.context import LoggedFeature, Treatment

_DIGEST_BYTES = 16


def logged_features(contract: Contract, key: bytes) -> tuple[LoggedFeature, ...]:
    """How each feature of a contract is logged; an empty key leaves sensitive ones out."""
    kept: Treatment = "hashed" if key else "dropped"
    return tuple(
        LoggedFeature(f.name, f.kind, kept if f.sensitive else "plain") for f in contract.features
    )


def hashed(key: bytes, feature: str, column: Iterable[str | float]) -> Sequence[str | None]:
    """The keyed hash of each value, in hex (HMAC-SHA-256, its first 16 bytes); null stays null."""
    if not key:
        raise ValueError("hashing without a key protects nobody")
    return [None if _is_null(v) else _hash(key, feature, _spelt(v)) for v in column]


def _hash(key: bytes, feature: str, value: str) -> str:
    message = f"{feature}\0{value}".encode()
    return hmac.digest(key, message, hashlib.sha256)[:_DIGEST_BYTES].hex()


def _is_null(value: str | float) -> bool:
    """As columns spell null: "" and NaN."""
    return value == "" if isinstance(value, str) else math.isnan(value)


def _spelt(value: str | float) -> str:
    return value if isinstance(value, str) else repr(float(value))
