"""`mooring gateway`: what a gateway is configured by."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mooring.cli import gateway_keys
from mooring.cli.command import command
from mooring.cli.options import AsJson, space_of

if TYPE_CHECKING:
    from mooring.cli.console import Output
    from mooring.gateway.check import Checked

app = typer.Typer(no_args_is_help=True, help="The gateway: its settings, routing and keys.")
app.add_typer(gateway_keys.app, name="keys")

ServicePort = Annotated[int, typer.Option(help="Port of the first model service.")]


@app.command("check-config")
def check_config(context: typer.Context, json: AsJson = False) -> None:
    """Read settings and documents as a gateway would; exit status 78 and each mistake by name."""
    with command(json) as out:
        from mooring.gateway.check import check

        checked = check(dict(os.environ) | {"MOORING_HOME": str(space_of(context).home)})
        _show(out, checked)
        if checked.faults:
            raise typer.Exit(os.EX_CONFIG)


@app.command()
def render(
    context: typer.Context,
    models: Annotated[
        list[str] | None, typer.Argument(help="Folders below models/; default: all released.")
    ] = None,
    service_port: ServicePort = 3000,
    json: AsJson = False,
) -> None:
    """Write the routing document of this machine: the champions of release.json."""
    with command(json) as out:
        from mooring.cli.routing import released, write_routing

        space = space_of(context)
        routed = released(space, models or [], service_port)
        version = write_routing(space.routing, routed)
        told = {m.name: f"version {m.version} at {m.url}" for m in routed}
        out.result({"routing": str(space.routing), "version": version, "models": told})


def _show(out: Output, checked: Checked) -> None:
    if out.as_json:
        out.json(_document(checked))
        return
    rows = [[e.name, e.value, e.place] for e in checked.effective]
    out.rows("Settings in effect", ["setting", "value", "set by"], rows)
    for fault in checked.faults:
        out.note(f"mooring gateway: {fault}")
    out.say("It is not in order." if checked.faults else "In order.")


def _document(checked: Checked) -> dict[str, Any]:
    faults = [{"problem": f.problem, "place": f.place, "cure": f.cure} for f in checked.faults]
    settings = {e.name: {"value": e.value, "set_by": e.place} for e in checked.effective}
    return {"sound": not faults, "faults": faults, "settings": settings}
