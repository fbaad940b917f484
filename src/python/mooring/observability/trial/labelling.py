"""Which series a target exports of a metric: its labels, filled from the fleet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mooring.observability.trial.fleet import MODELS, Feature, Model, Target, Version
from mooring.telemetry.bins import BIN, BINNED
from mooring.telemetry.metric import Label, Metric
from mooring.telemetry.standard import External

Labels = Mapping[str, str]

_PREDICT = "/v1/models/{model}:predict"

# A caller's methods by route; a route and a method that nobody uses have no series.
ROUTES = {
    _PREDICT: ("POST",),
    "/v2/models/{model}/infer": ("POST",),
    "/v1/models/{model}:feedback": ("POST",),
    "/v1/models": ("GET",),
    "unmatched": ("GET", "other"),
}

_KEYS = ("till-2026", "till-2027")

# Labels of other people's metrics, whose values are theirs.
_EXTERNAL = {
    "generation": ("0", "1", "2"),
    "integration": ("email", "slack", "pagerduty", "webhook"),
    "state": ("active", "suppressed"),
    "status": ("firing", "resolved"),
    "slice": ("inner_eval", "queue_time"),
    "type": ("float",),
    "alertmanager": ("http://127.0.0.1:9093/api/v2/alerts",),
    "rule_group": ("mooring.yaml;slo", "mooring.yaml;drift"),
    "version": ("2.42.0",),
}


def series_of(metric: Metric, target: Target) -> Iterator[dict[str, str]]:
    """Labels of the series that the target exports of a metric of ours."""
    found: list[dict[str, str]] = [{}]
    for label in metric.labels:
        found = [
            {**so_far, label.name: v} for so_far in found for v in _values(label, so_far, target)
        ]
    yield from found


def external_series_of(metric: External) -> Iterator[dict[str, str]]:
    """Labels of the series that a target exports of a metric that others define."""
    found: list[dict[str, str]] = [{}]
    for name in metric.label_names:
        values = _EXTERNAL.get(name, ("generated",))
        found = [{**so_far, name: value} for so_far in found for value in values]
    yield from found


def model_of(labels: Labels) -> Model | None:
    """The model that a series is about."""
    return next((model for model in MODELS if model.name == labels.get("model")), None)


def version_of(labels: Labels) -> Version | None:
    """The version that a series is about."""
    model = model_of(labels)
    versions = model.versions if model else ()
    return next((version for version in versions if version.name == labels.get("version")), None)


def feature_of(labels: Labels) -> Feature | None:
    """The feature that a series is about."""
    model = model_of(labels)
    features = model.features if model else ()
    return next((feature for feature in features if feature.name == labels.get("feature")), None)


def _values(label: Label, so_far: Labels, target: Target) -> tuple[str, ...]:
    if label.name == "method":
        return ROUTES[so_far["route"]]
    if label.name == "measure":
        model = model_of(so_far)
        return model.measures if model else ()
    return label.values or _bounded(label, so_far, target)


def _bounded(label: Label, so_far: Labels, target: Target) -> tuple[str, ...]:
    model, version = model_of(so_far), version_of(so_far)
    features = model.features if model else ()
    match label.name:
        case "model":
            return (target.model.name,) if target.model else tuple(m.name for m in MODELS)
        case "version":
            own = (target.version,) if target.version else model.versions if model else ()
            return tuple(v.name for v in own)
        case "bundle":
            return (version.bundle,) if version else ()
        case "contract":
            return (model.contract,) if model else ()
        case "feature" if label == BINNED:
            return tuple(f.name for f in features)
        case "feature":
            return ("", *(f.name for f in features if not f.name.startswith("@")))
        case "bin" if label == BIN:
            feature = feature_of(so_far)
            return tuple(feature.bins) if feature else ()
        case "replica":
            return tuple(str(place) for place in range(len(version.instances) if version else 0))
        case "route":
            return tuple(ROUTES)
        case "key":
            return _KEYS
    # A label that nobody has told the scenarios of: one value is enough to be asked for.
    return ("generated",)
