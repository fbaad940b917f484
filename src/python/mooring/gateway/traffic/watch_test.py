"""What an unanswered question of the watch means for a replica."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np
import pytest

from mooring.contract.columns import Columns
from mooring.contract.routing import Target
from mooring.gateway.errors import UpstreamError, UpstreamNotReady, UpstreamTimeout
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.served import Served
from mooring.gateway.hop.upstream import Answered
from mooring.gateway.testing.contracts import BUNDLE, CONTRACT, VERSION
from mooring.gateway.traffic.watch import learn

SERVED = Served.of(Target(urls=("http://a",), version=VERSION, bundle=BUNDLE), CONTRACT)
ROWS: Columns = {"hour": np.array([7.0])}
SILENT = UpstreamTimeout("voyage_delay", "its service is silent")


@dataclass
class CrowdedHop:
    """Answers predictions; a question what it serves is held until told how it ends."""

    ending: UpstreamError
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    end: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def learn(self) -> Served:
        self.asked.set()
        await self.end.wait()
        raise self.ending

    async def predict(self, served: Served, columns: Columns, deadline: Deadline) -> Answered:
        return Answered(np.array([0.07]), last=False)


async def after_a_question(ending: UpstreamError, predictions: int) -> Replica:
    """A replica that was well, asked a question that ends so; it predicts meanwhile."""
    hop = CrowdedHop(ending)
    replica = Replica(hop)
    replica.learned(SERVED)
    question = asyncio.create_task(learn(replica))
    await hop.asked.wait()
    for _ in range(predictions):
        await replica.predict(SERVED, ROWS, Deadline.within(1.0))
    hop.end.set()
    await question
    return replica


@pytest.mark.parametrize(
    ("ending", "predictions", "ready"),
    [
        pytest.param(SILENT, 1, True, id="silent, but it predicted meanwhile"),
        pytest.param(SILENT, 0, False, id="silent altogether"),
        pytest.param(
            UpstreamNotReady("voyage_delay", "still loading"), 1, False, id="it says that it is not"
        ),
    ],
)
def test_a_question_without_answer_takes_out_only_who_answers_nobody(
    ending: UpstreamError, predictions: int, ready: bool
) -> None:
    assert asyncio.run(after_a_question(ending, predictions)).ready is ready
