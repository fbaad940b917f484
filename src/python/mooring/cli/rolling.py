"""`mooring rollout`: bring what `release.json` names before the callers, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, Commit, space_of

if TYPE_CHECKING:
    from mooring.cli.workspace import Workspace
    from mooring.contract.routing import Routing
    from mooring.delivery.controller.controller import Controller
    from mooring.delivery.controller.plan import Plans
    from mooring.delivery.controller.ports import Launcher
    from mooring.delivery.controller.state import State

app = typer.Typer(
    no_args_is_help=True,
    help="Rollouts: a challenger's canary, its abort, its promotion; the routing document.",
)

# Where a checkout says how its rollouts go.
PLANS = "deploy/rollout.toml"

Settings = Annotated[
    Path | None, typer.Option(help=f"How rollouts go; default: {PLANS}, if there is one.")
]
Address = Annotated[
    str | None,
    typer.Option(
        help="Where services answer: http://{model}-v{version}:3000; default: start them."
    ),
]
Gateways = Annotated[
    list[str] | None,
    typer.Option("--gateway", help="Where a gateway shows its metrics; repeat it."),
]
Once = Annotated[bool, typer.Option(help="Look once, act, and end; for services that others run.")]
GatewayPort = Annotated[int, typer.Option(help="Port of the gateway that is started.")]
MetricsPort = Annotated[int, typer.Option(help="Private port of its metrics.")]


@app.command()
def run(
    context: typer.Context,
    settings: Settings = None,
    address: Address = None,
    gateway: Gateways = None,
    once: Once = False,
    commit: Commit = False,
    gateway_port: GatewayPort = 8080,
    metrics_port: MetricsPort = 9464,
) -> None:
    """Write the routing document as releases and evidence ask for, until Ctrl-C."""
    with command(as_json=False) as out:
        from threading import Event

        from mooring.cli.interrupts import Interrupted
        from mooring.delivery.controller.addresses import Addresses
        from mooring.delivery.controller.controller import run as run_controller
        from mooring.delivery.controller.publish import sole_writer
        from mooring.process.children import Processes, failed
        from mooring.process.ports import require_free

        space = space_of(context)
        plans = _plans(space, settings, address, gateway, metrics_port)
        gateway_gone, server = Event(), None
        with _logged(), sole_writer(space.routing), Processes(space.logs) as processes:
            try:
                if plans.address is None:
                    from mooring.cli.local_services import LocalServices
                    from mooring.cli.stack import Ports, start_gateway

                    for port in (gateway_port, metrics_port):
                        require_free(port)
                    controller = _controller(space, plans, LocalServices(processes, space), commit)
                    with out.step("Starting the champions"):
                        _until_routed(controller, space)
                    ports = Ports(gateway_port, metrics_port)
                    server, url = start_gateway(processes, space, ports, drain=5.0)
                    processes.set_at_end(server, gateway_gone)
                    out.note(f"Serving at {url}, until Ctrl-C.")
                else:
                    controller = _controller(space, plans, Addresses(plans.address), commit)
                if once:
                    controller.look()
                    return
                run_controller(controller, plans.seconds, gateway_gone)
                if server is not None:
                    raise failed(server, f"it ended with status {server.process.returncode}")
            except Interrupted:
                out.note("The routing document stays as it is.")


@app.command()
def status(context: typer.Context, json: AsJson = False) -> None:
    """Say what each model's rollout has come to."""
    with command(json) as out:
        from mooring.bundle.release import read_release
        from mooring.bundle.routed import differs
        from mooring.delivery.controller.publish import read_published
        from mooring.delivery.controller.state import read_state

        space = space_of(context)
        routing = read_published(space.routing)
        found = []
        for name, path in _releases(space).items():
            state = read_state(space.home, name)
            wish = read_release(path, model=name).release
            found.append(_told(state, routing) | {"differs": differs(wish, routing)})
        if json:
            out.json(found)
        header = ["model", "champion", "challenger", "phase", "percent", "last", "differs"]
        out.rows("Rollouts", header, [[str(row[key]) for key in header] for row in found])


@contextmanager
def _logged() -> Iterator[None]:
    """What a controller does is a line of JSON on stderr, as servers have it."""
    import logging

    from mooring.monitor.logs import JsonLines

    log, handler = logging.getLogger("mooring.delivery.controller"), logging.StreamHandler()
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)


def _plans(
    space: Workspace,
    settings: Path | None,
    address: str | None,
    gateways: list[str] | None,
    metrics_port: int,
) -> Plans:
    """The file's, with what the command line says instead."""
    from mooring.delivery.controller.plan import Plans, parse_plans, read_plans
    from mooring.process.ports import LOOPBACK

    path = settings or space.root / PLANS
    plans = read_plans(path) if settings or path.exists() else Plans()
    told: dict[str, Any] = plans.model_dump(exclude_defaults=True)
    if address is not None:
        told["address"] = address
    if gateways or told.get("address") is None:
        told["gateways"] = gateways or [f"http://{LOOPBACK}:{metrics_port}"]
    return parse_plans(told, path)


def _controller(space: Workspace, plans: Plans, launcher: Launcher, commit: bool) -> Controller:
    from mooring.cli.crowning import ReleaseLedger
    from mooring.delivery.controller.controller import Controller, World
    from mooring.delivery.controller.gateways import Scraped

    world = World(
        home=space.home,
        routing=space.routing,
        releases=_releases(space),
        gateways=Scraped(plans.gateways),
        launcher=launcher,
        ledger=ReleaseLedger(space, commit),
    )
    return Controller(world, plans)


def _releases(space: Workspace) -> dict[str, Path]:
    """Of every model, released or not: one that is released later is routed then."""
    from mooring.cli.registry import known_models

    return {name: space.release(name) for name in known_models()}


def _until_routed(controller: Controller, space: Workspace) -> None:
    """A gateway does not start without a document, and is of no use without a service.

    Raises NothingReleased and ProcessFailed.
    """
    import time

    from mooring.bundle.release import read_release
    from mooring.cli.errors import NothingReleased
    from mooring.cli.stack import BOOT_SECONDS
    from mooring.process.children import POLL_SECONDS
    from mooring.process.errors import ProcessFailed

    releases = {name: read_release(path, model=name) for name, path in _releases(space).items()}
    released = [name for name, file in releases.items() if file.release.champion is not None]
    if not released:
        raise NothingReleased(
            "no model has a champion", place="models/", cure="Promote a blessed bundle first."
        )
    deadline = time.monotonic() + BOOT_SECONDS
    while not _all_answer(space, released):
        if time.monotonic() > deadline:
            raise ProcessFailed(
                f"not all champions were ready within {BOOT_SECONDS:.0f} s",
                place=", ".join(released),
                cure=f"Their last words are in {space.logs}.",
            )
        controller.look()
        time.sleep(POLL_SECONDS)


def _all_answer(space: Workspace, models: list[str]) -> bool:
    from mooring.cli.http import status_of
    from mooring.delivery.controller.publish import read_published

    routing = read_published(space.routing)
    routes = routing.models if routing else {}
    urls = [routes[name].champion.urls[0] if name in routes else "" for name in models]
    return all(url and status_of(f"{url}/readyz") == 200 for url in urls)


def _told(state: State, routing: Routing | None) -> dict[str, Any]:
    route = routing.models.get(state.model) if routing else None
    rollout, last = state.rollout, state.last
    return {
        "model": state.model,
        "champion": route.champion.version if route else None,
        "challenger": rollout.challenger.version if rollout else None,
        "phase": rollout.phase if rollout else "steady",
        "step": rollout.step if rollout else None,
        "percent": route.percent if route else 0.0,
        "requests": {role: rollout.requests(role) for role in rollout.before} if rollout else {},
        "evidence": {rule: m.peak for rule, m in rollout.money.items()} if rollout else {},
        "reason": rollout.reason if rollout else "",
        "last": f"version {last.version} {last.outcome}: {last.reason}" if last else "",
    }
