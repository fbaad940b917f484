"""`mooring images base` and `sbom`: what every image stands on, and what is in one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, space_of

if TYPE_CHECKING:
    from mooring.cli.console import Output
    from mooring.delivery.base.make import Made

# Below the checkout; the macro of the images names it too.
LOCK = Path("deploy", "base.lock.json")


def base(
    context: typer.Context,
    reference: Annotated[
        str | None,
        typer.Option("--from", help="Pull it: docker://host/repository@sha256:…"),
    ] = None,
    relock: Annotated[
        bool, typer.Option("--relock", help="Take the newest packages, or --from, and lock them.")
    ] = False,
    sources: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Debian's sources, where this machine's are others."
        ),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="The registry speaks no TLS; loopback needs no such.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Have the base of all images in the cache: built from Debian's packages, or pulled."""
    with command(json) as out:
        from mooring.delivery.base.locked import base_cache
        from mooring.delivery.base.make import Wishes, make_base, relock_base

        make = relock_base if relock else make_base
        wishes = Wishes(reference, insecure, sources)
        with out.step("Making the base image") as tell:
            made = make(space_of(context).root / LOCK, base_cache(os.environ), wishes, tell)
        _show(out, made)


def _show(out: Output, made: Made) -> None:
    changes = [vars(change) for change in made.changes]
    if changes:
        out.rows(
            "Changed", ["platform", "package", "before", "after"], [[*c.values()] for c in changes]
        )
    facts = {
        "digest": made.lock.digest,
        "bytes": made.lock.size,
        "archive": str(made.archive),
        "state": "made" if made.new else "was there already",
    }
    out.result({**facts, "changes": changes} if out.as_json else facts)


def sbom(
    archive: Annotated[Path, typer.Argument(help="An image's archive, such as dist/…/image.tar.")],
) -> None:
    """Print what is in an image: its bill of materials, CycloneDX JSON."""
    with command(as_json=False):
        from mooring.delivery.oci.archive import open_archive
        from mooring.delivery.sbom.bill import FILE_NAME

        typer.echo(open_archive(archive).member(FILE_NAME), nl=False)


VERBS = (base, sbom)
