"""Counting broken promises by feature and kind: a caller's bug, or the first sign of drift."""

from __future__ import annotations

import re

from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidRows, Violation
from mooring.telemetry.binding import Instruments
from mooring.telemetry.requests import INPUT_VIOLATIONS

_FEATURE = re.compile(r"instances\[\d+\]\.(\w+)")

# Pydantic's error types by what they mean for a feature.
_KINDS = {
    "missing": "missing",
    "literal_error": "category",
    "string_too_short": "category",
    "string_too_long": "category",
    "greater_than": "range",
    "greater_than_equal": "range",
    "less_than": "range",
    "less_than_equal": "range",
    "finite_number": "not_finite",
    "extra_forbidden": "unknown_field",
    "too_short": "rows",
    "too_long": "rows",
    "uneven": "rows",
    "json_invalid": "malformed",
}


def count_violations(error: InvalidRows, contract: Contract, instruments: Instruments) -> None:
    """Count what one refused request broke."""
    for violation in error.violations:
        instruments.add(
            INPUT_VIOLATIONS,
            model=contract.name,
            feature=feature_of(violation, contract),
            kind=kind_of(violation),
        )


def kind_of(violation: Violation) -> str:
    """The kind in the metric's terms.

    >>> kind_of(Violation("instances[0].hour", "less_than_equal", ""))
    'range'
    """
    known = _KINDS.get(violation.kind)
    if known is None:
        return "type" if violation.kind.endswith("_type") else "other"
    return known


def feature_of(violation: Violation, contract: Contract) -> str:
    """The contract's feature that a violation is about, or "" when it is about none."""
    match = _FEATURE.match(violation.path)
    name = match[1] if match else violation.feature
    return name if name in contract.feature_names else ""
