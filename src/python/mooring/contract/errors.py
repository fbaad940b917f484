"""What can go wrong, said once for the whole product.

Every error names the problem, the place and the cure, carries data, and knows no HTTP:

    MooringError
    └── ContractError
        ├── InvalidContract      a contract document or class that cannot be used
        ├── InvalidRows          rows that break a contract, each violation with its path
        └── InvalidWire          a columnar body that is not what its header says

Other packages derive their own root from `MooringError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class MooringError(Exception):
    """A fault that a person or a caller can mend; `str()` of it is fit to be shown to them."""

    def __init__(self, problem: str, *, place: str = "", cure: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.cure = cure

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        cure = f" {self.cure}" if self.cure else ""
        return f"{where}{self.problem}.{cure}"


class ContractError(MooringError):
    """Root of the contract package's errors."""


class InvalidContract(ContractError):
    """The contract itself cannot be used: unknown type, clashing annotations, unreadable JSON."""


@dataclass(frozen=True)
class Violation:
    """One broken promise: where (`instances[3].hour`), of which kind, and what would be right.

    It never holds the offending value: errors travel to logs and to other people. `feature` says
    which feature is meant where the path does not: `inputs[2].data[5]`.
    """

    path: str
    kind: str
    message: str
    feature: str = ""


class InvalidRows(ContractError):
    """Rows that break the contract, with at most `SHOWN` violations."""

    SHOWN = 20

    def __init__(self, violations: Sequence[Violation], *, malformed: bool = False) -> None:
        first = violations[0]
        super().__init__(first.message, place=first.path, cure="See the model's contract.")
        self.violations = tuple(violations[: self.SHOWN])
        self.total = len(violations)
        self.malformed = malformed


class InvalidWire(ContractError):
    """A columnar body that does not match its contract or is cut short."""
