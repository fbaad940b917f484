"""What a rollout does to `release.json`: its challenger becomes champion, or is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mooring.blessing.errors import BlessingError
from mooring.bundle.errors import BundleError, ReleaseError, StoreError
from mooring.bundle.release import Released
from mooring.cli.errors import ChampionUnusable
from mooring.cli.registry import find_model
from mooring.cli.releasing import crown_challenger, withdraw_challenger
from mooring.cli.workspace import Workspace
from mooring.delivery.controller.errors import LedgerRefused


@dataclass(frozen=True)
class ReleaseLedger:
    """The releases of a checkout, each change a commit if `commit` says so."""

    space: Workspace
    commit: bool

    def promote(self, model: str, challenger: Released, reason: str) -> None:
        """Make it champion, on the evidence that lies beside the release. Raises LedgerRefused."""
        with _final():
            crown_challenger(
                find_model(model), self.space, challenger, reason=reason, commit=self.commit
            )

    def withdraw(self, model: str, challenger: Released, reason: str) -> None:
        """Take it back. Raises LedgerRefused."""
        with _final():
            withdraw_challenger(
                find_model(model), self.space, challenger, reason=reason, commit=self.commit
            )


@contextmanager
def _final() -> Iterator[None]:
    """A store that does not answer, or somebody who was quicker, is worth another try; evidence
    that is missing and a bundle that was tampered with are not.
    """
    try:
        yield
    except (StoreError, ReleaseError):
        raise
    except (BlessingError, BundleError, ChampionUnusable) as error:
        raise LedgerRefused(error.problem, place=error.place, cure=error.cure) from error
