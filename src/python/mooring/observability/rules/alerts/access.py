"""Whether those who may ask still can, and whether somebody tries who may not."""

from __future__ import annotations

from mooring.observability.queries.scope import EVERY
from mooring.observability.rule import Alert
from mooring.observability.rules.grown import grown
from mooring.telemetry.auth import AUTH, ISSUER_KEYS, ISSUER_READS, KEYS_STALE

_BOARD = "mooring-serving"
_BLOCKED = ('outcome="blocked"',)
# A gateway without an issuer has no keys of one, and reads none.
_HAS_ISSUER = f"{grown(ISSUER_READS, '30m', 'instance')} > 0"

ACCESS = (
    Alert(
        name="KeysStale",
        expr=f"{EVERY.most(KEYS_STALE, 'instance')} == 1",
        wait="2m",
        severity="ticket",
        action="none",
        summary="The gateway {{ $labels.instance }} cannot use its keys file",
        description="The file is missing or not in order. Older keys are in force: new ones are "
        "not known, and revoked ones still work.",
        board=_BOARD,
        panel="State of the keys",
    ),
    Alert(
        name="IssuerKeysMissing",
        expr=f"{EVERY.least(ISSUER_KEYS, 'instance')} == 0 and on (instance) {_HAS_ISSUER}",
        wait="5m",
        severity="page",
        action="none",
        summary="The gateway {{ $labels.instance }} has no key of the issuer",
        description="None could be fetched, or they are too old. Whoever shows a token gets 503.",
        board=_BOARD,
        panel="Keys known",
    ),
    Alert(
        name="WrongCredentials",
        expr=f"{grown(AUTH, '15m', where=_BLOCKED)} > 100",
        wait="15m",
        severity="ticket",
        action="none",
        summary="Somebody keeps trying wrong credentials",
        description="Within 15 minutes {{ $value | humanize }} requests were blocked, since too "
        "many from their address had been wrong: guesses, or a program with an old key.",
        board=_BOARD,
        panel="Authentication by outcome",
    ),
)
