"""Where spans are collected, as OpenTelemetry's own variables say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from mooring.gateway.setting import Text, choice, flag, number, setting

_URL = Text(
    "a URL that starts with http:// or https://, without a password",
    r"https?://(\[[0-9a-fA-F:.]+\]|[^\s/?#@:\[\]]+)(:[1-9]\d{0,4})?(/[^\s?#]*)?",
    "Write it as in http://collector:4318.",
)
_PAIR = r"\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*=[^,\x00-\x1f\x7f]*"
_HEADERS = Text(
    "a list of name=value, separated by commas",
    # Not even percent-encoded may a control character stand there.
    rf"(?!.*%([01][0-9a-fA-F]|7[fF])){_PAIR}(,{_PAIR})*,?",
    "Write it as in authorization=Bearer%20TOKEN.",
)
_NAME = Text("a name of printable characters", r"[\x20-\x7e]{1,200}")


@dataclass(frozen=True)
class Collector:
    """An OTLP/HTTP endpoint, what it wants to be told with each batch, and how much it gets."""

    endpoint: str = setting(
        "", "OTEL_EXPORTER_OTLP_ENDPOINT", _URL, "unset, spans are exported nowhere"
    )
    traces_endpoint: str = setting(
        "", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", _URL, "the whole URL, where it is not /v1/traces"
    )
    headers: str = setting(
        "", "OTEL_EXPORTER_OTLP_HEADERS", _HEADERS, "may hold a token", secret=True
    )
    protocol: str = choice(
        "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL", ("http/json",), "the one that is spoken"
    )
    service: str = setting("mooring-gateway", "OTEL_SERVICE_NAME", _NAME, "whose spans they are")
    ratio: float = number(
        1, "OTEL_TRACES_SAMPLER_ARG", 0, 1, "of the traces that begin here; others obey their own"
    )
    disabled: bool = flag(False, "OTEL_SDK_DISABLED", "switches everything above off")

    @property
    def url(self) -> str:
        """Where spans go; empty for nowhere."""
        if self.disabled:
            return ""
        general = f"{self.endpoint.rstrip('/')}/v1/traces" if self.endpoint else ""
        return self.traces_endpoint or general

    @property
    def told(self) -> Mapping[str, str]:
        """Headers of each batch."""
        pairs = [pair.partition("=") for pair in self.headers.split(",") if pair.strip()]
        return {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs}
