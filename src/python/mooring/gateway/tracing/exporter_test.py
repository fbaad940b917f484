from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry

from mooring.gateway.testing.collector import Collected, collector
from mooring.gateway.tracing.collector import Collector
from mooring.gateway.tracing.context import TraceContext
from mooring.gateway.tracing.exporter import Exporter
from mooring.gateway.tracing.otlp import encode
from mooring.gateway.tracing.spans import Span
from mooring.telemetry.binding import bind
from mooring.telemetry.operation import METRICS

CONTEXT = TraceContext("a" * 32, "b" * 16, sampled=True, parent_id="c" * 16, state="d=1")
SPAN = Span(CONTEXT, "POST /x", "server", 1_544_712_660_000_000_000, 1_544_712_661_000_000_000)


def test_a_span_is_written_as_the_specification_says() -> None:
    said = SPAN.__class__(
        CONTEXT, "GET /", "client", 1, 2**63, failed=True,
        attributes={"text": "t", "whole": 7, "part": 0.5, "flag": True},
    )  # fmt: skip
    assert json.loads(encode("harbour", [said])) == {
        "resourceSpans": [
            {
                "resource": {
                    "attributes": [{"key": "service.name", "value": {"stringValue": "harbour"}}]
                },
                "scopeSpans": [
                    {
                        "scope": {"name": "mooring.gateway"},
                        "spans": [
                            {
                                "traceId": "a" * 32,
                                "spanId": "b" * 16,
                                "parentSpanId": "c" * 16,
                                "traceState": "d=1",
                                "name": "GET /",
                                "kind": 3,
                                "startTimeUnixNano": "1",
                                "endTimeUnixNano": "9223372036854775808",
                                "attributes": [
                                    {"key": "text", "value": {"stringValue": "t"}},
                                    {"key": "whole", "value": {"intValue": "7"}},
                                    {"key": "part", "value": {"doubleValue": 0.5}},
                                    {"key": "flag", "value": {"boolValue": True}},
                                ],
                                "status": {"code": 2},
                            }
                        ],
                    }
                ],
            }
        ]
    }


class Ledger:
    """An exporter, and what became of the spans that it was given."""

    def __init__(self, url: str) -> None:
        self.registry = CollectorRegistry()
        self.exporter = Exporter(Collector(url), bind(METRICS, self.registry))
        self.given = 0

    def give(self, count: int) -> None:
        self.given += count
        for _ in range(count):
            self.exporter.accept(SPAN)

    def count(self, outcome: str) -> float:
        name = "mooring_gateway_trace_spans_total"
        return self.registry.get_sample_value(name, {"outcome": outcome}) or 0.0

    def balances(self) -> bool:
        """Whether every span is accounted for."""
        gone = sum(self.count(outcome) for outcome in ("exported", "dropped", "failed"))
        return self.given == gone + self.exporter.waiting


def exported(ledger: Ledger, during: Callable[[], Awaitable[None]]) -> None:
    """Run the exporter while something happens, and to its end."""

    async def main() -> None:
        task = asyncio.create_task(ledger.exporter.run())
        await asyncio.sleep(0)
        await during()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


async def nothing() -> None:
    """Nothing happens."""


def test_a_full_batch_is_sent_at_once_and_what_is_left_at_the_end() -> None:
    with collector() as collected:
        ledger = Ledger(collected.url)

        async def during() -> None:
            ledger.give(1_300)
            while len(collected.spans) < 1_024:
                await asyncio.sleep(0.01)

        exported(ledger, during)
    assert len(collected.spans) == 1_300
    assert (ledger.count("exported"), ledger.exporter.waiting) == (1_300, 0)
    assert ledger.balances()


def test_a_batch_that_is_under_way_at_the_end_arrives_once() -> None:
    with collector() as collected:
        collected.proceed.clear()
        ledger = Ledger(collected.url)

        async def during() -> None:
            ledger.give(512)
            while not collected.bodies:
                await asyncio.sleep(0.01)
            # Answered only after the exporter was told to end.
            asyncio.get_running_loop().call_later(0.05, collected.proceed.set)

        exported(ledger, during)
    assert len(collected.spans) == 512
    assert (ledger.count("exported"), ledger.count("failed")) == (512, 0)


def test_what_is_too_much_is_dropped_and_counted() -> None:
    with collector() as collected:
        ledger = Ledger(collected.url)
        ledger.give(5_000)
        assert ledger.exporter.waiting == 4_096
        assert ledger.balances()
        exported(ledger, nothing)
    assert (ledger.count("exported"), ledger.count("dropped")) == (4_096, 904)
    assert ledger.balances()


def test_what_a_collector_refuses_is_not_sent_again() -> None:
    with collector() as collected:
        collected.status = 503
        ledger = Ledger(collected.url)
        ledger.give(600)
        exported(ledger, nothing)
    assert (ledger.count("failed"), ledger.exporter.waiting) == (600, 0)
    assert ledger.balances()


def test_a_collector_that_is_gone_is_waited_for_at_the_end_but_not_long() -> None:
    ledger = Ledger(_nobody().url)
    ledger.give(10)
    exported(ledger, nothing)
    assert ledger.count("failed") == 10
    assert ledger.balances()


def _nobody() -> Collected:
    with collector() as gone:
        return gone
