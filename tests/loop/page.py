"""What came of the arms and of what was injected, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from tests.loop.closed import Retrain, missed_floors
from tests.loop.injected import Broke, Found, WonBack
from tests.loop.judged import Measured
from tests.loop.settings import SETTINGS, Settings
from tests.loop.trial import Chance, Injected, Trial

_WRITTEN = "<!-- Written by `python -m tests.loop.publish`: change what it is made from. -->"
_DAYS = "What they mean is in [loop.md](../loop.md). Days are UTC days of event time"


def page_of_arms(trials: Sequence[Trial]) -> str:
    """docs/loop/numbers.md."""
    told = f"{_DAYS}; metrics are of July to December 2013; intervals are 95 %, by whole days.\n"
    return "\n".join([_WRITTEN, "# The loop in numbers\n", told, *map(_trial, trials)])


def page_of_injected(injections: Sequence[Injected]) -> str:
    """docs/loop/injected.md."""
    title = "# Changes injected into the loop's year\n"
    return "\n".join([_WRITTEN, title, f"{_DAYS}.\n", *map(_injected, injections)])


def _trial(trial: Trial) -> str:
    metrics = [measured.metric for measured in trial.arms[0].never]
    return "\n".join((
        f"## {trial.model}",
        _told(SETTINGS[trial.model]),
        f"\n![loss beyond never's over the year]({trial.model}-year.svg)\n",
        *_table(
            [
                *("arm", "retrains", "taken"),
                *(f"{metric} | − never" for metric in metrics),
                f"{metrics[0]} − monthly",
            ],
            (
                [
                    arm.name, str(len(arm.days)), str(arm.promoted),
                    *(f"{m.value:.4f} | {_difference(m)}" for m in arm.never),
                    _difference(arm.monthly[0]),
                ]
                for arm in trial.arms
            ),
        ),
        f"\n![the loop among schedules drawn at random]({trial.model}-chance.svg)\n",
        *_chances(trial, metrics[0]),
        "",
        *_table(
            [
                *("the loop alarmed on", "by", "trained on", "answers from"),
                "floors of March's gate missed",
            ],
            (_retrain(trial, retrain) for retrain in trial.ran.retrains),
        ),
        "",
    ))  # fmt: skip


def _chances(trial: Trial, metric: str) -> list[str]:
    told = ("1 April", "1 July, after the loop's version of that day")
    head = [
        f"random schedules from, {metric}", "retrains", "median", "best tenth", "evenly spaced",
        "loop", "schedules that the loop beats",
    ]  # fmt: skip
    return _table(head, (_chance(c, when) for c, when in zip(trial.chances, told, strict=True)))


def _chance(chance: Chance, when: str) -> list[str]:
    values = (np.median(chance.losses), np.quantile(chance.losses, 0.1), chance.even, chance.loop)
    return [when, str(chance.retrains), *(f"{v:.4f}" for v in values), f"{chance.beaten:.0%}"]


def _retrain(trial: Trial, retrain: Retrain) -> list[str]:
    answers = [v for v in trial.ran.versions if v.since == retrain.promoted]
    floors = ", ".join(missed_floors(answers[0])) if answers else ""
    alarm = retrain.alarm
    return [
        _day(alarm.reached), ", ".join(alarm.by), _day(alarm.day),
        _day(retrain.promoted) if retrain.promoted else "refused: worse, or not surely no worse",
        floors or "–",
    ]  # fmt: skip


def _injected(injected: Injected) -> str:
    return "\n".join((
        f"## {injected.model}\n",
        *_table(
            [
                "labels from a Monday on", "Mondays", "found within 3 weeks", "median days",
                "alarms in those weeks anyway",
            ],
            (_found(name, found) for name, found in injected.found.items()),
        ),
        "",
        *_table(
            [
                "labels from a Monday on", "first day", "retrains",
                "loss of who answered then, weeks 1–4, 5–8, 9–12", "of the loop",
            ],
            (_won(name, won) for name, each in injected.won_back.items() for won in each),
        ),
        "",
        *_table(
            [
                *("data for a fortnight", "first days", "retrained because of it"),
                "had nobody looked for bugs",
            ],
            (_broke(name, times) for name, times in injected.bugs.items()),
        ),
        "",
    ))  # fmt: skip


def _broke(name: str, times: Sequence[Broke]) -> list[str]:
    days = ", ".join(_day(each.start) for each in times)
    counts = (sum(each.retrained for each in times), sum(each.blindly for each in times))
    return [name, days, *(f"{count} of {len(times)}" for count in counts)]


def _found(name: str, found: Sequence[Found]) -> list[str]:
    days = [each.days for each in found if each.days is not None]
    return [
        name, str(len(found)), f"{len(days)}: {len(days) / max(1, len(found)):.0%}",
        f"{np.median(days):.0f}" if days else "–", str(sum(each.anyway for each in found)),
    ]  # fmt: skip


def _won(name: str, won: WonBack) -> list[str]:
    told = [", ".join(f"{loss:.3f}" for loss in losses) for losses in (won.kept, won.loop)]
    return [name, _day(won.start), str(won.retrains), *told]


def _told(settings: Settings) -> str:
    least = ", ".join(f"{name} {value:g}" for name, value in settings.least.items())
    return (
        f"Effects that matter: {least}. Learns from {settings.rows} rows, calibrates on "
        f"{settings.calibrate_days} days, rests {settings.cooldown_days} days, asked by "
        f"{', '.join(settings.asking)}."
    )


def _difference(measured: Measured) -> str:
    return f"{measured.difference:+.4f} ({measured.lower:+.4f} to {measured.upper:+.4f})"


def _day(day: date) -> str:
    return f"{day:%-d %b}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    columns = " | ".join(head)
    line = "|".join("---" for _ in columns.split(" | "))
    return [f"| {columns} |", f"|{line}|", *(f"| {' | '.join(row)} |" for row in rows)]
