"""The `mooring` command: verbs and their options. The work is done elsewhere, imported when asked
for, so that `--help` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from mooring.cli import (
    ci,
    deploying,
    gateway,
    images,
    observing,
    predictions,
    production,
    replaying,
    reporting,
    retraining,
    rolling,
    scaffolding,
    stores,
)
from mooring.cli.command import command
from mooring.cli.interrupts import Interrupted
from mooring.cli.options import AsJson, BundleId, Commit, ModelName, Reason, Tracking, space_of
from mooring.cli.workspace import workspace_from

app = typer.Typer(
    name="mooring",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=(
        "From a scikit-learn model to a monitored service.\n\n"
        "The path of a model: new or adopt, ingest, train, bless, promote, serve. "
        "See all of it at once with mooring demo."
    ),
)

app.add_typer(stores.app, name="bundle")
app.add_typer(ci.app, name="ci")
app.add_typer(images.app, name="images")
app.add_typer(deploying.app, name="deploy")
app.add_typer(gateway.app, name="gateway")
app.add_typer(observing.app, name="obs")
app.add_typer(predictions.app, name="predictions")
app.add_typer(rolling.app, name="rollout")
contracts = typer.Typer(no_args_is_help=True, help="Compare contracts.")
app.add_typer(contracts, name="contract")
VERBS = (
    *production.VERBS,
    *scaffolding.VERBS,
    *retraining.VERBS,
    *replaying.VERBS,
    *reporting.VERBS,
)
for verb in VERBS:
    app.command()(verb)

As = Annotated[
    Literal["champion", "challenger"], typer.Option("--as", help="What the bundle becomes.")
]
Store = Annotated[
    str | None,
    typer.Option(help="Where the bundle is kept, s3://… or a folder; default: beside the release."),
]
GatewayPort = Annotated[int, typer.Option(help="Port of the gateway.")]
MetricsPort = Annotated[int, typer.Option(help="Private port of the gateway's metrics.")]
ServicePort = Annotated[int, typer.Option(help="Port of the first model service.")]
Drain = Annotated[float, typer.Option(help="Seconds to keep serving after a stop is asked for.")]


@app.callback()
def main(
    context: typer.Context,
    workspace: Annotated[
        Path | None, typer.Option(help="The checkout; default: where ./mooring lies.")
    ] = None,
    home: Annotated[
        Path | None, typer.Option(help="State folder; default: $MOORING_HOME or .mooring.")
    ] = None,
) -> None:
    """Options before the verb choose where things lie."""
    context.obj = workspace_from(root=workspace, home=home)


@app.command()
def ingest(context: typer.Context, model: ModelName, json: AsJson = False) -> None:
    """Read raw data, check every row against the contract, write a dataset version."""
    with command(json) as out:
        from mooring.cli.making import ingest_model
        from mooring.cli.registry import find_model

        with out.step(f"Ingesting {model}") as progress:
            done = ingest_model(find_model(model), space_of(context), progress=progress)
        out.result({**done.dataset.model_dump(), "new": done.written})


@app.command()
def train(
    context: typer.Context,
    model: ModelName,
    dataset_version: Annotated[
        int | None, typer.Option(help="A dataset version; default: the newest.")
    ] = None,
    newest_days: Annotated[
        bool,
        typer.Option(help="Judge on the version's newest days, as a retrain does, not the plan's."),
    ] = False,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Train, export, compare and describe: one dataset version in, one bundle out."""
    with command(json) as out:
        from mooring.cli.making import train_model
        from mooring.cli.registry import find_model

        known = find_model(model)
        with out.step(f"Training {model}"):
            done = train_model(
                known,
                space_of(context),
                version=dataset_version,
                newest_days=newest_days,
                tracking=tracking,
                progress=out.note if not json else lambda step: None,
            )
        facts = done.facts
        told = {"bundle": done.bundle.id, "path": done.bundle.path, "run": done.run}
        parity = {
            "runtime": facts.parity.runtime,
            "largest_difference": facts.parity.largest_difference,
        }
        out.result({**told, **parity, "metrics": facts.metrics})


@app.command()
def bless(
    context: typer.Context,
    model: ModelName,
    bundle: BundleId = None,
    only: Annotated[
        Literal["evaluation", "serving"] | None, typer.Option(help="One blessing, not both.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="Sign the evidence with this private key: EC, PEM.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Judge a bundle and its service by the model's gate; exit status 1 unless it is blessed."""
    with command(json) as out:
        from mooring.cli import proving
        from mooring.cli.registry import find_model

        done = proving.bless(find_model(model), space_of(context), bundle, only, out.step, key)
        proving.show_blessings(out, done)
        if proving.verdict_of(done) != "blessed":
            raise typer.Exit(1)


@app.command()
def promote(
    context: typer.Context,
    model: ModelName,
    bundle: BundleId = None,
    store: Store = None,
    role: As = "champion",
    reason: Reason = "promoted by hand",
    commit: Commit = False,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Make a blessed bundle the champion, or challenger, in models/<model>/release.json."""
    with command(json) as out:
        from mooring.cli.mirroring import mirror_after
        from mooring.cli.registry import find_model
        from mooring.cli.releasing import promote_model, show_release

        known = find_model(model)
        done = promote_model(
            known,
            space_of(context),
            bundle=bundle,
            reason=reason,
            commit=commit,
            store=store,
            role=role,
        )
        show_release(out, done, mirror_after(out, known, space_of(context), tracking))


@app.command()
def rollback(
    context: typer.Context,
    model: ModelName,
    to: Annotated[int | None, typer.Option(help="A former version; default: the last.")] = None,
    reason: Reason = "rolled back by hand",
    commit: Commit = False,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Bring a former champion back, under its old version."""
    with command(json) as out:
        from mooring.cli.mirroring import mirror_after
        from mooring.cli.registry import find_model
        from mooring.cli.releasing import rollback_model, show_release

        known = find_model(model)
        done = rollback_model(known, space_of(context), version=to, reason=reason, commit=commit)
        show_release(out, done, mirror_after(out, known, space_of(context), tracking))


@app.command()
def serve(
    context: typer.Context,
    models: Annotated[list[str], typer.Argument(help="Folders below models/, one or more.")],
    bundle: BundleId = None,
    candidate: Annotated[
        bool, typer.Option(help="Serve the bundles trained last, released or not.")
    ] = False,
    gateway_port: GatewayPort = 8080,
    metrics_port: MetricsPort = 9464,
    service_port: ServicePort = 3000,
    drain: Drain = 5.0,
) -> None:
    """Serve champions: a model service each, and one gateway before them, until Ctrl-C."""
    with command(as_json=False) as out:
        from mooring.cli.serving import to_serve
        from mooring.cli.stack import Ports, start_stack
        from mooring.process.children import Processes

        space = space_of(context)
        served = to_serve(models, space, bundle=bundle, candidate=candidate)
        ports = Ports(gateway_port, metrics_port, service_port)
        with Processes(space.logs) as processes:
            names = " and ".join(f"{m.name} version {m.version}" for m in served)
            with out.step(f"Starting {names}"):
                url = start_stack(processes, space, served, ports, drain)
            out.note(f"Serving {names} at {url}, documentation at {url}/docs, until Ctrl-C.")
            try:
                processes.wait_for_end()
            except Interrupted:
                out.note("Draining.")


@app.command()
def predict(
    model: ModelName,
    instance: Annotated[
        str | None,
        typer.Option(help="One row as a JSON object, '-' for stdin; default: an example row."),
    ] = None,
    url: Annotated[str, typer.Option(help="The gateway.")] = "http://127.0.0.1:8080",
    json: AsJson = False,
) -> None:
    """Ask a running gateway for one prediction."""
    with command(json) as out:
        from mooring.cli.predict import predict_one

        answer = predict_one(model, instance, url)
        out.json(answer) if json else out.result(answer)


@app.command()
def demo(
    context: typer.Context,
    keep_up: Annotated[bool, typer.Option(help="Keep serving until Ctrl-C.")] = False,
    loop: Annotated[
        bool, typer.Option("--loop", help="Go on until drift has led to a better champion.")
    ] = False,
    gateway_port: GatewayPort = 8080,
    metrics_port: MetricsPort = 9464,
    service_port: ServicePort = 3000,
    monitor_port: Annotated[int, typer.Option(help="With --loop: port of the monitor.")] = 8090,
    prometheus_port: Annotated[int, typer.Option(help="With --loop: port of Prometheus.")] = 9090,
    alertmanager_port: Annotated[
        int, typer.Option(help="With --loop: port of Alertmanager.")
    ] = 9093,
    drain: Drain = 0.0,
    json: AsJson = False,
) -> None:
    """The whole path on real flights: data, training, evidence, release, service, predictions.

    With --loop: the flights of spring, an alarm, a retrain, a canary, and a new champion.
    """
    with command(json) as out:
        from mooring.cli.demo import run_demo
        from mooring.cli.registry import find_model
        from mooring.cli.stack import Ports

        ports = Ports(gateway_port, metrics_port, service_port)
        if loop:
            from mooring.cli.closing import MODEL, close_loop
            from mooring.cli.observatory import Observers

            known = find_model(MODEL)
            at = Observers(prometheus_port, alertmanager_port)
            close_loop(known, space_of(context), out, ports, at, monitor_port)
            return
        known = find_model("flight_delay")
        run_demo(known, space_of(context), out, ports, keep_up=keep_up, drain=drain)


@app.command()
def doctor(context: typer.Context, json: AsJson = False) -> None:
    """Look at interpreters, index, disk, ports and packages; exit status 1 for a problem."""
    with command(json) as out:
        from mooring.cli.doctor import examine

        findings = examine(space_of(context))
        rows = [[f.what, f.level, f.found, f.cure] for f in findings]
        out.rows("This machine", ["what", "state", "found", "cure"], rows)
        if json:
            out.json([vars(finding) for finding in findings])
        if any(finding.level == "problem" for finding in findings):
            raise typer.Exit(1)


@app.command()
def clean(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Also data, bundles and tracked runs, not only the demo.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Remove what the demo made, or with --all the whole state folder."""
    with command(json) as out:
        from mooring.cli.cleaning import clean_state

        out.result({"removed": [str(path) for path in clean_state(space_of(context), everything)]})


@app.command()
def history(context: typer.Context, model: ModelName, json: AsJson = False) -> None:
    """Every champion and challenger, newest first, from the git log of release.json."""
    with command(json) as out:
        from mooring.cli.history import history_of, show_history
        from mooring.cli.registry import find_model

        show_history(out, model, history_of(space_of(context), find_model(model).name))


@contracts.command()
def diff(
    before: Annotated[str, typer.Argument(help="A contract.json or a bundle folder.")],
    after: Annotated[str, typer.Argument(help="The same, or a model for that of the checkout.")],
    json: AsJson = False,
) -> None:
    """What a change means to clients; exit status 3 when its version may not do that."""
    with command(json) as out:
        from mooring.cli.contracts import difference, show_difference

        if status := show_difference(out, difference(before, after)):
            raise typer.Exit(status)
