"""Series for the alerts of access."""

from __future__ import annotations

from mooring.observability.rules.alerts.cases.case import HERE, THERE, Case, of
from mooring.telemetry.auth import AUTH, ISSUER_KEYS, ISSUER_READS, KEYS_STALE

ACCESS = (
    Case(
        "KeysStale",
        firing={of(KEYS_STALE, **HERE): "0x10 1x30", of(KEYS_STALE, **THERE): "0x40"},
        quiet={of(KEYS_STALE, **HERE): "0x29 1x11"},
        labels=HERE,
    ),
    Case(
        "IssuerKeysMissing",
        firing={
            of(ISSUER_KEYS, **HERE): "2x10 0x50",
            of(ISSUER_READS, outcome="refused", **HERE): "0+1x60",
        },
        # A gateway that knows keys of its own only: no issuer, hence no keys of one.
        quiet={
            of(ISSUER_KEYS, **HERE): "0x60",
            of(ISSUER_READS, outcome="refused", **HERE): "0x60",
        },
        labels=HERE,
        at="50m",
    ),
    Case(
        "WrongCredentials",
        firing={of(AUTH, outcome="blocked", **HERE): "0+10x60"},
        # Somebody who mistyped a key.
        quiet={
            of(AUTH, outcome="unknown", **HERE): "0+10x60",
            of(AUTH, outcome="blocked", **HERE): "0+5x60",
        },
        at="50m",
    ),
)
