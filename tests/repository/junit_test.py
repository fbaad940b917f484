"""The closing line of continuous integration counts what ran."""

from pathlib import Path

import pytest

from tests.repository.junit import cases, summary


def case(name: str, inside: str = "") -> str:
    return f'<testcase classname="m" name="{name}">{inside}</testcase>'


PASSED = case("good")
FAILED = case("bad", '<failure message="1 != 2&#10;more">text</failure>')
BROKEN = case("broken", '<error message="fixture">text</error>')
SKIPPED = case("later", '<skipped message="no podman"/>')
# The words of mooring.observability.programs.
ABSENT = case("rules", '<skipped message="promtool: promtool is not installed. Install …"/>')
ALLOWED = case("own", '<skipped message="MOORING_PANTS_BIN is not set: x"/>')


@pytest.mark.parametrize(
    ("reports", "lines", "well"),
    [
        pytest.param([PASSED, PASSED], ["2 passed, 0 failed"], True, id="reports are added up"),
        pytest.param(
            [PASSED + FAILED],
            ["failed: m::bad: 1 != 2", "1 passed, 1 failed"],
            False,
            id="a failure is named by its first line",
        ),
        pytest.param(
            [BROKEN],
            ["failed: m::broken: fixture", "0 passed, 1 failed"],
            False,
            id="a fixture that breaks is a failure",
        ),
        pytest.param(
            [PASSED, SKIPPED],
            ["skipped: m::later: no podman", "1 skipped", "1 passed, 0 failed"],
            False,
            id="a skip for want of a package is refused",
        ),
        pytest.param(
            [PASSED, ABSENT],
            [
                "skipped: m::rules: promtool: promtool is not installed. Install …",
                "1 skipped",
                "1 passed, 0 failed",
            ],
            False,
            id="also one for want of a program of the system",
        ),
        pytest.param(
            [PASSED, ALLOWED],
            ["1 skipped", "1 passed, 0 failed"],
            True,
            id="a skip that is about the test is counted and allowed",
        ),
        pytest.param([], ["0 passed, 0 failed"], False, id="a run in which nothing ran is refused"),
    ],
)
def test_reports_are_summed_up(
    tmp_path: Path, reports: list[str], lines: list[str], well: bool
) -> None:
    for number, content in enumerate(reports):
        suite = f"<testsuites><testsuite>{content}</testsuite></testsuites>"
        (tmp_path / f"{number}.xml").write_text(suite)
    assert summary(list(cases(tmp_path))) == (lines, well)
