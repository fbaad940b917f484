"""docs/gateway/soak.md and its picture, made from one run."""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib.figure import Figure

from tests.performance.gateway_soak import Soak

FOLDER = Path("docs/gateway")

_MB = 1_000_000

_TEXT = """\
<!-- Measured and written by `python -m tests.performance.gateway_soak {requests}`. -->
# {requests:,} requests through one gateway

A real gateway process with its prediction log, before the fake model service; eight callers, 94 %
of the requests are predictions of different rows, the others are refused ones, unknown names,
other routes and new connections. {samples} looks at the process, between requests.

| | After {first:,} | After half | At the end |
|---|---|---|---|
| Resident memory, MB | {rss[0]:.1f} | {rss[1]:.1f} | {rss[2]:.1f} |
| File descriptors | {fds[0]} | {fds[1]} | {fds[2]} |
| Threads | {threads[0]} | {threads[1]} | {threads[2]} |

**Slope of the memory over the second half: {slope:+.1f} bytes per request.** One leaked dictionary
would be 64, one leaked request a few thousand. Unexpected answers: {unexpected}. {rate:.0f}
requests per second, on {cores} cores that did other work as well: no measure of speed.

![memory, file descriptors and threads over requests](soak.svg)
"""


def write(run: Soak) -> None:
    """Write text and picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "soak.md").write_text(text(run))
    # Without a date and with fixed ids, so that the same run draws the same file.
    picture(run).savefig(FOLDER / "soak.svg", metadata={"Date": None})


def text(run: Soak) -> str:
    """The document."""
    marks = (run.samples[0], run.second_half[0], run.samples[-1])
    requests = run.samples[-1].requests
    return _TEXT.format(
        requests=requests,
        samples=len(run.samples),
        first=run.samples[0].requests,
        rss=[mark.rss / _MB for mark in marks],
        fds=[mark.descriptors for mark in marks],
        threads=[mark.threads for mark in marks],
        slope=run.slope,
        unexpected=run.unexpected or "none",
        rate=requests / run.seconds,
        cores=os.cpu_count(),
    )


def picture(run: Soak) -> Figure:
    """Memory above; descriptors and threads below."""
    figure = Figure(figsize=(7.0, 4.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    requests = [sample.requests / 1_000 for sample in run.samples]
    above.plot(requests, [sample.rss / _MB for sample in run.samples], color="#1f5f8b")
    above.set_ylabel("resident MB")
    above.set_ylim(bottom=0)
    below.plot(requests, _numbers(run, "descriptors"), color="#1f5f8b", label="file descriptors")
    below.plot(requests, _numbers(run, "threads"), color="#c1662f", label="threads")
    below.set_ylim(bottom=0)
    below.set_xlabel("thousand requests")
    below.legend(frameon=False, loc="lower right")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _numbers(run: Soak, name: str) -> list[int]:
    return [getattr(sample, name) for sample in run.samples]
