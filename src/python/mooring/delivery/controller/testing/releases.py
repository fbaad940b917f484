"""Releases for tests: entries, files, and a ledger that asks for no evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mooring.bundle.release import Release, Released, read_release, write_release
from mooring.contract.routing import Target
from mooring.delivery.controller.errors import LedgerRefused

MODEL = "voyage_delay"


def bundle_of(version: int) -> str:
    """The bundle that a version is."""
    return f"{version:064x}"


def released(version: int) -> Released:
    """An entry of a release."""
    return Released(
        version=version,
        bundle=bundle_of(version),
        location=f"bundles/{version}",
        bytes=1,
        runtime="onnx",
        blessings={},
        promoted_at="2026-11-30T00:00:00Z",
        promoted_by="a",
        reason="r",
    )


def release(champion: int | None, challenger: int | None = None, model: str = MODEL) -> Release:
    """A release of these versions."""
    held = [version for version in (champion, challenger) if version is not None]
    return Release(
        model=model,
        last_version=max(held, default=0),
        champion=released(champion) if champion is not None else None,
        challenger=released(challenger) if challenger is not None else None,
    )


def target(version: int, port: int = 0) -> Target:
    """A version's service, on a port that follows from the version."""
    url = f"http://127.0.0.1:{port or 3000 + version}"
    return Target(urls=(url,), version=version, bundle=bundle_of(version))


def write(path: Path, wish: Release) -> None:
    """Have `release.json` say this."""
    write_release(read_release(path, model=wish.model), wish)


@dataclass
class FileLedger:
    """Changes the files as the real one does, whoever blessed what."""

    releases: Mapping[str, Path]
    refuses: bool = False
    done: list[tuple[str, int, str]] = field(default_factory=list)

    def promote(self, model: str, challenger: Released, reason: str) -> None:
        """The challenger becomes champion."""
        if self.refuses:
            raise LedgerRefused("it is not blessed", place="the ledger", cure="Bless it.")
        self._change(model, challenger, reason, champion=challenger)

    def withdraw(self, model: str, challenger: Released, reason: str) -> None:
        """The challenger is taken back."""
        self._change(model, challenger, reason)

    def _change(self, model: str, challenger: Released, reason: str, **more: Released) -> None:
        before = read_release(self.releases[model], model=model)
        if before.release.challenger == challenger:
            after = before.release.model_copy(update={"challenger": None, **more})
            write_release(before, after)
        self.done.append(("promote" if more else "withdraw", challenger.version, reason))
