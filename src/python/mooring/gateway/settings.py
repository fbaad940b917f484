"""The gateway's settings: environment variables in, one frozen object out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.errors import BadSetting

# No port below is privileged; 0 asks the kernel for a free one.
_HIGHEST_PORT = 65_535

# A body is held in memory once as bytes and once as rows, so this bounds what a contract may ask
# for; contracts start at 1 MiB.
_BODY_BYTES = 16 * 1_048_576

# What MOORING_GATEWAY_AUTH may say: whoever can reach the port may predict. It has to be said, for
# nobody should find out afterwards that the whole network could.
_NO_AUTHENTICATION = "none"


@dataclass(frozen=True)
class Settings:
    """Where to listen, what to obey, and how long to linger."""

    routing: Path = Path(".mooring/routing.json")
    host: str = "127.0.0.1"
    port: int = 8080
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 9464
    drain_seconds: float = 5.0
    body_bytes: int = _BODY_BYTES
    # How often a model service is asked what it serves: often while it is awaited, seldom later.
    learn_seconds: float = 0.25
    watch_seconds: float = 2.0
    edge: EdgeLimits = field(default_factory=EdgeLimits)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings. Raises BadSetting that names the variable."""
        home = Path(environ.get("MOORING_HOME") or ".mooring")
        anybody = _serves_anybody(environ)
        return cls(
            routing=Path(environ.get("MOORING_ROUTING") or home / "routing.json"),
            host=_host(environ, "MOORING_GATEWAY_HOST", cls.host, anybody),
            port=_port(environ, "MOORING_GATEWAY_PORT", cls.port),
            metrics_host=_host(environ, "MOORING_METRICS_HOST", cls.metrics_host, anybody),
            metrics_port=_port(environ, "MOORING_METRICS_PORT", cls.metrics_port),
            drain_seconds=_number(environ, "MOORING_DRAIN_SECONDS", cls.drain_seconds, 600),
            body_bytes=int(_number(environ, "MOORING_MAX_BODY_BYTES", cls.body_bytes, 2**30)),
        )


def _serves_anybody(environ: Mapping[str, str]) -> bool:
    """Whether the operator has said that reaching a port is permission enough."""
    said = environ.get("MOORING_GATEWAY_AUTH")
    if said and said != _NO_AUTHENTICATION:
        raise BadSetting(
            "the only value that is understood is none",
            place="MOORING_GATEWAY_AUTH",
            cure="Set it to none, where whoever can reach the gateway may predict, or unset it.",
        )
    return said == _NO_AUTHENTICATION


def _host(environ: Mapping[str, str], name: str, default: str, anybody: bool) -> str:
    """An address to listen on: of this machine alone, unless `anybody` may reach it."""
    host = environ.get(name) or default
    if host == "localhost" or _is_loopback(name, host) or anybody:
        return host
    raise BadSetting(
        "without authentication only this machine may be served, and this address is public",
        place=name,
        cure="Use 127.0.0.1, ::1 or localhost, and put a proxy that authenticates in front; or, in "
        "a private network, say with MOORING_GATEWAY_AUTH=none that whoever reaches it may ask.",
    )


def _is_loopback(name: str, host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        raise BadSetting(
            "it is neither an IP address nor localhost",
            place=name,
            cure="Use 127.0.0.1, or 0.0.0.0 for every address of this machine.",
        ) from None


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    port = _number(environ, name, default, _HIGHEST_PORT)
    if port != int(port):
        raise _not_a_number(name, _HIGHEST_PORT)
    return int(port)


def _number(environ: Mapping[str, str], name: str, default: float, highest: float) -> float:
    text = environ.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise _not_a_number(name, highest) from None
    if not 0 <= value <= highest:
        raise _not_a_number(name, highest)
    return value


def _not_a_number(name: str, highest: float) -> BadSetting:
    return BadSetting(
        f"it is not a number from 0 to {highest:g}", place=name, cure="Correct it or unset it."
    )
