"""`mooring images publish` and `show`: images into a registry by content, and what they weigh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mooring.cli.command import command
from mooring.cli.errors import TreeDirty
from mooring.cli.options import AsJson, space_of
from mooring.contract.errors import MooringError
from mooring.delivery.publish.patience import SECONDS

if TYPE_CHECKING:
    from mooring.cli.console import Output
    from mooring.cli.workspace import Workspace
    from mooring.delivery.oci.archive import ImageArchive
    from mooring.delivery.publish.publish import Outcome, Registry
    from mooring.delivery.publish.weight import PlatformWeight

Archives = Annotated[
    list[Path] | None, typer.Argument(help="Image archives; default: dist/*/image.tar.")
]

_MB = 1_000_000
_DIGITS = 12
# Enough to recognise what one was doing; git status tells the rest.
_FILES_SHOWN = 5


def publish(
    context: typer.Context,
    registry: Annotated[
        str, typer.Option(help="Host, with a port and a prefix if need be: ghcr.io/team.")
    ],
    archives: Archives = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask what is missing there, and change nothing.")
    ] = False,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Publish what no commit holds.")
    ] = False,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Allow plain HTTP, for a registry on this machine.")
    ] = False,
    deadline: Annotated[
        float, typer.Option(min=1, help="Seconds for one image, new tries included.")
    ] = SECONDS,
    json: AsJson = False,
) -> None:
    """Push the images that the registry lacks, by content tag; record digests in images.lock.json.

    Credentials are those of skopeo login, or of the file that REGISTRY_AUTH_FILE names.
    """
    with command(json) as out:
        from mooring.delivery.publish.archives import find_archives
        from mooring.delivery.publish.patience import Patience
        from mooring.delivery.publish.publish import Registry

        space = space_of(context)
        if not (allow_dirty or dry_run):
            refuse_dirty(space)
        with out.step("Checking the archives"):
            found = find_archives(space.root, archives or ())
        where = Registry(registry, insecure, Patience(deadline), out.note)
        _warn(out, found[0], where)
        done: list[Outcome] = []
        try:
            done.extend((_look if dry_run else _publish)(out, found, where, space))
        except MooringError:
            _show_outcomes(out, done)  # those before it are published all the same
            raise
        if json:
            out.json([_document(outcome) for outcome in done])
        _show_outcomes(out, done)


def show(context: typer.Context, archives: Archives = None, json: AsJson = False) -> None:
    """The layers of each image and what they weigh; exit status 1 when one is over its budget."""
    with command(json) as out:
        from mooring.delivery.publish.archives import find_archives
        from mooring.delivery.publish.weight import weigh

        found = find_archives(space_of(context).root, archives or ())
        weighed = [(archive, weigh(archive)) for archive in found]
        if json:
            out.json([_weights_of(archive, platforms) for archive, platforms in weighed])
        for archive, platforms in weighed:
            _show_weights(out, archive, platforms)
        if any(platform.over for _, platforms in weighed for platform in platforms):
            raise typer.Exit(1)


# In the order in which `mooring images --help` shows them.
VERBS = (publish, show)


def refuse_dirty(space: Workspace) -> None:
    """Raise TreeDirty unless everything that an image could be made of is in a commit.

    The record of what is published is no part of any image: a run that was interrupted leaves it
    changed.
    """
    from mooring.cli import git
    from mooring.delivery.publish.lock import IMAGES_LOCK

    if not git.is_work_tree(space.root):
        raise TreeDirty(
            "it is no git checkout", place=str(space.root), cure="Add --allow-dirty if it must be."
        )
    files = [name for name in git.uncommitted(space.root) if name != str(IMAGES_LOCK)]
    if not files:
        return
    more = len(files) - _FILES_SHOWN
    listed = ", ".join(files[:_FILES_SHOWN]) + (f" and {more} more" if more > 0 else "")
    raise TreeDirty(
        f"{len(files)} uncommitted: {listed}",
        place=str(space.root),
        cure="Commit them, so that what is published can be found again, or add --allow-dirty.",
    )


def _publish(
    out: Output, found: Sequence[ImageArchive], registry: Registry, space: Workspace
) -> Iterator[Outcome]:
    from mooring.delivery.publish.lock import IMAGES_LOCK
    from mooring.delivery.publish.publish import publish

    for archive in found:
        with out.step(f"Publishing {archive.name}") as tell:
            outcome = publish(archive, registry, space.root / IMAGES_LOCK, tell)
        yield outcome


def _look(
    out: Output, found: Sequence[ImageArchive], registry: Registry, space: Workspace
) -> Iterator[Outcome]:
    from mooring.delivery.publish.publish import look_for

    for archive in found:
        with out.step(f"Looking for {archive.name}"):
            outcome = look_for(archive, registry)
        yield outcome


def _warn(out: Output, archive: ImageArchive, registry: Registry) -> None:
    from mooring.delivery.publish.address import is_loopback, repository_at

    if registry.insecure and not is_loopback(repository_at(registry.name, archive.name)):
        out.note("--insecure: whoever is on the way to that registry can read the credentials.")


def _show_outcomes(out: Output, outcomes: Sequence[Outcome]) -> None:
    said = {"pushed": "pushed", "present": "already there", "missing": "would be pushed"}
    rows = [[each.name, each.image.tag, said[each.state], _sent(each)] for each in outcomes]
    if rows and not out.as_json:
        out.rows("Images", ["image", "tag", "what", "MB sent"], rows)
        out.result({each.name: each.image.reference for each in outcomes})


def _document(outcome: Outcome) -> dict[str, Any]:
    image = outcome.image.model_dump(mode="json")
    told = {"image": outcome.name, "state": outcome.state, "sent": outcome.sent}
    return {**told, "reference": outcome.image.reference, **image}


def _sent(outcome: Outcome) -> str:
    if outcome.state == "missing":
        return f"at most {_mb(outcome.image.bytes)}"
    return _mb(outcome.sent)


def _show_weights(out: Output, archive: ImageArchive, platforms: Sequence[PlatformWeight]) -> None:
    for each in platforms:
        rows = [
            [layer.title, layer.digest.removeprefix("sha256:")[:_DIGITS], _mb(layer.bytes),
             _mb(layer.unpacked)]
            for layer in each.layers
        ]  # fmt: skip
        title = f"{archive.name} {archive.tag} {each.platform}"
        out.rows(title, ["layer", "digest", "MB", "MB unpacked"], rows)
        allowed = "no budget" if each.budget is None else f"budget {_mb(each.budget)} MB"
        verdict = ", over it" if each.over else ""
        out.say(f"  base {_mb(each.base)} MB, above it {_mb(each.above)} MB, {allowed}{verdict}")


def _weights_of(archive: ImageArchive, platforms: Sequence[PlatformWeight]) -> dict[str, Any]:
    return {
        "image": archive.name,
        "tag": archive.tag,
        "digest": archive.digest,
        "platforms": [
            {
                "platform": each.platform,
                "layers": [vars(layer) for layer in each.layers],
                "base": each.base,
                "above": each.above,
                "budget": each.budget,
                "over": each.over,
            }
            for each in platforms
        ],
    }


def _mb(size: int) -> str:
    return f"{size / _MB:.2f}"
