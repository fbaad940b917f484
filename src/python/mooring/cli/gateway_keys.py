"""`mooring gateway keys`: who may ask the gateway."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, space_of

app = typer.Typer(no_args_is_help=True, help="API keys: new, list, revoke.")

File = Annotated[
    Path | None,
    typer.Option("--file", help="Default: $MOORING_KEYS_FILE, or keys.json in the home."),
]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", help="predict, feedback, labeler or admin; may be repeated."),
]
Models = Annotated[
    list[str] | None, typer.Option("--model", help="Only this one; may be repeated. Default: all.")
]


@app.command()
def new(
    context: typer.Context,
    caller: Annotated[str, typer.Argument(help="Who asks: one name for all keys of theirs.")],
    scope: Scopes = None,
    days: Annotated[
        float | None, typer.Option(min=0, max=3650, help="Valid so long; default: until revoked.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option(help="Requests a second; default: the gateway's.")
    ] = None,
    model: Models = None,
    file: File = None,
    json: AsJson = False,
) -> None:
    """Make a key and print it, this once: only its digest is kept. Valid within seconds."""
    with command(json) as out:
        from mooring.cli.keyring import make_key

        path = _path(context, file)
        made = make_key(
            path, caller, scope or ["predict"], days=days, rate=rate, models=model or ()
        )
        if not json:
            out.note(f"Key {made.entry.id} of {caller} is in {path}. It is shown only now:")
            out.say(made.text)
            return
        out.json({"key": made.text, **made.entry.model_dump(mode="json", exclude={"sha256"})})


@app.command("list")
def list_(context: typer.Context, file: File = None, json: AsJson = False) -> None:
    """The keys that are in the file, without anything of their secrets."""
    with command(json) as out:
        from mooring.cli.keyring import list_keys

        keys = list_keys(_path(context, file))
        rows = [
            [k.id, k.caller, " ".join(k.scopes), str(k.expires or ""), str(k.rate or ""),
             " ".join(k.models or ())]
            for k in keys
        ]  # fmt: skip
        out.rows("Keys", ["id", "caller", "scopes", "expires", "rate", "models"], rows)
        if json:
            out.json([key.model_dump(mode="json", exclude={"sha256"}) for key in keys])


@app.command()
def revoke(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="Its id, as `list` tells it.")],
    file: File = None,
    json: AsJson = False,
) -> None:
    """Take a key out of the file; gateways refuse it within seconds."""
    with command(json) as out:
        from mooring.cli.keyring import revoke_key

        path = _path(context, file)
        gone = revoke_key(path, key)
        out.result({"revoked": gone.id, "caller": gone.caller, "file": str(path)})


def _path(context: typer.Context, file: Path | None) -> Path:
    named = os.environ.get("MOORING_KEYS_FILE")
    return file or (Path(named) if named else space_of(context).home / "keys.json")
