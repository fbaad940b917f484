"""Adds up junit reports and prints `N passed, N failed` as its last line.

    python3 tests/repository/junit.py dist/test/reports

Fails where a test failed, where no test ran, and where a test was skipped for a reason that the
machine could have removed (`SKIPS_ALLOWED` names the others).
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# Beginnings of reasons that are about the test, not about what is installed.
SKIPS_ALLOWED = (
    "MOORING_PANTS_BIN is not set",
    # Who runs the tests decides, and what runs already.
    "the tests start podman as root only",
    "a Docker engine runs here already",
)


@dataclass(frozen=True)
class Case:
    name: str
    outcome: str  # passed, failed or skipped
    reason: str = ""

    @property
    def is_wrong(self) -> bool:
        allowed = self.outcome == "skipped" and self.reason.startswith(SKIPS_ALLOWED)
        return self.outcome != "passed" and not allowed


def read(case: ElementTree.Element) -> Case:
    """Turn one <testcase> into a case; an error in a fixture is a failure."""
    name = f"{case.get('classname')}::{case.get('name')}"
    for tag, outcome in (("failure", "failed"), ("error", "failed"), ("skipped", "skipped")):
        found = case.find(tag)
        if found is not None:
            return Case(name, outcome, found.get("message", "").partition("\n")[0])
    return Case(name, "passed")


def cases(folder: Path) -> Iterator[Case]:
    for report in sorted(folder.glob("*.xml")):
        tree = ElementTree.parse(report)
        for case in tree.iter("testcase"):
            yield read(case)


def summary(found: list[Case]) -> tuple[list[str], bool]:
    """The lines to print, and whether all is well."""
    wrong = [case for case in found if case.is_wrong]
    passed, failed, skipped = (
        sum(case.outcome == outcome for case in found)
        for outcome in ("passed", "failed", "skipped")
    )
    lines = [f"{case.outcome}: {case.name}: {case.reason}" for case in wrong]
    if skipped:
        lines.append(f"{skipped} skipped")
    lines.append(f"{passed} passed, {failed} failed")
    return lines, bool(found) and not wrong


def main(folder: str) -> int:
    lines, well = summary(list(cases(Path(folder))))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
