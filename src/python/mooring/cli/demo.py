"""The main job from end to end on real flights, in a scratch workspace: `mooring demo`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.bundle.load import load_model
from mooring.bundle.open import Bundle, open_bundle
from mooring.cli import git
from mooring.cli.console import Output
from mooring.cli.errors import CommandError
from mooring.cli.http import post_json
from mooring.cli.interrupts import Interrupted
from mooring.cli.judging import Blessed
from mooring.cli.making import ingest_model, train_model
from mooring.cli.proving import bless, verdict_of
from mooring.cli.registry import Model
from mooring.cli.releasing import Promoted, promote_model
from mooring.cli.serving import champion
from mooring.cli.stack import Ports, start_stack
from mooring.cli.workspace import Workspace
from mooring.data.columns import columns_from, instances_from, labels_from
from mooring.data.dataset import between, read_version
from mooring.data.ingest import table_of
from mooring.evaluation.metrics import score
from mooring.process.children import Processes
from mooring.training.train import Trained

T = TypeVar("T")

# Production starts on 1 April: the champion has learned from January to March.
LIVE = ("2013-04-01", "2013-04-30")
FLIGHTS_SENT = 1_000
ROWS_A_REQUEST = 100
FLIGHTS_SHOWN = 8


class ServedDiffers(CommandError):
    """The stack does not answer what scikit-learn computes offline."""


@dataclass
class Stages:
    """Runs the stages one after the other and remembers what each produced and took."""

    out: Output
    produced: dict[str, dict[str, Any]] = field(default_factory=dict)

    def run(self, name: str, text: str, work: Callable[[], T], facts: Callable[[T], Any]) -> T:
        """Do one stage, show progress while it works and its facts afterwards."""
        started = time.monotonic()
        with self.out.step(text):
            result = work()
        seconds = round(time.monotonic() - started, 2)
        self.produced[name] = {**facts(result), "seconds": seconds}
        if not self.out.as_json:
            self.out.result(self.produced[name], title=f"{name}")
        return result


def run_demo(
    model: Model, space: Workspace, out: Output, ports: Ports, *, keep_up: bool, drain: float
) -> None:
    """Go the whole path; with `keep_up` serve until interrupted."""
    scratch = Workspace(space.home / "demo" / "workspace", space.home / "demo")
    stages = Stages(out)
    build(model, scratch, stages)
    with Processes(scratch.logs) as processes:
        url = _serve(model, scratch, stages, processes, ports, drain)
        _send_flights(model, scratch, stages, url)
        if out.as_json:
            out.json({"stages": stages.produced})
        out.note("`./pants demo --loop` goes on: drift, an alarm, a retrain, and a new champion.")
        if keep_up:
            _stay(processes, out, url)


def build(model: Model, scratch: Workspace, stages: Stages) -> None:
    """Data, training, evidence and release, in the scratch workspace."""
    stages.run(
        "ingest",
        "Ingesting the flights of 2013 with the weather known by then",
        lambda: ingest_model(model, scratch),
        lambda done: {**done.dataset.model_dump(), "new": done.written},
    )
    stages.run(
        "train",
        "Training on January to March, comparing ONNX with scikit-learn, tracking the run",
        lambda: train_model(model, scratch),
        _trained_facts,
    )
    stages.run(
        "bless",
        "Judging the bundle on the holdout and its slices, and its service on trial",
        lambda: bless(model, scratch),
        _blessed_facts,
    )
    stages.run(
        "promote",
        "Promoting it in a scratch workspace, as a commit",
        lambda: _promote_once(model, scratch),
        lambda done: {
            "version": done[1].version,
            "bundle": done[1].bundle,
            "release": scratch.release(model.name),
            "commit": done[0].commit if done[0] else "(already champion)",
        },
    )


def _trained_facts(trained: Trained) -> dict[str, Any]:
    return {
        "bundle": trained.bundle.id,
        "path": trained.bundle.path,
        "mlflow run": trained.run,
        "runtime": trained.facts.parity.runtime,
        "onnx vs scikit-learn": trained.facts.parity.largest_difference,
        **trained.facts.metrics,
    }


def _blessed_facts(done: list[Blessed]) -> dict[str, Any]:
    facts: dict[str, Any] = {"verdict": verdict_of(done)}
    for blessed in done:
        checks = len(blessed.blessing.checks)
        facts[blessed.blessing.kind] = f"{blessed.blessing.verdict}, {checks} checks"
        facts[f"{blessed.blessing.kind} evidence"] = blessed.path
    service = {check.name: check for check in done[-1].blessing.checks}
    return {
        **facts,
        "seconds to ready": service["boot"].value,
        "peak memory, MiB": service["peak memory"].value,
        "SIGTERM under load": service["SIGTERM under load"].found,
    }


def _promote_once(model: Model, scratch: Workspace) -> tuple[Promoted | None, Any]:
    """Promote, unless an earlier demo promoted the same bundle: training is reproducible."""
    git.init(scratch.root)
    candidate = scratch.candidate(model.name).read_text()
    if scratch.release(model.name).exists():
        served = champion(model, scratch)
        if served.bundle == candidate:
            return None, served
    promoted = promote_model(model, scratch, bundle=None, reason="mooring demo", commit=True)
    return promoted, promoted.champion


def _serve(
    model: Model,
    scratch: Workspace,
    stages: Stages,
    processes: Processes,
    ports: Ports,
    drain: float,
) -> str:
    return stages.run(
        "serve",
        "Starting the model service and the gateway",
        lambda: start_stack(processes, scratch, [champion(model, scratch)], ports, drain),
        lambda url: {
            "gateway": url,
            "documentation": f"{url}/docs",
            "metrics": f"http://127.0.0.1:{ports.metrics}/metrics",
            "logs": scratch.logs,
        },
    )


def _send_flights(model: Model, scratch: Workspace, stages: Stages, url: str) -> None:
    rows = _live_rows(model, scratch)
    target = f"{url}/v1/models/{model.name}:predict"
    served = stages.run(
        "predict",
        f"Sending {len(rows)} real April flights, {ROWS_A_REQUEST} a request",
        lambda: _predict(model, rows, target),
        lambda answers: _compare(model, scratch, rows, answers),
    )
    _show(model, rows, served, stages.out)
    _show_curl(model, rows, served, target, stages.out)


def _live_rows(model: Model, scratch: Workspace) -> pl.DataFrame:
    _, rows = read_version(table_of(scratch.data, model.name))
    live = between(rows, *LIVE)
    picked = np.linspace(0, len(live) - 1, min(FLIGHTS_SENT, len(live))).astype(int)
    return live.select(pl.all().gather(picked))


def _predict(model: Model, rows: pl.DataFrame, target: str) -> NDArray[np.float64]:
    answers: list[float] = []
    for part in _parts(instances_from(model.contract, rows), ROWS_A_REQUEST):
        answers += post_json(target, {"instances": part})["predictions"]
    return np.array(answers)


def _parts(instances: Sequence[dict[str, object]], size: int) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(instances), size):
        yield list(instances[start : start + size])


def _compare(
    model: Model, scratch: Workspace, rows: pl.DataFrame, served: NDArray[np.float64]
) -> dict[str, Any]:
    """Compare with scikit-learn on the same rows; raises ServedDiffers beyond the tolerance."""
    bundle = _champion_bundle(model, scratch)
    offline = load_model(bundle, runtime="skops").predict(columns_from(model.contract, rows))
    difference = float(np.abs(served - offline).max())
    if not difference <= float(bundle.manifest.tolerance):
        raise ServedDiffers(
            f"served and offline predictions differ by {difference:.3g}",
            place=f"bundle {bundle.id[:16]}",
            cure=f"The recorded tolerance is {bundle.manifest.tolerance}; do not serve it.",
        )
    labels = labels_from(model.contract, rows)
    metrics = score(model.contract.prediction.kind, labels, served)
    return {"flights": len(rows), "served vs scikit-learn": difference, **metrics}


def _champion_bundle(model: Model, scratch: Workspace) -> Bundle:
    served = champion(model, scratch)
    return open_bundle(served.folder, expect=served.bundle)


def _show(model: Model, rows: pl.DataFrame, served: NDArray[np.float64], out: Output) -> None:
    shown = np.linspace(0, len(rows) - 1, FLIGHTS_SHOWN).astype(int).tolist()
    label = model.contract.prediction.label
    table = [
        [
            f"{row['event_time']:%Y-%m-%d %H:%M}Z",
            row["carrier"],
            f"{row['origin']} → {row['dest']}",
            f"{served[number]:.3f}",
            "late" if row[label] else "on time",
        ]
        for number, row in zip(shown, rows[shown].to_dicts(), strict=True)
    ]
    out.rows("Real flights, as served", ["departs", "carrier", "route", "P(late)", "was"], table)


def _show_curl(
    model: Model, rows: pl.DataFrame, served: NDArray[np.float64], target: str, out: Output
) -> None:
    body = json.dumps({"instances": instances_from(model.contract, rows[:1])})
    out.say(f"\ncurl -s {target} -H 'Content-Type: application/json' -d '{body}'")
    out.say(f'answers {{"predictions":[{float(served[0])!r}], …}}')


def _stay(processes: Processes, out: Output, url: str) -> None:
    out.note(f"\nServing at {url} until Ctrl-C.")
    try:
        processes.wait_for_end()
    except Interrupted:
        out.note("Draining.")
