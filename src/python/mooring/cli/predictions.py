"""`mooring predictions list`, `show` and `erase`: what gateways remembered, and forgetting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, ModelName, space_of

if TYPE_CHECKING:
    from mooring.predictionlog.context import Log

app = typer.Typer(no_args_is_help=True, help="The log of predictions and of their labels.")

Ids = Annotated[list[str], typer.Argument(help="Ids of predictions, as their callers got them.")]

# Of a log of millions, what a person can look at.
SHOWN = 20


@app.command("list")
def list_segments(context: typer.Context, model: ModelName, json: AsJson = False) -> None:
    """The files of a model's log: whose, how many records, and which are open or damaged.

    Exit status 1 when one is damaged.
    """
    with command(json) as out:
        from mooring.cli.logged import list_log, show_segments

        found = list_log(space_of(context).home, model)
        show_segments(out, model, found)
        if any(segment.state == "damaged" for segment in found):
            raise typer.Exit(1)


@app.command()
def show(
    context: typer.Context,
    model: ModelName,
    prediction: Annotated[
        list[str] | None, typer.Option("--id", help="Only these predictions, and their labels.")
    ] = None,
    feedback: Annotated[bool, typer.Option(help="Labels instead of predictions.")] = False,
    cloudevents: Annotated[
        bool, typer.Option(help="As CloudEvents of KServe's types, with --json.")
    ] = False,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.")] = SHOWN,
    json: AsJson = False,
) -> None:
    """The last predictions of a model that are sealed in its log."""
    with command(json) as out:
        from mooring.cli.logged import Wanted, events_of, rows_of, show_rows

        wanted = Wanted(model, frozenset(prediction or ()), limit)
        if cloudevents:
            out.json(events_of(space_of(context).home, wanted))
            return
        log: Log = "feedback" if feedback else "predictions"
        show_rows(out, log, model, rows_of(space_of(context).home, log, wanted))


@app.command()
def erase(context: typer.Context, model: ModelName, ids: Ids, json: AsJson = False) -> None:
    """Erase predictions and their labels for good, also from what the monitor took over.

    Exit status 3 when a file could not be searched: open at a gateway, or damaged.
    """
    with command(json) as out:
        from mooring.cli.logged import erase_everywhere, show_erased

        done, forgotten = erase_everywhere(space_of(context).home, model, ids)
        show_erased(out, done, forgotten)
        if done.open or done.damaged or forgotten.unsearched:
            raise typer.Exit(3)
