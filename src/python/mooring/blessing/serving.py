"""The serving blessing: does the bundle run, as the process that will serve it, within its budget?

`judge` is pure: what was observed against what was budgeted. What a service did wrong is refused,
what could not be measured is inconclusive, and neither is ever a pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from mooring.blessing.budget import ServingBudget
from mooring.blessing.evidence import Blessing, Check, Verdict, overall
from mooring.blessing.observed import Boot, Drained, Load, Observed, Replay
from mooring.bundle.open import Bundle


def judge(
    bundle: Bundle,
    budget: ServingBudget,
    observed: Observed,
    machine: Mapping[str, str],
    seconds: float,
) -> Blessing:
    """Judge one trial of `bundle` that took `seconds` on `machine`."""
    checks = tuple(_checks(budget, float(bundle.manifest.tolerance), observed))
    return Blessing(
        kind="serving",
        model=bundle.manifest.model,
        bundle=bundle.id,
        code=bundle.manifest.code,
        checks=checks,
        verdict=overall(checks),
        seconds=round(seconds, 3),
        judged_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=dict(machine),
    )


def _checks(budget: ServingBudget, tolerance: float, observed: Observed) -> Iterator[Check]:
    yield _boot(budget, observed.boot)
    if observed.boot.seconds is None:
        return
    for replay in observed.replays:
        yield _replay(tolerance, replay)
    for load in observed.loads:
        yield from _load(budget, load)
    if observed.trouble:
        yield _cut_short(observed.trouble)
        return
    yield _memory(budget, observed.peak_mb)
    yield _drain(budget, observed.drained)


def _boot(budget: ServingBudget, boot: Boot) -> Check:
    verdict: Verdict = "refused"
    if boot.fault == "machine" or (boot.seconds is not None and not boot.memory_limited):
        verdict = "inconclusive"
    elif boot.seconds is not None:
        verdict = _within(boot.seconds, budget.boot_seconds)
    unlimited = "" if boot.memory_limited else "this system cannot limit a process's memory"
    return Check(
        name="boot",
        rows=0,
        metric="seconds to ready",
        value=boot.seconds,
        demand=(
            f"at most {budget.boot_seconds:g} s, "
            f"each process within {budget.memory_limit_mb:g} MiB of its own"
        ),
        verdict=verdict,
        reason=boot.trouble or unlimited,
    )


def _replay(tolerance: float, replay: Replay) -> Check:
    off = replay.difference is None or not replay.difference <= tolerance
    reason = replay.trouble
    if off and not reason:
        reason = f"a golden sample is off by {replay.difference:.3g}"
    return Check(
        name=f"golden samples, {replay.route}",
        rows=replay.samples,
        metric="largest difference",
        value=replay.difference,
        demand=f"at most {tolerance:g}, from the bundle that was started",
        verdict="refused" if off or replay.trouble else "blessed",
        reason=reason,
    )


def _load(budget: ServingBudget, load: Load) -> Iterator[Check]:
    yield Check(
        name=f"answers under load, {load.route}",
        rows=load.requests,
        metric="failed requests",
        value=float(load.failed),
        demand="none",
        verdict="refused" if load.failed else "blessed",
        reason=load.trouble or f"{load.failed} failed; {load.per_second:.0f} answers a second",
    )
    for metric, value, most in (
        ("p50", load.p50_ms, budget.p50_ms),
        ("p99", load.p99_ms, budget.p99_ms),
    ):
        yield Check(
            name=f"latency, {load.route}",
            rows=load.requests,
            metric=f"{metric}, ms",
            value=value,
            demand=(
                f"at most {most:g} in the quietest of {budget.rounds} rounds "
                f"with {budget.connections} requests under way"
            ),
            verdict=_within(value, most),
        )


def _memory(budget: ServingBudget, peak_mb: float | None) -> Check:
    return Check(
        name="peak memory",
        rows=0,
        metric="resident MiB of all its processes",
        value=peak_mb,
        demand=f"at most {budget.rss_mb:g}",
        verdict="inconclusive" if peak_mb is None else _within(peak_mb, budget.rss_mb),
        reason="" if peak_mb is not None else "this system does not tell a process's peak",
    )


def _drain(budget: ServingBudget, drained: Drained | None) -> Check:
    sent = drained.under_way + drained.after if drained else 0
    return Check(
        name="SIGTERM under load",
        rows=sent,
        metric="failed requests",
        value=float(drained.failed) if drained else None,
        demand=(
            f"none; exit status 0 within {budget.drain_seconds:g} s, no process and no port left"
        ),
        verdict="inconclusive" if drained is None else _drain_verdict(drained),
        reason=_drain_reason(drained) if drained else "it was not reached",
    )


def _drain_verdict(drained: Drained) -> Verdict:
    clean = drained.exit_code == 0 and not drained.left_over and not drained.port_open
    if drained.failed or not clean:
        return "refused"
    # A signal that met no request proves nothing about requests.
    return "blessed" if drained.under_way else "inconclusive"


def _drain_reason(drained: Drained) -> str:
    sent = drained.under_way + drained.after
    told = (
        f"{drained.under_way} under way at the signal, {drained.after} sent after it: "
        f"{drained.failed} failed, {drained.turned_away} turned away, "
        f"{drained.unwarned} of them unwarned"
    )
    if sent and not drained.failed:
        # The rule of three: what zero of n leaves possible at 95 % confidence.
        told += f", so fewer than {3 / sent:.2%} fail"
    return "; ".join([drained.trouble or told, *_remains(drained)])


def _remains(drained: Drained) -> Iterator[str]:
    if drained.exit_code is None:
        yield f"it had not ended after {drained.seconds:.1f} s"
    elif drained.exit_code:
        yield f"exit status {drained.exit_code}"
    if drained.left_over:
        yield f"{drained.left_over} of its processes were left"
    if drained.port_open:
        yield "the port was still open"


def _cut_short(trouble: str) -> Check:
    return Check(
        name="trial",
        rows=0,
        metric="completed",
        value=0.0,
        demand="all of it",
        verdict="refused",
        reason=trouble,
    )


def _within(value: float, most: float) -> Verdict:
    """NaN is within nothing."""
    return "blessed" if value <= most else "refused"
