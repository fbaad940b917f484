"""Who comes in and who does not."""

from __future__ import annotations

from mooring.telemetry.metric import Label, Metric

# `open`: nobody had to say who they are. `outdated`: the right key at the wrong time.
_OUTCOME = Label(
    "outcome",
    ("ok", "open", "missing", "malformed", "unknown", "outdated", "forbidden", "limited",
     "blocked", "unavailable"),
)  # fmt: skip
_KEY = Label("key", bound="ids in the keys file, at most 10,000; an id is no secret")
_READ = Label("outcome", ("ok", "refused"))

AUTH = Metric(
    "mooring_gateway_auth_total", "counter",
    "Requests by what authentication, scopes and rates made of them.",
    ("gateway",), (_OUTCOME,),
)  # fmt: skip
KEY_REQUESTS = Metric(
    "mooring_gateway_key_requests_total", "counter",
    "Requests with a valid key, by its id: whether an old one is still used.",
    ("gateway",), (_KEY,),
)  # fmt: skip
KEYS = Metric(
    "mooring_gateway_keys", "gauge",
    "Keys in the file as it was when it was last in order.",
    ("gateway",),
)  # fmt: skip
KEYS_READ = Metric(
    "mooring_gateway_keys_reads_total", "counter",
    "Times that the keys file was read, and whether it was in order.",
    ("gateway",), (_READ,),
)  # fmt: skip
KEYS_STALE = Metric(
    "mooring_gateway_keys_stale", "gauge",
    "1 while the keys file is missing or not in order and older keys are used, else 0.",
    ("gateway",),
)  # fmt: skip
ISSUER_READS = Metric(
    "mooring_gateway_issuer_reads_total", "counter",
    "Times that the issuer's keys were fetched, and whether they could be used.",
    ("gateway",), (_READ,),
)  # fmt: skip
ISSUER_KEYS = Metric(
    "mooring_gateway_issuer_keys", "gauge",
    "Usable keys of the issuer; 0 when none are known or they are too old.",
    ("gateway",),
)  # fmt: skip

METRICS = (AUTH, KEY_REQUESTS, KEYS, KEYS_READ, KEYS_STALE, ISSUER_READS, ISSUER_KEYS)
