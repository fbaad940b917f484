"""A year of flights is learned from within what is promised; figures in docs/training.md."""

from pathlib import Path

from tests.performance.training_size import measure

SECONDS = 15
MEGABYTES = 2_048


def test_the_whole_year_trains_in_time_and_memory(tmp_path: Path) -> None:
    found = measure(tmp_path, runs=3)
    assert found["total"] <= SECONDS, found
    assert found["peak MB"] <= MEGABYTES, found
