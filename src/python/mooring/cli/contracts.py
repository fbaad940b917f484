"""`mooring contract diff`: what a change of a contract means to clients, and whether it may be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mooring.bundle.manifest import CONTRACT
from mooring.cli.console import Output
from mooring.cli.errors import NoContract
from mooring.cli.registry import find_model
from mooring.contract.compatibility import Comparison, check_version, compare
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidContract

# Exit status of a version that breaks the rule; 1 is any error and 2 a wrong usage.
REFUSED = 3


@dataclass(frozen=True)
class Difference:
    """Two contracts, what tells them apart, and why the new version may not be, if it may not."""

    before: Contract
    after: Contract
    comparison: Comparison
    refusal: InvalidContract | None

    def to_document(self) -> dict[str, Any]:
        """The facts for scripts."""
        return {
            "before": {"version": self.before.version, "digest": self.before.digest},
            "after": {"version": self.after.version, "digest": self.after.digest},
            "verdict": self.comparison.verdict,
            "changes": [asdict(change) for change in self.comparison.changes],
            "allowed": self.refusal is None,
            "problem": self.refusal.problem if self.refusal else None,
        }


def difference(before: str, after: str) -> Difference:
    """Compare two contracts, each named as `read_contract` takes it."""
    old, new = read_contract(before), read_contract(after)
    return Difference(old, new, compare(old, new), _refusal(old, new))


def read_contract(named: str) -> Contract:
    """The contract of a `contract.json`, of a bundle folder, or of a model in the checkout.

    A file or bundle goes before a model of that name. Raises NoContract, UnknownModel,
    InvalidContract.
    """
    path = Path(named)
    file = path / CONTRACT if path.is_dir() else path
    if file.is_file():
        return _read(file)
    if path.name != named or path.suffix:
        raise NoContract(
            "there is no contract",
            place=str(file),
            cure="Name a contract.json, a bundle folder or a model.",
        )
    return find_model(named).contract


def show_difference(out: Output, found: Difference) -> int:
    """Print the changes and the verdict; the command's exit status."""
    rows = [[change.path, change.what, change.verdict] for change in found.comparison.changes]
    if rows:
        title = f"{found.after.name} {found.before.version} → {found.after.version}"
        out.rows(title, ["where", "what", "verdict"], rows)
    if out.as_json:
        out.json(found.to_document())
    else:
        refused = f"refused: {found.refusal}" if found.refusal else "allowed"
        out.say(f"{found.comparison.verdict}, {refused}")
    return REFUSED if found.refusal else 0


def _read(file: Path) -> Contract:
    try:
        return Contract.from_json(file.read_bytes())
    except OSError as error:
        raise NoContract(
            f"it cannot be read: {error.strerror}", place=str(file), cure="Look at its permissions."
        ) from None
    except InvalidContract as error:
        # Of two files, the person has to know which.
        place = f"{file}: {error.place}"
        raise InvalidContract(error.problem, place=place, cure=error.cure) from None


def _refusal(before: Contract, after: Contract) -> InvalidContract | None:
    try:
        check_version(before, after)
    except InvalidContract as refusal:
        return refusal
    return None
