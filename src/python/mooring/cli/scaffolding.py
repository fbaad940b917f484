"""How a model enters: the verb `new`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mooring.cli.command import command
from mooring.cli.console import Output
from mooring.cli.options import AsJson
from mooring.cli.workspace import Workspace

if TYPE_CHECKING:
    from mooring.scaffold.new import Scaffolded

Name = Annotated[str, typer.Argument(help="Name of the new model: lower case, underscores.")]
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


def kernel(
    context: typer.Context,
    prefix: Annotated[
        Path | None, typer.Option(help="Environment to install into; default: the user's own.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Give Jupyter a kernel in which mooring.adopt(…) works."""
    with command(json) as out:
        from mooring.cli.kernel import install_kernel

        path = install_kernel(context.obj, prefix)
        out.result({"kernel": "mooring", "path": str(path), "next": "choose it in Jupyter"})


def adopt(
    context: typer.Context,
    name: Name,
    onnx: Annotated[Path, typer.Option(help="The model, as another framework exported it.")],
    contract: Annotated[Path, typer.Option(help="Its contract.json: features in their order.")],
    data: Annotated[Path, typer.Option(help="Labelled rows that it has not learned from.")],
    label: Annotated[
        str | None, typer.Option(help="The label's column; default: named as in the contract.")
    ] = None,
    output: Annotated[str | None, typer.Option(help="Which output, where it has several.")] = None,
    time: Annotated[str | None, typer.Option(help="The column of the event's time.")] = None,
    ids: Annotated[str | None, typer.Option("--id", help="The column that names a row.")] = None,
    owner: Owner = None,
    json: AsJson = False,
) -> None:
    """Write models/<name>/ around an ONNX file: packed, judged and served like any other."""
    with command(json) as out:
        from mooring.scaffold.foreign import Foreign, adopt_graph

        space: Workspace = context.obj
        given = Foreign(name, onnx, contract, data, label, output, time, ids, owner)
        with out.step(f"Asking {onnx.name} about the rows, writing models/{name}/"):
            made = adopt_graph(given, space.root)
        tell_scaffolded(out, made)


VERBS = (new, adopt, kernel)


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
