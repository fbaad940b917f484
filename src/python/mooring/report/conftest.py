"""A made-up model that has served for some weeks, as the real monitor has seen it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import polars as pl
import pytest

from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.settings import ModelSettings
from mooring.monitor.testing.monitor import Monitor
from mooring.monitor.testing.world import MODEL, World
from mooring.report.facts import Facts, Span
from mooring.report.gather import Sources, gather

DAYS, GOOD, ROWS = 20, 10, 80
SECOND = FIRST + timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    """A world that a monitor has looked at, and what a report reads of it."""

    world: World

    @property
    def sources(self) -> Sources:
        """Where it lies."""
        return Sources(self.world.home, self.world.models / MODEL, ModelSettings())

    def facts(self, span: Span | None = None) -> Facts:
        """What is known of it."""
        return gather(self.sources, span or Span())


@pytest.fixture(scope="package")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A good week, and one that is in another unit from its third day on; the monitor still runs
    and holds its lock.
    """
    world = World(tmp_path_factory.mktemp("world"), Rides(rows=ROWS))
    world.promote()
    world.log(FIRST, GOOD)
    world.rides = world.rides.that(in_metres)
    world.log(FIRST + timedelta(days=GOOD), DAYS - GOOD)
    with Monitor(world) as monitor:
        monitor.look()
        yield Seen(world)


def in_metres(rows: pl.DataFrame) -> pl.DataFrame:
    """Distances in another unit: a bug of the data."""
    return rows.with_columns(distance=pl.col("distance") * 1_000)
