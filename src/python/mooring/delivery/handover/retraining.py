"""Retraining between jobs: which models, whether to propose, and what the proposal says."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.handover.errors import NotAModel, NoVerdict, Unreadable

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_BUNDLE = re.compile(r"[0-9a-f]{64}")

# GitHub takes 65 536 characters as the body of a pull request.
LONGEST_BODY = 60_000


@dataclass(frozen=True)
class Verdict:
    """The end of a blessing: of which bundle, and which one it would replace."""

    verdict: str
    bundle: str
    champion: str

    @property
    def propose(self) -> bool:
        """Blessed, and not the champion already: the same rows and code give the same bundle."""
        return self.verdict == "blessed" and self.bundle != self.champion


def choose_models(root: Path, asked: str) -> list[str]:
    """The model that was asked for, or all of them. Raises NotAModel.

    `asked` comes from outside and is not repeated in the error, whatever it holds.
    """
    known = sorted(path.parent.name for path in root.glob("models/*/pipeline.py"))
    if not asked:
        return known
    if not _NAME.fullmatch(asked) or asked not in known:
        raise NotAModel(
            "what was asked for is no model of this checkout",
            place="client_payload.model",
            cure=f"Known: {', '.join(known)}.",
        )
    return [asked]


def read_verdict(root: Path, model: str, path: Path) -> Verdict:
    """What `mooring bless --json` said, next to the champion's id. Raises NoVerdict, Unreadable."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        verdict, bundle = str(said["verdict"]), str(said["bundle"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _no_verdict(path) from None
    if not _BUNDLE.fullmatch(bundle):
        raise _no_verdict(path)
    return Verdict(verdict, bundle, _champion(root / "models" / model / "release.json"))


def proposal(card: str, comparison: str) -> str:
    """The body of the pull request: the comparison, then the card, as much of it as fits."""
    fence = "```"
    told = f"## Compared with the champion\n\n{fence}text\n{comparison.strip()}\n{fence}\n\n"
    text = (told if comparison.strip() else "This is the first release.\n\n") + card
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
        "the blessing did not come to a verdict", place=str(path), cure="See what it printed."
    )
