"""Who asks, with which keys, and whether they may."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import EVERY
from mooring.observability.query import Query
from mooring.telemetry.auth import (
    AUTH,
    ISSUER_KEYS,
    ISSUER_READS,
    KEY_REQUESTS,
    KEYS,
    KEYS_READ,
    KEYS_STALE,
)


def outcomes() -> Panel:
    """Requests by what authentication made of them."""
    return Panel(
        "Authentication by outcome",
        "timeseries",
        (Query(EVERY.rate(AUTH, "outcome"), "{{outcome}}"),),
        "reqps",
        "Requests in a second by what authentication, scopes and rates made of them.",
        "Nearly all `ok` (`open` where nobody has to say who they are).",
        "`unknown`, `malformed`: somebody tries keys. `outdated`, `forbidden`: a caller needs "
        "another key. `limited`: a caller exceeds its rate. `unavailable`: the issuer's keys "
        "cannot be had.",
        stacked=True,
        width=8,
    )


def keys_used() -> Panel:
    """Requests of each key."""
    return Panel(
        "Requests by key",
        "timeseries",
        (Query(f"topk(10, {EVERY.rate(KEY_REQUESTS, 'key')})", "{{key}}"),),
        "reqps",
        "Requests with a valid key by its id, of the ten that ask most. An id is no secret.",
        "Each caller at its usual rate; nothing where no keys are asked for.",
        "A key that was to be given up and is still used: do not revoke it yet.",
        empty_when_healthy=True,
        width=8,
    )


def keys_known() -> Panel:
    """How many keys the gateway knows."""
    return Panel(
        "Keys known",
        "timeseries",
        (
            Query(EVERY.least(KEYS, "instance"), "{{instance}}: in the file"),
            Query(EVERY.least(ISSUER_KEYS, "instance"), "{{instance}}: of the issuer"),
        ),
        "none",
        "Keys of callers in the keys file when it was last in order, and keys of the token "
        "issuer that can be used.",
        "The same on all gateways. 0 of a kind that is not configured.",
        "0 of the configured kind: nobody gets in. See *State of the keys* and the gateway's log.",
        decimals=0,
        least=0.0,
        width=8,
    )


def keys_state() -> Panel:
    """Whether the keys file is in order."""
    return Panel(
        "State of the keys",
        "state-timeline",
        (Query(EVERY.most(KEYS_STALE, "instance"), "{{instance}}: keys are old"),),
        "none",
        "Whether the keys file is missing or not in order, so that the keys of before are used.",
        "No.",
        "Keys that were revoked since still work: mend the file with `mooring gateway keys`.",
        states=((0.0, "no", "green"), (1.0, "yes", "red")),
        steps=(Step("green"), Step("red", 1.0)),
        height=6,
    )


def keys_read() -> Panel:
    """Readings of the keys file and of the issuer."""
    return Panel(
        "Readings of keys",
        "timeseries",
        (
            Query(EVERY.growth(KEYS_READ, "outcome"), "file: {{outcome}}"),
            Query(EVERY.growth(ISSUER_READS, "outcome"), "issuer: {{outcome}}"),
        ),
        "none",
        "How often the keys file and the issuer's keys were read, and whether they were in order.",
        "`ok` after each change of the file, and regularly of the issuer.",
        "`refused`: the gateway's log names the line or the field. Until it is mended, what was "
        "read before is used.",
        least=0.0,
        height=6,
    )
