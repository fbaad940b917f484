from __future__ import annotations

from pathlib import Path

import pytest

from mooring.monitor.settings import SETTINGS, Settings
from mooring.process.errors import BadSetting, BadSettings


def read(folder: Path, text: str, **environ: str) -> Settings:
    file = folder / "monitor.toml"
    file.write_text(text)
    return Settings.of({SETTINGS: str(file), **environ})


def test_without_a_word_it_serves_this_machine_and_lies_in_one_folder() -> None:
    settings = Settings.of({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8090)
    assert settings.folder == Path(".mooring/monitor")
    assert settings.routing == Path(".mooring/routing.json")
    assert settings.of_model("barge").watching.window_days == 7


def test_a_home_moves_everything_that_is_not_named() -> None:
    settings = Settings.of({"MOORING_HOME": "/h", "MOORING_ROUTING": "/r.json"})
    assert settings.log == Path("/h")
    assert settings.folder == Path("/h/monitor")
    assert settings.routing == Path("/r.json")


def test_a_model_has_what_its_table_says_and_else_the_defaults(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """
        interval_seconds = 5
        [defaults.watching]
        window_days = 14
        least_rows = 900
        [models.barge.watching]
        least_rows = 100
        [models.barge.brakes]
        approval = "trusted"
        trusted = ["desk"]
        cooldown_seconds = 60
        [models.barge.objectives]
        log_loss = 0.5
        auc = 0.7
        [jobs]
        command = ["python3", "-m", "mooring.cli"]
        """,
    )
    assert settings.interval_seconds == 5.0
    barge, other = settings.of_model("barge"), settings.of_model("ferry")
    assert (barge.watching.window_days, barge.watching.least_rows) == (14, 100)
    assert (other.watching.window_days, other.watching.least_rows) == (14, 900)
    assert barge.objectives == {"log_loss": 0.5, "auc": 0.7}
    assert (barge.brakes.trusted, barge.brakes.cooldown_seconds) == (("desk",), 60.0)
    assert other.brakes.approval == "person"
    assert settings.jobs.command == ("python3", "-m", "mooring.cli")


def test_the_environment_has_the_last_word_on_the_interval(tmp_path: Path) -> None:
    text = "interval_seconds = 5"
    settings = read(tmp_path, text, MOORING_MONITOR_INTERVAL_SECONDS="0.5")
    assert settings.interval_seconds == 0.5


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        pytest.param("a = [", "monitor.toml", "not TOML at", id="no TOML"),
        pytest.param("window = 3", "monitor.toml, window", "no such setting", id="a stray key"),
        pytest.param(
            "interval_seconds = 0", ", interval_seconds", "greater than or", id="no interval"
        ),
        pytest.param(
            "[defaults.watching]\nleast_rows = '9'", "watching.least_rows", "valid integer",
            id="a text for a number",
        ),
        pytest.param(
            "[defaults.watching]\nleast_row = 9", "defaults.watching.least_row", "no such setting",
            id="a slip of the keyboard",
        ),
        pytest.param(
            "[defaults.watching]\nleast_coverage = 95", "least_coverage", "less than or",
            id="a percentage for a share",
        ),
        pytest.param(
            "[defaults.watching]\nleast_rows = nan", "least_rows", "valid integer", id="NaN rows"
        ),
        pytest.param(
            "[defaults.watching]\nhorizon_seconds = nan", "horizon_seconds", "valid number",
            id="a horizon that is not a number",
        ),
        pytest.param("[models]\nbarge = 3", "models.barge", "not a table", id="no table"),
        pytest.param("[models.'../x']", "models", "not called as", id="a name that climbs"),
        pytest.param(
            "[models.barge.objectives]\naccuracy = 1", "objectives.accuracy", "auc",
            id="an unknown measure",
        ),
        pytest.param(
            "[defaults.brakes]\ndaily = 1", "defaults.brakes.daily", "no such", id="no such brake"
        ),
        pytest.param(
            "[defaults.brakes]\ndaily_cap = -1", "brakes.daily_cap", "greater", id="a cap below 0"
        ),
        pytest.param("[defaults]\nbrakes = 3", "defaults.brakes", "table", id="brakes as a number"),
        pytest.param(
            "[defaults.brakes]\napproval = 'nobody'", "brakes.approval", "person", id="no approval"
        ),
        pytest.param(
            "[jobs]\nadapter = 'github'", "jobs", "needs the table", id="no repository"
        ),
        pytest.param("[jobs]\nadapter = 'cron'", "jobs.adapter", "github", id="no such adapter"),
        pytest.param(
            "[jobs.kubernetes]\nimage = 'x'", "jobs.kubernetes.claim", "required", id="no volume"
        ),
        pytest.param("models = 3", "models", "not a table", id="all models as a number"),
        pytest.param(
            "[defaults]\nwatching = 3", "defaults.watching", "table", id="a number"
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_told_with_key_and_cure_and_without_its_value(
    tmp_path: Path, text: str, place: str, problem: str
) -> None:
    with pytest.raises(BadSetting) as caught:
        read(tmp_path, text)
    assert place in caught.value.place
    assert problem in caught.value.problem
    assert caught.value.cure


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("MOORING_MONITOR_PORT", "http"),
        ("MOORING_MONITOR_PORT", "65536"),
        ("MOORING_MONITOR_HOST", "example.com"),
        ("MOORING_MONITOR_INTERVAL_SECONDS", "inf"),
        (SETTINGS, "/nowhere/monitor.toml"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(variable: str, text: str) -> None:
    with pytest.raises(BadSetting) as caught:
        Settings.of({variable: text})
    assert variable in caught.value.place


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.of({"MOORING_MONITOR_PORT": "x", "MOORING_MONITOR_HOST": "y"})
    assert len(str(caught.value).splitlines()) == 2


def test_a_public_address_asks_for_a_token() -> None:
    with pytest.raises(BadSetting, match="without a token only this machine"):
        Settings.of({"MOORING_MONITOR_HOST": "0.0.0.0"})
    public = {"MOORING_MONITOR_HOST": "0.0.0.0", "MOORING_MONITOR_HOOK_TOKEN_FILE": "/run/token"}
    assert Settings.of(public).hook_token == Path("/run/token")
