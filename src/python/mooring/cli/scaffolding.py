"""How a model enters: the verb `new`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mooring.cli.command import command
from mooring.cli.console import Output
from mooring.cli.workspace import Workspace

if TYPE_CHECKING:
    from mooring.scaffold.new import Scaffolded

Name = Annotated[str, typer.Argument(help="Name of the new model: lower case, underscores.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
Owner = Annotated[
    str | None, typer.Option(help="Who answers for the model; default: git's user.email.")
]

# As scikit-learn speaks, not as a contract does: here somebody arrives from there.
KINDS: dict[str | None, Literal["probability", "number"] | None] = {
    None: None, "classification": "probability", "regression": "number"
}  # fmt: skip


def new(
    context: typer.Context,
    name: Name,
    file: Annotated[Path, typer.Option("--from", help="A CSV or Parquet file with a header.")],
    label: Annotated[str, typer.Option(help="The column that is to be predicted.")],
    time: Annotated[
        str | None, typer.Option(help="The column of the event's time; default: split at random.")
    ] = None,
    ids: Annotated[str | None, typer.Option("--id", help="The column that names a row.")] = None,
    kind: Annotated[
        Literal["classification", "regression"] | None,
        typer.Option(help="Default: what the label's column looks like."),
    ] = None,
    owner: Owner = None,
    json: AsJson = False,
) -> None:
    """Write models/<name>/ from a table: contract, source, pipeline, gate, service, tests."""
    with command(json) as out:
        from mooring.scaffold.new import Wish, new_model

        space: Workspace = context.obj
        wish = Wish(name, file, label, time, ids, KINDS[kind], owner)
        with out.step(f"Looking at {file.name}, writing models/{name}/ and fitting it once"):
            made = new_model(wish, space.root)
        tell_scaffolded(out, made)


VERBS = (new,)


def tell_scaffolded(out: Output, made: Scaffolded) -> None:
    """What was written, measured and guessed, and the next command."""
    contract = made.draft.contract
    for note in made.draft.notes:
        out.note(note)
    for floor in made.floors:
        if floor.missed:
            out.note(f"The first fit is hardly better than chance: it misses {floor.metric}.")
    metrics = {name: found.value for name, found in made.fit.metrics.items()}
    facts = {
        "model": contract.name,
        "path": str(made.path),
        "features": len(contract.features),
        "to review": sum(map(len, made.draft.columns.reviews.values())),
        "rows": "beside the model" if made.draft.beside else made.draft.path,
        "runtime": made.fit.runtime,
        "first fit": metrics,
        "floors": {floor.metric: floor.bound for floor in made.floors},
        "next": f"./mooring train {contract.name}",
    }
    out.result(facts)
