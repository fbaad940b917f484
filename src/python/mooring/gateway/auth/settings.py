"""Who may ask, and how often: the table `auth` of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mooring.gateway.setting import Text, flag, in_home, number, setting

_NAME = Text("a name of at most 200 printable characters", r"[\x21-\x7e]{1,200}")
_URL = Text(
    "an https URL", r"https://[^\s?#@]{1,300}|http://(127\.0\.0\.1|localhost)(:\d+)?[^\s?#@]*"
)
_SOURCE = Text(
    "an https URL or an absolute path",
    r"https://[^\s?#@]{1,300}|http://(127\.0\.0\.1|localhost)(:\d+)?[^\s?#@]*|/[^\x00]{1,1000}",
)

# What tokens cannot be checked without.
ISSUER_VARIABLES = {
    "issuer": "MOORING_OIDC_ISSUER",
    "audience": "MOORING_OIDC_AUDIENCE",
    "jwks": "MOORING_OIDC_JWKS",
}


@dataclass(frozen=True)
class AuthSettings:
    """Keys, tokens of an issuer, and rates. A rate of 0 is no limit."""

    keys_file: Path = in_home("keys.json", "MOORING_KEYS_FILE", "digests of the API keys")
    reload_seconds: float = number(
        2, "MOORING_KEYS_RELOAD_SECONDS", 0.01, 3600, "a key is withdrawn within two looks"
    )
    open_docs: bool = flag(
        False, "MOORING_OPEN_DOCS", "they tell which models exist and what they are asked"
    )
    rate: float = number(
        1000,
        "MOORING_RATE",
        0,
        1e6,
        "requests a second of a key that has no rate of its own: "
        "a tenth of what two cores answer, so that one caller cannot starve the others",
    )
    anonymous_rate: float = number(
        0,
        "MOORING_ANONYMOUS_RATE",
        0,
        1e6,
        "of an address, where nobody has to say who they "
        "are; off, for behind a proxy all callers have its address",
    )
    burst_seconds: float = number(
        1, "MOORING_BURST_SECONDS", 0.001, 3600, "how much of a rate may come at once"
    )
    failures_per_minute: float = number(
        60,
        "MOORING_FAILURES_PER_MINUTE",
        1,
        1e6,
        "wrong credentials from one address: 160 bits "
        "are never guessed, this keeps trying cheap",
    )
    issuer: str = setting("", "MOORING_OIDC_ISSUER", _URL, "what `iss` of a token must be")
    audience: str = setting("", "MOORING_OIDC_AUDIENCE", _NAME, "what `aud` must name")
    jwks: str = setting("", "MOORING_OIDC_JWKS", _SOURCE, "where the issuer's public keys are")
    scope_claim: str = setting(
        "scope", "MOORING_OIDC_SCOPE_CLAIM", _NAME, "RFC 8693's name; some issuers say scp"
    )
    leeway_seconds: float = number(
        30, "MOORING_OIDC_LEEWAY_SECONDS", 0, 300, "how far clocks of two machines may differ"
    )
    jwks_seconds: float = number(
        300,
        "MOORING_OIDC_JWKS_SECONDS",
        1,
        86_400,
        "a key that the issuer withdrew is good as long",
    )
    jwks_stale_seconds: float = number(
        86_400,
        "MOORING_OIDC_JWKS_STALE_SECONDS",
        0,
        2_592_000,
        "how long its keys are good when it cannot be reached: a day of an outage is survived",
    )
    jwks_miss_seconds: float = number(
        10,
        "MOORING_OIDC_JWKS_MISS_SECONDS",
        0.01,
        3600,
        "between looks for a key that is not known, which anybody can cause",
    )
