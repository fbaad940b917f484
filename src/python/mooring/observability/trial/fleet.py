"""Who is scraped in the scenarios: two models in two versions each, with replicas and two gateways.

They have the shape of the real ones and are smaller: what a query can get wrong shows with two of
each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mooring.telemetry.bins import SCORE
from mooring.telemetry.metric import Process

GATEWAYS = ("127.0.0.1:9101", "127.0.0.1:9102")


@dataclass(frozen=True)
class Feature:
    """A feature and the share of each bin in the reference."""

    name: str
    bins: Mapping[str, float]


@dataclass(frozen=True)
class Version:
    """One live version, its part of the calls, and where its replicas are scraped."""

    name: str
    part: float
    instances: tuple[str, ...]

    @property
    def bundle(self) -> str:
        """Twelve characters, as a digest is shown."""
        return f"{self.name}0b927e241cc0"[:12]


@dataclass(frozen=True)
class Model:
    """A model, how many predictions a second it is asked for, and by what it is measured."""

    name: str
    rows_per_second: float
    measures: tuple[str, ...]
    versions: tuple[Version, ...]
    features: tuple[Feature, ...]

    @property
    def contract(self) -> str:
        """Twelve characters, as a digest is shown."""
        return "c0ffee123456"


_DISTANCE = Feature(
    "distance", {"00 ≤ 502": 0.25, "01 ≤ 872": 0.25, "02 ≤ 1389": 0.25, "03 > 1389": 0.25}
)
_HOUR = Feature("hour", {"00 ≤ 9": 0.3, "01 ≤ 14": 0.3, "02 ≤ 17": 0.2, "03 > 17": 0.2})
_CARRIER = Feature("carrier", {"00 UA": 0.4, "01 DL": 0.3, "02 B6": 0.25, "98 other": 0.05})
_PRECIP = Feature(
    "precip", {"00 = 0": 0.88, "01 ≤ 0.02": 0.06, "02 > 0.02": 0.05, "99 missing": 0.01}
)
_CHANCE = Feature(SCORE, {"00 ≤ 0.1": 0.4, "01 ≤ 0.2": 0.35, "02 ≤ 0.4": 0.2, "03 > 0.4": 0.05})
_MINUTES = Feature(SCORE, {"00 ≤ 90": 0.3, "01 ≤ 150": 0.3, "02 > 150": 0.4})

MODELS = (
    Model(
        "flight_delay",
        12.0,
        ("auc", "brier", "ece", "log_loss"),
        (
            Version("2", 0.9, ("127.0.0.1:9201", "127.0.0.1:9202")),
            Version("3", 0.1, ("127.0.0.1:9203",)),
        ),
        (_DISTANCE, _HOUR, _CARRIER, _PRECIP, _CHANCE),
    ),
    Model(
        "flight_time",
        5.0,
        ("mae", "rmse", "r2"),
        (
            Version("1", 0.8, ("127.0.0.1:9301",)),
            Version("2", 0.2, ("127.0.0.1:9302",)),
        ),
        (_DISTANCE, _HOUR, _CARRIER, _MINUTES),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One process that is scraped; a service serves one version of one model."""

    job: str
    instance: str
    process: Process | None = None
    model: Model | None = None
    version: Version | None = None

    @property
    def labels(self) -> dict[str, str]:
        """What Prometheus adds to each of its series."""
        return {"job": self.job, "instance": self.instance}


def targets() -> Iterator[Target]:
    """Everything that is scraped."""
    for gateway in GATEWAYS:
        yield Target("mooring-gateway", gateway, "gateway")
    for model in MODELS:
        for version in model.versions:
            for instance in version.instances:
                yield Target("mooring-service", instance, "service", model, version)
    yield Target("mooring-monitor", "127.0.0.1:9401", "monitor")
    yield Target("prometheus", "127.0.0.1:9090")
    yield Target("alertmanager", "127.0.0.1:9093")
