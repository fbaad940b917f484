"""Whether predictions are answered, and what gives way first."""

from __future__ import annotations

from mooring.observability.queries.foreign import MOST_FILES, OPEN_FILES, UP
from mooring.observability.queries.scope import EVERY
from mooring.observability.rule import Alert
from mooring.observability.rules.grown import grown
from mooring.telemetry.models import MODEL_READY
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS
from mooring.telemetry.resilience import BREAKER_STATE, SHED_REQUESTS
from mooring.telemetry.upstream import UPSTREAM_REQUESTS

_BOARD = "mooring-serving"
_OURS = 'job=~"mooring-.+"'
_SERVICE = 'job="mooring-service"'
_INVALID = ('outcome="invalid"',)


def _nobody(job: str) -> str:
    """No process of a job can be scraped, or Prometheus knows of none."""
    chosen = EVERY.select(UP, f'job="{job}"')
    return f"sum by (job) ({chosen}) == 0 or absent({chosen})"


# Half-open between two attempts still counts: the replica has not answered.
_BROKEN = f"min by (model, version, replica) (min_over_time({BREAKER_STATE.name}[5m])) > 0"

SERVING = (
    Alert(
        name="GatewayDown",
        expr=_nobody("mooring-gateway"),
        wait="2m",
        severity="page",
        action="none",
        summary="No gateway can be scraped",
        description="Prometheus has reached none for two minutes. Callers most likely get no "
        "answer, and nothing else that is measured at the gateway can be trusted.",
        board="mooring-health",
        panel="Targets that answer",
    ),
    Alert(
        name="ModelServiceDown",
        expr=_nobody("mooring-service"),
        wait="2m",
        severity="page",
        action="none",
        summary="No model service can be scraped",
        description="Prometheus has reached none for two minutes: either all are gone, or what "
        "tells Prometheus their addresses is.",
        board="mooring-health",
        panel="Targets that answer",
    ),
    Alert(
        name="ServiceReplicaDown",
        expr=f"{EVERY.select(UP, _SERVICE)} == 0 and on (job) {EVERY.total(UP, 'job')} > 0",
        wait="10m",
        severity="ticket",
        action="none",
        summary="The model service at {{ $labels.instance }} cannot be scraped",
        description="Others can. Requests go to them; there is less to spare, and the counts of "
        "this one are missing.",
        board="mooring-health",
        panel="Targets that answer",
    ),
    Alert(
        name="ModelNotReady",
        expr=f"{EVERY.most(MODEL_READY, 'model')} == 0",
        wait="1m",
        severity="page",
        action="none",
        summary="No gateway can ask {{ $labels.model }}",
        description="Its service is not ready, or serves another bundle than the routing document "
        "names. Callers of the model get 503.",
        board=_BOARD,
        panel="Models that can be asked",
    ),
    Alert(
        name="BreakerOpen",
        expr=_BROKEN,
        severity="ticket",
        action="none",
        summary="Replica {{ $labels.replica }} of {{ $labels.model }} version "
        "{{ $labels.version }} is kept out",
        description="Its breaker has not been closed for five minutes on any gateway: calls fail, "
        "or connections do. Other replicas answer instead, if there are any.",
        board=_BOARD,
        panel="Breakers of replicas",
    ),
    Alert(
        name="LoadShedding",
        expr=f"{grown(SHED_REQUESTS, '10m', 'model')} / "
        f"{grown(GATEWAY_REQUEST_SECONDS, '10m', 'model')} > 0.01",
        wait="10m",
        severity="ticket",
        action="none",
        summary="{{ $value | humanizePercentage }} of the requests for {{ $labels.model }} are "
        "turned away",
        description="More come than are finished in time. Callers get 503 with Retry-After.",
        board=_BOARD,
        panel="Requests turned away and expired",
    ),
    Alert(
        name="UpstreamAnswersInvalid",
        expr=f"{grown(UPSTREAM_REQUESTS, '15m', 'model', where=_INVALID)} > 0",
        severity="ticket",
        action="none",
        summary="A service of {{ $labels.model }} answers what is no prediction",
        description="Within 15 minutes {{ $value | humanize }} answers could not be read, or were "
        "not finite numbers in the contract's shape. Callers got 502.",
        board=_BOARD,
        panel="Calls to model services by outcome",
    ),
    Alert(
        name="FilesRunningOut",
        expr=f"{EVERY.select(OPEN_FILES, _OURS)} / {EVERY.select(MOST_FILES, _OURS)} > 0.8",
        wait="10m",
        severity="ticket",
        action="none",
        summary="{{ $labels.job }} at {{ $labels.instance }} has {{ $value | humanizePercentage }} "
        "of its files open",
        description="At its limit it accepts no connection and opens no file.",
        board=_BOARD,
        panel="Open files, of what is allowed",
    ),
)
