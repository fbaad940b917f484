"""What the lint says: which rule, where, what is wrong, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """What a rule found in the thing that it was shown."""

    problem: str
    cure: str


@dataclass(frozen=True)
class Finding:
    """A flaw with its place. `board` is a dashboard or a group of rules, `panel` a part of it."""

    rule: str
    board: str
    panel: str
    problem: str
    cure: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.board}, {self.panel}: {self.problem}. {self.cure}"


def readable(findings: tuple[Finding, ...]) -> str:
    """One line for each finding, for a person."""
    return "\n".join(str(finding) for finding in findings)
