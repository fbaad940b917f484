from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from model_signing import verifying

from mooring.bundle.errors import SigningUnusable
from mooring.bundle.openssf import trust
from mooring.bundle.signature import SignaturePolicy

IDENTITY = SignaturePolicy("identity", None, "ci@example.org", "https://issuer")


@dataclass
class Verifiers:
    """Writes down whom it is told to trust."""

    told: list[dict[str, Any]] = field(default_factory=list)

    def use_elliptic_key_verifier(self, *, public_key: Path) -> None:
        self.told.append({"public_key": public_key})

    def use_sigstore_verifier(
        self, *, identity: str, oidc_issuer: str, trust_config: Path | None
    ) -> None:
        self.told.append({"identity": identity, "issuer": oidc_issuer, "trust": trust_config})


def test_the_library_is_told_whom_the_policy_trusts() -> None:
    verifiers = Verifiers()
    trust(verifiers, SignaturePolicy("key", Path("/k.pub")))
    trust(verifiers, IDENTITY)
    trust(verifiers, replace(IDENTITY, trust_config=Path("/t.json")))
    who = {"identity": "ci@example.org", "issuer": "https://issuer"}
    assert verifiers.told == [
        {"public_key": Path("/k.pub")},
        {**who, "trust": None},
        {**who, "trust": Path("/t.json")},
    ]


def test_a_trust_configuration_that_cannot_be_read_lets_nothing_pass(tmp_path: Path) -> None:
    policy = replace(IDENTITY, trust_config=tmp_path / "gone.json")
    verifier = verifying.Config()  # type: ignore[no-untyped-call]
    with pytest.raises(SigningUnusable, match=r"gone\.json"):
        trust(verifier, policy)
