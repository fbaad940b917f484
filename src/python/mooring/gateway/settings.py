"""The gateway's settings: environment variables and a file in, one frozen object out.

This table is all there is to set: each line is the name (the key in the file), the default, the
variable, what it may be, and the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from mooring.gateway.auth.settings import ISSUER_VARIABLES, AuthSettings
from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.configured import Sources
from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.hop.admission import AdmissionPolicy
from mooring.gateway.requestlog import Choice
from mooring.gateway.setting import Text, address, choice, group, in_home, number, setting, whole
from mooring.gateway.tracing.collector import Collector

# No port below is privileged; 0 asks the kernel for a free one.
_HIGHEST_PORT = 65_535

# One, or several while a new one comes in: the first is sent. As long as the services want it.
_FORM = r"[A-Za-z0-9._~+/-]{32,200}=*"
_HOP_TOKEN = Text("32 to 200 letters, digits and -._~+/, once or more", rf"{_FORM}(\s+{_FORM})*")

# A body is held in memory once as bytes and once as rows, so this bounds what a contract may ask
# for; contracts start at 1 MiB.
_BODY_BYTES = 16 * 1_048_576

# What MOORING_GATEWAY_AUTH may say. With `none` whoever can reach the port may predict. That has to
# be said, for nobody should find out afterwards that the whole network could.
_AUTHENTICATIONS = ("none", "keys", "oidc", "keys,oidc")


@dataclass(frozen=True)
class Settings:
    """Where to listen, what to obey, and how long to linger."""

    routing: Path = in_home("routing.json", "MOORING_ROUTING", "the document it obeys")
    routing_copy: Path = in_home(
        "gateway/routing.json", "MOORING_ROUTING_COPY", "the last good one, for a start without it"
    )
    routing_seconds: float = number(
        0.5, "MOORING_ROUTING_SECONDS", 0.01, 60, "how often it is looked at"
    )
    host: str = address("127.0.0.1", "MOORING_GATEWAY_HOST", "where clients reach it")
    port: int = whole(8080, "MOORING_GATEWAY_PORT", 0, _HIGHEST_PORT, "where clients reach it")
    metrics_host: str = address("127.0.0.1", "MOORING_METRICS_HOST", "where Prometheus reaches it")
    metrics_port: int = whole(
        9464, "MOORING_METRICS_PORT", 0, _HIGHEST_PORT, "OpenTelemetry's port for Prometheus"
    )
    authentication: str = choice(
        "", "MOORING_GATEWAY_AUTH", _AUTHENTICATIONS, "unsaid, only this machine is served"
    )
    drain_seconds: float = number(
        5, "MOORING_DRAIN_SECONDS", 0, 600, "some probes long, so that load balancers turn away"
    )
    body_bytes: int = whole(
        _BODY_BYTES, "MOORING_MAX_BODY_BYTES", 0, 2**30, "no contract may ask for more"
    )
    # How often a model service is asked what it serves: often while it is awaited, seldom later.
    learn_seconds: float = number(
        0.25, "MOORING_LEARN_SECONDS", 0.01, 60, "while a service is awaited"
    )
    watch_seconds: float = number(2, "MOORING_WATCH_SECONDS", 0.05, 60, "while it is well")
    hop_token: str = setting(
        "", "MOORING_HOP_TOKEN", _HOP_TOKEN, "what the model services ask for", secret=True
    )
    edge: EdgeLimits = group(EdgeLimits)
    admission: AdmissionPolicy = group(AdmissionPolicy)
    auth: AuthSettings = group(AuthSettings)
    lines: Choice = group(Choice)
    collector: Collector = group(Collector)
    log: LogSettings = group(LogSettings)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings. Raises BadSetting that names the variable or the key in the file."""
        return read_settings(environ)[0]


def read_settings(environ: Mapping[str, str]) -> tuple[Settings, Mapping[str, str]]:
    """The settings, and for each that was set by whom. Raises BadSetting or BadSettings."""
    sources = Sources.of(environ)
    settings = sources.group(Settings)
    if not settings.authentication:
        _refuse_public(sources, "host", "MOORING_GATEWAY_HOST", settings.host)
        _refuse_public(sources, "metrics_host", "MOORING_METRICS_HOST", settings.metrics_host)
    if "oidc" in settings.authentication:
        _require_issuer(sources, settings.auth)
    sources.check()
    return settings, sources.places


def _require_issuer(sources: Sources, auth: AuthSettings) -> None:
    for name, variable in ISSUER_VARIABLES.items():
        if not getattr(auth, name):
            sources.refuse(
                variable,
                "tokens cannot be checked without it, and MOORING_GATEWAY_AUTH asks for oidc",
                "Set it, or use keys.",
            )


def _refuse_public(sources: Sources, name: str, variable: str, host: str) -> None:
    """Without a word on authentication nobody but this machine is served."""
    if host == "localhost" or ip_address(host).is_loopback:
        return
    sources.refuse(
        sources.places.get(name, variable),
        "without authentication only this machine may be served, and this address is public",
        "Use 127.0.0.1, ::1 or localhost, and put a proxy that authenticates in front; or ask for "
        "keys with MOORING_GATEWAY_AUTH=keys; or, in a private network, "
        "say with MOORING_GATEWAY_AUTH=none that whoever reaches it may ask.",
    )
