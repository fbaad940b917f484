"""Retraining between jobs: which models, whether to propose, and what the proposal says."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.handover.errors import NotAModel, NotAnIncident, NoVerdict, Unreadable

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_INCIDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_BUNDLE = re.compile(r"[0-9a-f]{64}")

# GitHub takes 65 536 characters as the body of a pull request.
LONGEST_BODY = 60_000


@dataclass(frozen=True)
class Verdict:
    """The end of a retrain: blessed or not, of which bundle, and which one it would replace."""

    verdict: str
    bundle: str
    champion: str

    @property
    def propose(self) -> bool:
        """Blessed, and not the champion already: the same rows and code give the same bundle."""
        return self.verdict == "blessed" and self.bundle != self.champion


def choose_models(root: Path, asked: str, *, has_log: bool = True) -> list[str]:
    """The model that was asked for, or all that are released; of these none where there is no log
    to learn from. Raises NotAModel.

    `asked` comes from outside and is not repeated in the error, whatever it holds.
    """
    known = sorted(path.parent.name for path in root.glob("models/*/pipeline.py"))
    if not asked:
        return [name for name in known if has_log and _champion(_release(root, name))]
    if not _NAME.fullmatch(asked) or asked not in known:
        raise NotAModel(
            "what was asked for is no model of this checkout",
            place="client_payload.model",
            cure=f"Known: {', '.join(known)}.",
        )
    return [asked]


def choose_incident(asked: str, run: str) -> str:
    """The incident that asks, or the run itself where nobody does. Raises NotAnIncident.

    `asked` comes from outside, becomes the name of a folder, and is not repeated in the error.
    """
    if not asked:
        return f"run-{run}"
    if not _INCIDENT.fullmatch(asked):
        raise NotAnIncident(
            "the incident's id is no plain name",
            place="client_payload.incident",
            cure="The monitor makes it of letters, digits, dots and dashes.",
        )
    return asked


def read_verdict(root: Path, model: str, path: Path) -> Verdict:
    """What `mooring retrain --json` said, and the champion. Raises NoVerdict, Unreadable."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        verdict, bundle = str(said["outcome"]), str(said["bundle"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _no_verdict(path) from None
    if not _BUNDLE.fullmatch(bundle):
        raise _no_verdict(path)
    return Verdict(verdict, bundle, _champion(_release(root, model)))


def proposal(card: str, comparison: str, incident: str) -> str:
    """The body of the pull request: who asked, the comparison, the card, as much of it as fits.

    By the incident's id the monitor finds what became of its question.
    """
    fence = "```"
    told = f"## Compared with the champion\n\n{fence}text\n{comparison.strip()}\n{fence}\n\n"
    merged = "Merged, it is the challenger, and tried on a part of the requests.\n\n"
    asked = f"Incident {incident} asked for this retrain.\n{merged}"
    text = asked + (told if comparison.strip() else "") + card
    if len(text) <= LONGEST_BODY:
        return text
    return (
        text[:LONGEST_BODY] + "\n\n… cut; `./mooring card` on this branch draws the whole card.\n"
    )


def find_card(folder: Path) -> str:
    """The card that `mooring card --out` wrote. Raises Unreadable."""
    cards: Sequence[Path] = sorted(folder.glob("*.md"))
    if len(cards) != 1:
        raise Unreadable("there is not one card", place=str(folder), cure="See `mooring card`.")
    return cards[0].read_text(encoding="utf-8")


def _release(root: Path, model: str) -> Path:
    return root / "models" / model / "release.json"


def _champion(release: Path) -> str:
    """The champion's id; empty before the first release."""
    if not release.exists():
        return ""
    try:
        champion = json.loads(release.read_text(encoding="utf-8"))["champion"]
        return str(champion["bundle"]) if champion else ""
    except (ValueError, KeyError, TypeError):
        raise Unreadable(
            "it is no release", place=str(release), cure="Restore it from git."
        ) from None


def _no_verdict(path: Path) -> NoVerdict:
    return NoVerdict(
        "the retrain did not come to a verdict", place=str(path), cure="See what it printed."
    )
