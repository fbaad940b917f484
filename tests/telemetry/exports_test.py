"""Gateway and service export what the catalogue says of each, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from operator import eq

import pytest

from mooring.gateway.testing.gateway import until
from mooring.observability.programs import PROMTOOL
from mooring.observability.testing.programs import path_or_skip
from mooring.telemetry.bins import FEATURE_BIN, REFERENCE_BIN_ROWS
from mooring.telemetry.budget import BUDGET, Size, most_series
from mooring.telemetry.metric import Process
from tests.telemetry.declared import differences
from tests.telemetry.exposed import Exposed
from tests.telemetry.running import MODEL, OPENMETRICS, Running, running

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux'")

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
UNKEPT = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("running")) as pair:
        pair.predict_by_each_worker()
        pair.predict(traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
        yield pair


@pytest.fixture(params=["gateway", "service"])
def process(request: pytest.FixtureRequest) -> Process:
    process: Process = request.param
    return process


@pytest.fixture
def exposed(both: Running, process: Process) -> Exposed:
    return both.of_gateway() if process == "gateway" else both.of_service()


def test_a_process_exports_exactly_its_part(process: Process, exposed: Exposed) -> None:
    assert differences(process, exposed) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(
            "# TYPE mooring_new gauge\nmooring_new 1", "mooring_new: gauge", id="a metric"
        ),
        pytest.param(
            'mooring_gateway_auth_total{outcome="tired"} 1', "outcome=tired", id="a label's value"
        ),
        pytest.param('mooring_gateway_keys{path="/x"} 1', "labels ['path']", id="a label"),
    ],
)
def test_what_nobody_declared_is_found(both: Running, line: str, told: str) -> None:
    found = differences("gateway", Exposed(f"{both.of_gateway().text}{line}\n"))
    assert [problem for problem in found if told in problem]


def test_what_is_declared_and_not_shown_is_found(both: Running) -> None:
    text = both.of_gateway().text.replace("mooring_gateway_keys ", "mooring_gateway_kees ")
    assert [each for each in differences("gateway", Exposed(text)) if "gateway_keys:" in each]


def test_its_series_are_within_its_size_and_its_budget(
    both: Running, process: Process, exposed: Exposed
) -> None:
    features = len(both.bundle.contract.feature_names)
    most = most_series(process, Size(features=features))
    assert len(exposed.samples) <= most <= BUDGET[process]


def test_promtool_finds_nothing_to_say(exposed: Exposed) -> None:
    command = [path_or_skip(PROMTOOL), "check", "metrics"]
    checked = subprocess.run(
        command, input=exposed.text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_what_gateway_and_workers_counted_agrees(both: Running) -> None:
    rows, service, gateway = len(both.rows), both.of_service(), both.of_gateway()
    own = {"model": MODEL}
    through_gateway = gateway.value("mooring_predictions_total", **own)
    assert service.value("mooring_service_predictions_total", **own) == 2 * rows + through_gateway
    assert service.value("mooring_service_inference_seconds_count", **own) >= 3.0


def test_each_row_is_in_one_bin_of_each_feature(both: Running) -> None:
    predicted = both.of_service().value("mooring_service_predictions_total")
    for feature in (*both.bundle.contract.feature_names, "@score"):
        # The worker that is not asked counts its rows within a second.
        until(partial(_in_bins, both, feature), partial(eq, predicted))


def _in_bins(both: Running, feature: str) -> float:
    return both.of_service().value(FEATURE_BIN.name, feature=feature)


def test_two_workers_are_one_model_and_expect_the_rows_of_one_reference(both: Running) -> None:
    service = both.of_service()
    assert service.value("mooring_model_info") == 1.0
    assert service.value(REFERENCE_BIN_ROWS.name, feature="@score") == both.expected_rows


def test_openmetrics_carries_traces_that_are_kept_and_no_series_of_creation(
    both: Running,
) -> None:
    both.predict(traceparent=f"00-{UNKEPT}-00f067aa0ba902b7-00")
    text = both.scraped(OPENMETRICS)
    assert text.endswith("# EOF\n")
    assert f'# {{trace_id="{TRACE}"}}' in text
    assert UNKEPT not in text
    assert "_created" not in text
    assert "trace_id" not in both.scraped()
