"""`mooring bundle push`, `pull` and `gc`: bundles between stores, and those that nobody needs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from mooring.cli.bundles import Named
from mooring.cli.bundles import app as app  # the same verb, continued
from mooring.cli.command import command
from mooring.cli.options import AsJson

if TYPE_CHECKING:
    from mooring.cli.collecting import Collected
    from mooring.cli.console import Output

Store = Annotated[str, typer.Argument(help="A folder, or a URL such as s3://bucket/prefix.")]

# Who trains on Friday promotes on Monday; an upload or a training run ends long before.
GRACE_DAYS = 7.0


@app.command()
def push(context: typer.Context, bundle: Named, store: Store, json: AsJson = False) -> None:
    """Copy a verified bundle, its provenance and its signature into a store."""
    with command(json) as out:
        from mooring.bundle.store import store_at
        from mooring.cli.naming import find_bundle

        found = find_bundle(context.obj, bundle)
        with out.step(f"Pushing {found.id[:16]}"):
            location = store_at(store, context.obj.cache).put(found)
        out.result({"bundle": found.id, "location": location})


@app.command()
def pull(
    context: typer.Context,
    bundle: Annotated[str, typer.Argument(help="The id, or its first 16 digits.")],
    store: Store,
    json: AsJson = False,
) -> None:
    """Fetch a bundle from a store into this home, verified, with the signature it has by now."""
    with command(json) as out:
        from mooring.bundle.folder_store import FolderStore
        from mooring.bundle.store import store_at

        with out.step(f"Pulling {bundle[:16]}"):
            found = store_at(store, context.obj.cache).refresh(bundle)
            path = FolderStore(context.obj.bundles).put(found)
        out.result({"bundle": found.id, "path": path})


@app.command()
def gc(
    context: typer.Context,
    store: Annotated[
        str | None, typer.Option(help="A folder or URL; default: the folders of home and checkout.")
    ] = None,
    grace_days: Annotated[float, typer.Option(min=0, help="Younger ones stay.")] = GRACE_DAYS,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; without it they are shown.")] = (
        False
    ),
    json: AsJson = False,
) -> None:
    """Show bundles that no release, no commit of one and no candidate names; --yes removes them."""
    with command(json) as out:
        from mooring.cli.collecting import collect_garbage

        found = collect_garbage(context.obj, store, grace_days=grace_days, remove=yes)
        _tell(out, found, done=yes)


def _tell(out: Output, found: list[Collected], *, done: bool) -> None:
    from mooring.cli.collecting import days_since, removed

    gone = removed(found)
    header = ["store", "bundle", "age in days", "why"]
    rows = [[s, f.entry.name, f"{days_since(f.entry.touched):.1f}", f.why] for s, f in gone]
    if rows:
        out.rows("Removed" if done else "Would be removed", header, rows)
    stays = Counter(fate.why for part in found for fate in part.fates if not fate.remove)
    names = [{"store": store, "bundle": fate.entry.name, "why": fate.why} for store, fate in gone]
    verb = "removed" if done else "would be removed"
    if out.as_json:
        out.json({"removed": done, "garbage": names, "kept": dict(stays)})
        return
    out.result({verb: len(gone), **{f"kept, {why}": number for why, number in stays.items()}})
    if gone and not done:
        out.note("Nothing was removed: add --yes.")
