"""The judge of the service: pure, from what was observed to a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from mooring.blessing.budget import ServingBudget
from mooring.blessing.errors import GateUnusable
from mooring.blessing.evidence import Blessing, Verdict
from mooring.blessing.observed import Boot, Drained, Load, Observed, Replay
from mooring.blessing.serving import judge
from mooring.bundle.open import Bundle

BUDGET = ServingBudget()
DRAINED = Drained(
    under_way=4, after=296, turned_away=4, unwarned=0, failed=0,
    exit_code=0, seconds=0.9, left_over=0, port_open=False,
)  # fmt: skip
LOAD = Load("columns", 1_000, 0, 2.0, 4.0, 1_900.0)
GOOD = Observed(
    Boot(2.0), (Replay("columns", 64, 1e-7), Replay("native", 64, 1e-7)), (LOAD,), 240.0, DRAINED
)

MakeBundle = Callable[..., Bundle]


def judged(bundle: MakeBundle, observed: Observed, budget: ServingBudget = BUDGET) -> Blessing:
    return judge(bundle(), budget, observed, {"cores": "2"}, 8.0)


def test_what_is_within_the_budget_is_blessed(bundle: MakeBundle) -> None:
    blessing = judged(bundle, GOOD)

    assert (blessing.kind, blessing.verdict, blessing.dataset) == ("serving", "blessed", None)
    assert blessing.machine == {"cores": "2"}
    assert blessing.checks[-1].reason == (
        "4 under way at the signal, 296 sent after it: 0 failed, 4 turned away, "
        "0 of them unwarned, so fewer than 1.00% fail"
    )


@pytest.mark.parametrize(
    ("observed", "verdict", "reason"),
    [
        pytest.param(
            replace(GOOD, boot=Boot(121.0)), "refused", "", id="a boot that takes too long"
        ),
        pytest.param(
            replace(GOOD, boot=Boot(2.0, memory_limited=False)), "inconclusive",
            "this system cannot limit a process's memory", id="a limit that nothing enforces",
        ),
        pytest.param(
            replace(GOOD, replays=(Replay("columns", 64, 0.01),)), "refused",
            "a golden sample is off by 0.01", id="an answer beyond the tolerance",
        ),
        pytest.param(
            replace(GOOD, replays=(Replay("columns", 64, math.nan),)), "refused", "off by nan",
            id="an answer that is not a number",
        ),
        pytest.param(
            replace(GOOD, loads=(replace(LOAD, p99_ms=301.0),)), "refused", "", id="a slow p99"
        ),
        pytest.param(
            replace(GOOD, loads=(replace(LOAD, p50_ms=math.nan),)), "refused", "",
            id="a latency that is not a number",
        ),
        pytest.param(
            replace(GOOD, loads=(replace(LOAD, failed=1, trouble="it answered 500"),)), "refused",
            "it answered 500", id="one failed answer of a thousand",
        ),
        pytest.param(
            replace(GOOD, peak_mb=401.0), "refused", "", id="more memory than budgeted"
        ),
        pytest.param(
            replace(GOOD, peak_mb=None), "inconclusive",
            "this system does not tell a process's peak", id="a peak that nothing tells",
        ),
        pytest.param(
            replace(GOOD, drained=replace(DRAINED, failed=1, trouble="lost")), "refused", "lost",
            id="one request lost",
        ),
        pytest.param(
            replace(GOOD, drained=replace(DRAINED, exit_code=None, seconds=20.0)), "refused",
            "it had not ended after 20.0 s", id="no end",
        ),
        pytest.param(
            replace(GOOD, drained=replace(DRAINED, exit_code=-9)), "refused", "exit status -9",
            id="an end by force",
        ),
        pytest.param(
            replace(GOOD, drained=replace(DRAINED, port_open=True)), "refused",
            "the port was still open", id="a port left open",
        ),
        pytest.param(
            replace(GOOD, drained=replace(DRAINED, under_way=0)), "inconclusive",
            "0 under way at the signal", id="a signal that met no request",
        ),
        pytest.param(
            replace(GOOD, drained=None), "inconclusive", "it was not reached", id="no signal at all"
        ),
        pytest.param(
            Observed(Boot(None, "the port is in use", fault="machine")), "inconclusive",
            "the port is in use", id="a machine that could not start it",
        ),
        pytest.param(
            replace(GOOD, trouble="it was not through after 180 s"), "refused",
            "it was not through after 180 s", id="a trial cut short",
        ),
    ],
)  # fmt: skip
def test_anything_else_is_refused_or_inconclusive(
    bundle: MakeBundle, observed: Observed, verdict: Verdict, reason: str
) -> None:
    blessing = judged(bundle, observed)

    assert blessing.verdict == verdict
    assert any(check.verdict == verdict and reason in check.reason for check in blessing.checks)


@pytest.mark.parametrize(
    ("budget", "problem"),
    [
        pytest.param({"p99_ms": 0.0}, "p99_ms is not a positive number", id="no time at all"),
        pytest.param({"rss_mb": math.inf}, "rss_mb is not a positive number", id="no limit"),
        pytest.param({"p50_ms": math.nan}, "p50_ms is not a positive number", id="NaN"),
        pytest.param({"requests": 99}, "fewer than 100 requests have no p99", id="too few"),
    ],
)
def test_a_budget_that_demands_nothing_is_no_budget(budget: dict[str, float], problem: str) -> None:
    with pytest.raises(GateUnusable, match=problem):
        ServingBudget(**budget)  # type: ignore[arg-type]
