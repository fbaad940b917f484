"""`mooring deploy`: images to a cluster by digest, whether they answer, and back again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mooring.cli.command import command
from mooring.cli.http import KEY_VARIABLE
from mooring.cli.options import AsJson, space_of

if TYPE_CHECKING:
    from mooring.cli.workspace import Workspace
    from mooring.delivery.rollout.kubernetes import Kubernetes
    from mooring.delivery.rollout.verify import Promise

app = typer.Typer(
    no_args_is_help=True, help="Deployment: roll out by digest, verify, roll back.", name="deploy"
)

Environment = Annotated[
    str, typer.Option("--environment", help="Whose rollout it is: staging, production, …")
]
Target = Annotated[
    Literal["kubernetes"], typer.Option("--target", help="What runs the images.")
]  # fmt: skip
Namespace = Annotated[str, typer.Option(help="The namespace of the deployments.")]
Timeout = Annotated[int, typer.Option(min=1, help="Seconds that new pods have to become ready.")]
Images = Annotated[
    list[str], typer.Option("--image", help="<name>=<repository>@sha256:…; may be repeated.")
]
Url = Annotated[str, typer.Option(help="The public address of the gateway.")]
Models = Annotated[
    list[str] | None, typer.Option("--model", help="Only this one; default: all that are released.")
]
Patience = Annotated[float, typer.Option(min=0, help="Seconds it has to become ready.")]


@app.command()
def rollout(
    context: typer.Context,
    environment: Environment,
    image: Images,
    target: Target = "kubernetes",
    namespace: Namespace = "mooring",
    timeout: Timeout = 600,
    json: AsJson = False,
) -> None:
    """Have the cluster run these images; what does not come up is undone, and the status is 1."""
    with command(json) as out:
        from mooring.delivery.rollout.reference import parse_image
        from mooring.delivery.rollout.rollout import roll_out

        images = [parse_image(text) for text in image]
        record = _record(space_of(context), environment)
        with out.step(f"Rolling out {', '.join(i.name for i in images)} to {environment}"):
            steps = roll_out(_cluster(target, namespace, timeout), images, record)
        changed = {step.deployment: step.after for step in steps}
        out.result({"environment": environment, "changed": changed})


@app.command()
def verify(
    context: typer.Context,
    url: Url,
    model: Models = None,
    timeout: Patience = 60.0,
    json: AsJson = False,
) -> None:
    """Ask the gateway for golden samples of the released bundles; status 1 unless all are right."""
    with command(json) as out:
        from mooring.delivery.rollout import verify as verification

        promises = _promises(space_of(context), model)
        with out.step(f"Verifying {', '.join(p.model for p in promises)} at {url}"):
            done = verification.verify(url, promises, timeout, os.environ.get(KEY_VARIABLE, ""))
        told = {v.model: {"bundle": v.bundle, "samples": v.samples,
                          "largest_difference": v.largest_difference} for v in done}  # fmt: skip
        out.result({"url": url, "verified": told})


@app.command()
def rollback(
    context: typer.Context,
    environment: Environment,
    target: Target = "kubernetes",
    namespace: Namespace = "mooring",
    timeout: Timeout = 600,
    json: AsJson = False,
) -> None:
    """Take back the last rollout that was made from here."""
    with command(json) as out:
        from mooring.delivery.rollout.rollout import roll_back

        record = _record(space_of(context), environment)
        with out.step(f"Rolling back {environment}"):
            steps = roll_back(_cluster(target, namespace, timeout), record)
        undone = {step.deployment: step.before for step in steps}
        out.result({"environment": environment, "undone": undone})


def _cluster(target: str, namespace: str, seconds: int) -> Kubernetes:
    from mooring.delivery.rollout.kubernetes import Kubernetes

    return {"kubernetes": Kubernetes}[target](namespace, seconds)


def _record(space: Workspace, environment: str) -> Path:
    from mooring.cli.errors import CommandError

    if not environment.isidentifier():
        raise CommandError(
            "it is no name of an environment", place="--environment", cure="Write staging."
        )
    return space.home / "rollouts" / f"{environment}.json"


def _promises(space: Workspace, asked: list[str] | None) -> list[Promise]:
    """What the releases of the checkout promise. Raises UnknownModel, NothingReleased."""
    from mooring.cli.errors import NothingReleased

    names = asked or _released_models(space)
    if not names:
        raise NothingReleased(
            "no model is released", place="models/", cure="Promote a bundle first."
        )
    return [_promise(space, name) for name in names]


def _released_models(space: Workspace) -> list[str]:
    from mooring.bundle.release import read_release
    from mooring.cli.registry import known_models

    releases = {name: read_release(space.release(name), model=name) for name in known_models()}
    return [name for name, file in releases.items() if file.release.champion is not None]


def _promise(space: Workspace, name: str) -> Promise:
    from mooring.bundle.samples import samples_of
    from mooring.cli.naming import find_bundle
    from mooring.delivery.rollout.verify import SAMPLES_SENT, Promise

    bundle = find_bundle(space, f"{name}@champion")
    samples = samples_of(bundle)[:SAMPLES_SENT]
    return Promise(
        model=name,
        bundle=bundle.id,
        instances=[sample.instance for sample in samples],
        predictions=[sample.prediction for sample in samples],
        tolerance=float(bundle.manifest.tolerance),
    )
