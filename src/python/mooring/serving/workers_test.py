from __future__ import annotations

import os
from pathlib import Path

import pytest

from mooring.serving.errors import InvalidSettings
from mooring.serving.settings import read_settings
from mooring.serving.workers import declared_workers, make_folder


def test_settings_say_how_many_workers_there_are_and_pass_it_on() -> None:
    environ = {"MOORING_BUNDLE": "/b/1", "MOORING_WORKERS": "2"}
    settings = read_settings("tiny", environ, Path("/"))
    assert settings.workers == 2
    assert read_settings("tiny", settings.environ, Path("/")) == settings


@pytest.mark.parametrize(
    "count",
    [
        pytest.param("two", id="a word"),
        pytest.param("0", id="none"),
        pytest.param("-1", id="a negative number"),
        pytest.param("1.5", id="half a worker"),
        pytest.param("65", id="more than anybody means"),
        pytest.param("²", id="a digit of another kind"),
    ],
)
def test_another_number_is_refused_with_settings_and_declared_as_one(count: str) -> None:
    environ = {"MOORING_BUNDLE": "/b", "MOORING_WORKERS": count}
    with pytest.raises(InvalidSettings, match=r"MOORING_WORKERS: .* from 1 to 64"):
        read_settings("tiny", environ, Path("/"))
    assert declared_workers(environ) == 1


def test_one_worker_needs_no_folder_whatever_the_environment_says() -> None:
    os.environ["MOORING_METRICS_FOLDER"] = "/somebody/elses"
    make_folder(1)
    assert "MOORING_METRICS_FOLDER" not in os.environ
