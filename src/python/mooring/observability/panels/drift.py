"""Whether what comes in has changed, how sure that is, and which feature it is."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import Scope
from mooring.observability.query import Query
from mooring.telemetry.bins import REFERENCE_TESTABLE
from mooring.telemetry.drift import (
    DATA_BROKEN,
    DRIFT_CLASSIFIER_AUC,
    DRIFT_EVIDENCE,
    DRIFT_FLAGGED,
    DRIFT_P_VALUE,
    DRIFT_PSI,
    DRIFT_PSI_CRITICAL,
    DRIFT_THRESHOLD,
)

_VERSION = ("model", "version")
_MONITOR = (*_VERSION, "monitor")
_FEATURE = (*_VERSION, "feature")
_YES = (Step("green"), Step("red", 1.0))


def below_alarm(scope: Scope) -> Panel:
    """For many models at once: how far each monitor is from its alarm."""
    evidence = scope.most(DRIFT_EVIDENCE, *_MONITOR)
    return Panel(
        "Drift evidence, relative to its alarm",
        "timeseries",
        (
            Query(
                f"{evidence} - {scope.most(DRIFT_THRESHOLD, *_MONITOR)}",
                "{{model}} {{version}}: {{monitor}}",
            ),
        ),
        "none",
        "Evidence that something has changed, in powers of ten relative to what the alarm needs: "
        "at -1 ten times as much is needed.",
        "Below 0, wandering. The threshold comes from the budget of false alarms, one in a "
        "quarter for each model.",
        "At 0 or above: open the model on Mooring / Drift. Only `score` and `labels` may start a "
        "retraining; the others explain.",
        steps=(Step("green"), Step("red", 0.0)),
        width=8,
    )


def evidence(scope: Scope) -> Panel:
    """The evidence of each monitor and the line at which it is an alarm."""
    return Panel(
        "Drift evidence and its alarm",
        "timeseries",
        (
            Query(scope.most(DRIFT_EVIDENCE, *_MONITOR), "{{version}}: {{monitor}}"),
            Query(
                scope.most(DRIFT_THRESHOLD, *_MONITOR),
                "{{version}}: {{monitor}}, alarm",
                role="threshold",
            ),
        ),
        "none",
        "Logarithm to base 10 of the evidence that has gathered against no change since the last "
        "promotion or alarm, and where the alarm is. It grows only if windows differ by more than "
        "the smallest effect that matters.",
        "Below the dashed line, often below 0. False alarms of all monitors together come about "
        "once in a quarter.",
        "`features` alone explains; `score` and `labels` start a retraining. First rule out "
        "broken data: *Data that look broken*. Then see which feature it is below.",
        width=16,
    )


def flagged(scope: Scope) -> Panel:
    """Features that the last window names."""
    return Panel(
        "Features that differ",
        "state-timeline",
        (Query(scope.most(DRIFT_FLAGGED, *_FEATURE), "{{version}}: {{feature}}"),),
        "none",
        "Features that are named in each window; of the names one in twenty at most is expected "
        "to be wrong (Benjamini-Hochberg). It names; it does not alarm.",
        "None, or now and then one for a single window.",
        "The same feature window after window: find out what has changed at its source before "
        "retraining.",
        states=((0.0, "as before", "green"), (1.0, "differs", "orange")),
        steps=(Step("green"), Step("orange", 1.0)),
    )


def broken(scope: Scope) -> Panel:
    """Whether the data look broken."""
    return Panel(
        "Data that look broken",
        "state-timeline",
        (Query(scope.most(DATA_BROKEN, "model", "kind"), "{{kind}}"),),
        "none",
        "Whether data look broken rather than drifted: a unit that has changed, values that are "
        "missing, categories nobody has seen, promises broken in number.",
        "No.",
        "Retraining is held back while it lasts, since a model would learn the fault. Mend the "
        "source; see *Broken promises by feature* and *Missing and other values*.",
        states=((0.0, "no", "green"), (1.0, "broken", "red")),
        steps=_YES,
        width=8,
    )


def psi(scope: Scope) -> Panel:
    """The index of each feature in the last window, with the line that is right for it."""
    return Panel(
        "PSI by feature, of the last window",
        "timeseries",
        (
            Query(scope.most(DRIFT_PSI, *_FEATURE), "{{version}}: {{feature}}"),
            Query(
                scope.most(DRIFT_PSI_CRITICAL, *_FEATURE),
                "{{version}}: {{feature}}, critical",
                role="threshold",
            ),
        ),
        "none",
        "Population stability index of each feature and of the score (`@score`), of the last "
        "closed window against the reference, by event time. The critical value is that of this "
        "feature and this many rows, instead of 0.1 and 0.25 for everything.",
        "Each feature below its own critical value.",
        "Above: the feature differs by more than the smallest effect that matters. See "
        "*Features that differ* for which is beyond chance, and its bins below.",
        least=0.0,
    )


def p_values(scope: Scope) -> Panel:
    """How likely the index would be without an effect."""
    return Panel(
        "p-values by feature",
        "timeseries",
        (Query(scope.most(DRIFT_P_VALUE, *_FEATURE), "{{version}}: {{feature}}"),),
        "sci",
        "Chance of an index as large as the last window's if no feature differed by more than the "
        "smallest effect that matters.",
        "Anything between 0 and 1: small ones are common among many features and windows.",
        "Do not act on a single one. The alarm puts all of them together over time.",
        logarithmic=True,
        most=1.0,
    )


def classifier(scope: Scope) -> Panel:
    """Whether window and reference can be told apart by all features together."""
    return Panel(
        "Window told from reference",
        "timeseries",
        (Query(scope.most(DRIFT_CLASSIFIER_AUC, *_VERSION), "{{version}}"),),
        "percentunit",
        "Area under the curve of a classifier that tries to tell rows of the window from rows of "
        "the reference: 50 % is guessing. It sees changes of features together that no single "
        "feature shows.",
        "Near 50 %.",
        "Far above while no feature differs: a relation between features has changed.",
        least=0.4,
        most=1.0,
    )


def testable(scope: Scope) -> Panel:
    """Features of which nothing can be said."""
    return Panel(
        "Features that can be tested",
        "state-timeline",
        (Query(scope.least(REFERENCE_TESTABLE, *_FEATURE), "{{version}}: {{feature}}"),),
        "none",
        "Whether at least two bins of the reference hold rows: a feature that was constant in "
        "training cannot be tested for drift.",
        "Testable, each of them.",
        "A feature that is not: the next training should have data in which it varies, or do "
        "without it.",
        states=((0.0, "not testable", "orange"), (1.0, "testable", "green")),
        steps=(Step("orange"), Step("green", 1.0)),
    )
