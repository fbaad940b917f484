"""The monitor's settings: where things lie from the environment, how each model is watched from a
file.

    interval_seconds = 60

    [defaults.watching]
    window_days = 7

    [models.flight_delay.brakes]
    daily_cap = 1

    [models.flight_delay.objectives]
    log_loss = 0.52

    [jobs]
    command = ["mooring"]

`MOORING_MONITOR_SETTINGS` names the file. What a model's table leaves out is as in `[defaults]`,
and what that leaves out as in the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from mooring.monitor.configured import Found, over
from mooring.monitor.environment import Environment, is_local
from mooring.monitor.incidents.brakes import Brakes
from mooring.monitor.jobs import JobSettings
from mooring.monitor.watching import Watching
from mooring.predictionlog.layout import MODEL_NAME
from mooring.process.settings import read_toml
from mooring.telemetry.quality import Measure

SETTINGS = "MOORING_MONITOR_SETTINGS"
# Files of the tokens that Alertmanager shows, and who approves; without one nobody is let in.
HOOK_TOKEN = "MOORING_MONITOR_HOOK_TOKEN_FILE"  # noqa: S105
ADMIN_TOKEN = "MOORING_MONITOR_ADMIN_TOKEN_FILE"  # noqa: S105

_CLOSED = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
_HOME = Path(".mooring")
_HIGHEST_PORT = 65_535
# From a demonstration in which a week passes in seconds, to one look a day.
_LEAST_INTERVAL, _MOST_INTERVAL = 0.05, 86_400.0


class ModelSettings(BaseModel):
    """How one model is watched.

    `objectives` are floors and ceilings of the model's gate by measure, in its unit. The monitor
    knows no gate, so whoever writes one says here what of it is to be seen. Days that are older
    than `keep_days` by event time go from the tables.
    """

    model_config = _CLOSED

    watching: Watching = Watching()
    brakes: Brakes = Brakes()
    objectives: Mapping[Measure, float] = {}
    keep_days: Annotated[int, Field(ge=30, le=36_600)] = 1_096


class File(BaseModel):
    """The file's tables; those of models are read once the defaults are known to be good."""

    model_config = _CLOSED

    interval_seconds: Annotated[float, Field(ge=_LEAST_INTERVAL, le=_MOST_INTERVAL)] = 60.0
    jobs: JobSettings = JobSettings()
    defaults: ModelSettings = ModelSettings()
    models: dict[str, Any] = {}


@dataclass(frozen=True)
class Settings:
    """Where things lie, where the monitor listens, how often it looks."""

    home: Path = _HOME
    log: Path = _HOME
    models: Path = Path("models")
    routing: Path = _HOME / "routing.json"
    host: str = "127.0.0.1"
    port: int = 8090
    hook_token: Path = _HOME / "monitor" / "hook.token"
    admin_token: Path = _HOME / "monitor" / "admin.token"
    interval_seconds: float = 60.0
    jobs: JobSettings = field(default_factory=JobSettings)
    defaults: ModelSettings = field(default_factory=ModelSettings)
    by_model: Mapping[str, ModelSettings] = field(default_factory=dict)

    def of_model(self, name: str) -> ModelSettings:
        """How a model is watched."""
        return self.by_model.get(name, self.defaults)

    @property
    def folder(self) -> Path:
        """Where the monitor keeps what it knows."""
        return self.home / "monitor"

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings. Raises BadSetting, or BadSettings for several."""
        found = Found()
        settings = _located(Environment(environ, found), *_filed(environ, found))
        if not environ.get(HOOK_TOKEN) and not is_local(settings.host):
            _refuse_public(found)
        found.check()
        return settings


def _located(told: Environment, file: File, models: Mapping[str, ModelSettings]) -> Settings:
    home = told.path("MOORING_HOME", _HOME)
    interval = "MOORING_MONITOR_INTERVAL_SECONDS"
    return Settings(
        home=home,
        log=told.path("MOORING_LOG_HOME", home),
        models=told.path("MOORING_MODELS", Path("models")),
        routing=told.path("MOORING_ROUTING", home / "routing.json"),
        host=told.address("MOORING_MONITOR_HOST", "127.0.0.1"),
        port=told.whole("MOORING_MONITOR_PORT", 8090, 0, _HIGHEST_PORT),
        hook_token=told.path(HOOK_TOKEN, home / "monitor" / "hook.token"),
        admin_token=told.path(ADMIN_TOKEN, home / "monitor" / "admin.token"),
        interval_seconds=told.number(
            interval, file.interval_seconds, _LEAST_INTERVAL, _MOST_INTERVAL
        ),
        jobs=file.jobs,
        defaults=file.defaults,
        by_model=models,
    )


def _filed(environ: Mapping[str, str], found: Found) -> tuple[File, Mapping[str, ModelSettings]]:
    """What the file says, and how each model is watched that it names."""
    named = environ.get(SETTINGS)
    if not named:
        return File(), {}
    document = read_toml(Path(named), SETTINGS, "the monitor")
    file = found.read(File, document, named)
    if file is None:
        return File(), {}
    models = {}
    for name, table in file.models.items():
        if not MODEL_NAME.fullmatch(name):
            found.refuse(f"{named}, models", "a key is not called as a model", "Correct it.")
        whole = over(document.get("defaults", {}), table)
        if model := found.read(ModelSettings, whole, named, f"models.{name}"):
            models[name] = model
    return file, models


def _refuse_public(found: Found) -> None:
    found.refuse(
        "MOORING_MONITOR_HOST",
        "without a token only this machine may be served, and this address is public",
        f"Use 127.0.0.1, or let {HOOK_TOKEN} name the file of the token that Alertmanager shows.",
    )
