"""`mooring obs`: Prometheus and Alertmanager over what runs here, and the files they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mooring.cli.command import command
from mooring.cli.interrupts import Interrupted
from mooring.cli.options import AsJson, space_of

if TYPE_CHECKING:
    from mooring.cli.console import Output
    from mooring.cli.observatory import Observatory, Observers, Watched
    from mooring.cli.workspace import Workspace

app = typer.Typer(
    help="Watch what serves here, with Prometheus and Alertmanager, until Ctrl-C.",
    invoke_without_command=True,
)

_SERVES = "Start it with `./pants demo --keep-up`; it is scraped as soon as it is there."


@app.callback()
def obs(
    context: typer.Context,
    prometheus_port: Annotated[int, typer.Option(help="Port of Prometheus.")] = 9090,
    alertmanager_port: Annotated[int, typer.Option(help="Port of Alertmanager.")] = 9093,
    gateway_port: Annotated[int, typer.Option(help="Port of the gateway.")] = 8080,
    metrics_port: Annotated[int, typer.Option(help="Port of the gateway's metrics.")] = 9464,
    service_port: Annotated[
        int | None,
        typer.Option(help="Port of one model service; default: those of the routing document."),
    ] = None,
    monitor_port: Annotated[
        int, typer.Option(help="Port of the monitor; it is scraped if it is there.")
    ] = 8090,
    json: AsJson = False,
) -> None:
    """Start both over a gateway that runs here, with the generated configuration and rules."""
    if context.invoked_subcommand:
        return
    with command(json) as out:
        from mooring.cli.observatory import Observers, watched
        from mooring.cli.stack import Ports

        space = space_of(context)
        over = watched(space, Ports(gateway_port, metrics_port), service_port, monitor_port)
        _watch(space, out, over, Observers(prometheus_port, alertmanager_port))


@app.command()
def generate(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit status 1 where a file is stale.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Write dashboards, rules and configuration from what they are made of."""
    with command(json) as out:
        from mooring.observability.files import stale, write

        root = space_of(context).root
        changed = stale(root) if check else write(root)
        told = changed if json else ", ".join(changed) or "nothing"
        out.result({"stale" if check else "written": told})
        if check and changed:
            raise typer.Exit(1)


@app.command()
def lint(context: typer.Context, json: AsJson = False) -> None:
    """Say what dashboards, rules and runbooks name that is not there; exit status 1 if anything."""
    with command(json) as out:
        from dataclasses import asdict

        from mooring.observability.lint.every import findings
        from mooring.observability.lint.finding import readable

        found = findings(space_of(context).root)
        out.say(readable(found) or "Nothing is wrong with dashboards, rules and runbooks.")
        if json:
            out.json({"findings": [asdict(finding) for finding in found]})
        if found:
            raise typer.Exit(1)


def _watch(space: Workspace, out: Output, over: Watched, at: Observers) -> None:
    from mooring.cli.observatory import folder_in, start
    from mooring.process.children import Processes

    with Processes(folder_in(space) / "logs") as processes:
        with out.step("Starting Prometheus and Alertmanager"):
            started = start(processes, space, over, at)
        try:
            if not over.serves:
                out.note(f"No gateway listens at port {over.gateway}. {_SERVES}")
            _show(out, space, started)
            out.note("Watching until Ctrl-C.")
            processes.wait_for_end()
        except Interrupted:
            out.note("Ending both.")


def _show(out: Output, space: Workspace, started: Observatory) -> None:
    from mooring.cli.observatory import folder_in
    from mooring.observability.grafana.provisioning import MOUNTED_AT

    grafana = space.root / "deploy/grafana"
    variables = {
        "GF_PATHS_PROVISIONING": grafana / "provisioning",
        "MOORING_PROMETHEUS_URL": started.prometheus,
    }
    words = " ".join(f"{name}={value}" for name, value in variables.items())
    out.result(
        {
            "prometheus": started.prometheus,
            "alertmanager": started.alertmanager,
            "alerts": f"{started.prometheus}/alerts",
            "targets": dict(started.targets),
            "grafana": f"{words} grafana server, with {grafana}/dashboards at {MOUNTED_AT}",
            "logs": str(folder_in(space) / "logs"),
        }
    )
