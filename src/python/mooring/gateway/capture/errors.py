"""What can be wrong with labels.

RequestError
└── FeedbackError
    ├── InvalidLabels       the body, or labels that the prediction's kind cannot have
    ├── UnknownPredictions  ids that no gateway made for this model
    ├── NotYours            predictions that somebody else asked for
    ├── TooManyLabels       more than one caller may send in a minute
    └── LogOff              this gateway keeps no log
Unserved
└── LabelsDropped           the log has no room for them
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from mooring.contract.errors import Violation
from mooring.gateway.errors import RequestError, Unserved


class FeedbackError(RequestError):
    """Root of the errors about labels. `outcome` is what the labels are counted as."""

    outcome: ClassVar[str] = "invalid"
    labels: int = 1  # how many the request had, where that is known


class Faulty(FeedbackError):
    """Labels at fault, each with its path; none of the request is kept."""

    def __init__(self, problem: str, violations: Sequence[Violation], cure: str) -> None:
        super().__init__(problem, place=violations[0].path, cure=cure)
        self.violations = tuple(violations)


class InvalidLabels(Faulty):
    """The body is not `{"labels": [{…}]}`, or a label is none that the prediction can have."""

    def __init__(self, violations: Sequence[Violation], *, malformed: bool = False) -> None:
        cure = "None of them was kept; correct them and send all again."
        super().__init__(violations[0].message, violations, cure)
        self.malformed = malformed


class UnknownPredictions(Faulty):
    """No gateway with this gateway's secret made these ids for this model."""

    outcome = "unknown"

    def __init__(self, paths: Sequence[str], labels: int) -> None:
        self.labels = labels
        message = "no prediction of this model has that id"
        found = [Violation(path, "unknown_prediction", message) for path in paths]
        super().__init__(message, found, "Send ids as they came with the predictions.")


class NotYours(Faulty):
    """Labels come from who asked, or from a labeler."""

    outcome = "not_yours"

    def __init__(self, paths: Sequence[str], labels: int) -> None:
        self.labels = labels
        message = "another key asked for this prediction, or this gateway cannot tell"
        found = [Violation(path, "not_yours", message) for path in paths]
        cure = "Use the key that asked, or one with the scope labeler."
        super().__init__(message, found, cure)


class TooManyLabels(FeedbackError):
    """The caller's share of this minute is used up."""

    outcome = "too_many"

    def __init__(self, limit: int, labels: int) -> None:
        self.labels = labels
        cure = "Send the rest in a minute; none of these was kept."
        super().__init__(f"one caller may send {limit} labels a minute", place="labels", cure=cure)


class LabelsDropped(Unserved):
    """The queue of the log is full, or its disk refuses."""

    outcome: ClassVar[str] = "dropped"

    def __init__(self, labels: int) -> None:
        self.labels = labels
        super().__init__("the log has no room for labels", cure="Send all of them again later.")


class LogOff(FeedbackError):
    """Nobody would ever read the labels."""

    outcome = "dropped"

    def __init__(self) -> None:
        super().__init__("this gateway keeps no log", cure="Its operator can set MOORING_LOG.")
