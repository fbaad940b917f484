"""Bringing images to a cluster, all of them or none.

Everything that can be refused is refused before the first change. After it there are two ends: all
deployments run what was asked for, or all run what they ran before.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mooring.delivery.rollout.errors import (
    ClusterRefused,
    NothingToUndo,
    RolloutFailed,
    UndoFailed,
)
from mooring.delivery.rollout.kubernetes import Running
from mooring.delivery.rollout.record import Step, read_record, write_record
from mooring.delivery.rollout.reference import ImageReference


class Cluster(Protocol):
    """What runs deployments; every method raises RolloutError."""

    def running(self, deployment: str) -> Running: ...

    def set_image(self, deployment: str, image: str) -> None: ...

    def wait(self, deployment: str) -> None: ...

    def undo(self, deployment: str, revision: int) -> None: ...


def roll_out(cluster: Cluster, images: Sequence[ImageReference], record: Path) -> tuple[Step, ...]:
    """Have the cluster run `images`; return what was changed, which is nothing where it does.

    Raises NothingToChange before any change, RolloutFailed when all is as it was, UndoFailed.
    """
    steps = _planned(cluster, images)
    write_record(record, steps)
    try:
        _apply(cluster, steps, images)
    except BaseException as error:  # an interrupt as well: a cluster is not left half way
        roll_back(cluster, record, because=error)
        if isinstance(error, ClusterRefused):
            raise RolloutFailed(
                f"it did not come up, and was undone: {error.problem}",
                place=error.place,
                cure=error.cure,
            ) from None
        raise
    return steps


def _planned(cluster: Cluster, images: Sequence[ImageReference]) -> tuple[Step, ...]:
    """What has to change; an undo of what did not change would bring back something older."""
    running = [cluster.running(image.deployment) for image in images]
    return tuple(
        Step(image.deployment, now.image, now.revision, image.reference)
        for image, now in zip(images, running, strict=True)
        if now.image != image.reference
    )


def _apply(cluster: Cluster, steps: Sequence[Step], images: Sequence[ImageReference]) -> None:
    for step in steps:
        cluster.set_image(step.deployment, step.after)
    # Also of those that were told already: an earlier run may have been killed while waiting.
    for image in images:
        cluster.wait(image.deployment)


def roll_back(
    cluster: Cluster, record: Path, because: BaseException | None = None
) -> tuple[Step, ...]:
    """Take the recorded rollout back, last first, and forget it; return what was undone.

    Every deployment is tried, whatever becomes of the others. One that never got so far is left
    alone, and so is one that somebody else has changed since. Raises NothingToUndo, UndoFailed.
    """
    steps = read_record(record)
    if not steps and because is None:
        raise NothingToUndo(
            "the last rollout changed nothing, or is undone already",
            place=str(record),
            cure="Roll out the former digests instead: `mooring deploy rollout --image …`.",
        )
    undone, refused = [], []
    for step in reversed(steps):
        try:
            if cluster.running(step.deployment).image == step.after:
                cluster.undo(step.deployment, step.revision)
                undone.append(step)
        except ClusterRefused as error:
            refused.append(f"{step.deployment}: {error}")
    if refused:
        raise UndoFailed(
            "not everything could be undone",
            place=", ".join(line.partition(":")[0] for line in refused),
            cure="Look at the cluster now.\n" + "\n".join(refused),
        ) from because
    write_record(record, ())
    return tuple(undone)
