"""docs/gateway/faults.md, made from the cases that the tests run.

python -m tests.resilience.document          writes it
"""

from __future__ import annotations

from pathlib import Path

from tests.resilience.cases import CASES, INSIDE, SENT, Case, Inside
from tests.resilience.scene import DEADLINE_SECONDS

PATH = Path("docs/gateway/faults.md")

_MADE = "<!-- Made by `python -m tests.resilience.document` from tests/resilience/cases.py. -->"

_HEAD = f"""\
{_MADE}
# What breaks, and what callers see

Each row is a test (`tests/resilience/faults_test.py`): a real gateway and real connections, broken
by a signal to the service's process, by a TCP proxy (`gateway/testing/faults.py`), or by the
service itself. The deadline is {DEADLINE_SECONDS:g} s. How often the gateway asks a service by
itself was set so low that the first request is the one to find out.

- **First**: what the first request after the fault began is answered.
- **Then**: what requests are answered once the gateway has noticed. `503 circuit_open` and
  `503 not_ready` are answered at once, without asking the service.
- **/readyz**: what it says by then. **/livez** says 200 in every row: what is broken elsewhere is
  no reason to restart a gateway.
- **Second replica**: how many of {SENT} requests, one after the other, fail at most when a second
  replica of the same bundle is sound. /readyz says 200 all the while.

After every fault the gateway becomes ready and serves again by itself; each test waits for that.

| What breaks | First | Then | /readyz | Second replica |
|---|---|---|---|---|
"""

_BETWEEN = f"""
Why some rows lose requests although there is a second replica: a call whose work may have been
done is not made again. An answer that does not come costs the deadline, and until the replica has
been asked how it is (2 s) or its breaker opens (5 failures in a row) a few more do. A replica that
turns everything away with 429 is not ill: it is asked in its turn, and asking the other one draws
on the budget of 10 % of the requests, so that up to {SENT // 2} of {SENT} are lost.

A bit that flips within a number and leaves it plausible is seen by nobody: the wire format has no
checksum beyond TCP's. Where the network is not trusted, the hop needs TLS.

## What breaks under the gateway itself

| What breaks | What happens | Test |
|---|---|---|
"""


def document() -> str:
    """The whole file."""
    return _HEAD + "".join(map(_row, CASES)) + _BETWEEN + "".join(map(_inside, INSIDE))


def _row(case: Case) -> str:
    lost = f"at most {case.lost}" if case.lost else "no request fails"
    return f"| {case.title} | {case.first} | {case.lasting} | {case.ready} | {lost} |\n"


def _inside(each: Inside) -> str:
    return f"| {each.title} | {each.consequence} | `{each.test}` |\n"


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(document())
