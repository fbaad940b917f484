"""What a panel is: what it asks, how it is drawn, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mooring.observability.query import Query

Kind = Literal["timeseries", "stat", "gauge", "bargauge", "table", "heatmap", "state-timeline"]
Colour = Literal["green", "yellow", "orange", "red", "blue", "transparent"]

# Grafana's dashboards are 24 columns wide.
COLUMNS = 24


@dataclass(frozen=True)
class Step:
    """A colour from a value on; the first step of a panel has none."""

    colour: Colour
    value: float | None = None


@dataclass(frozen=True)
class Column:
    """One column of a table: a label, or the value of the query with `name` "Value #A" and so on.

    Time and values that are not named are hidden. `opens` is the uid of a board that is opened for
    the model in this cell.
    """

    name: str
    heading: str
    unit: str = ""
    opens: str = ""


@dataclass(frozen=True)
class Panel:
    """One panel. `unit` is Grafana's name of it (`s`, `reqps`, `percentunit`, `bytes`, `none`, …).

    `meaning`, `normal` and `action` are its description: what it shows, what one sees when all is
    well, and what to do otherwise. `empty_when_healthy` says that no data is good news.
    """

    title: str
    kind: Kind
    queries: tuple[Query, ...]
    unit: str
    meaning: str
    normal: str
    action: str
    width: int = 12
    height: int = 8
    steps: tuple[Step, ...] = ()
    least: float | None = None
    most: float | None = None
    decimals: int | None = None
    stacked: bool = False
    logarithmic: bool = False
    # Names of states for the values of a stat or a state timeline: {0: "closed", …} as pairs.
    states: tuple[tuple[float, str, Colour], ...] = ()
    columns: tuple[Column, ...] = ()
    # Drawn once for each value of this variable, which title and queries name as `$variable`.
    repeat: str = ""
    empty_when_healthy: bool = False


@dataclass(frozen=True)
class Row:
    """Panels under one heading, laid out from left to right, wrapped at 24 columns."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Choice:
    """A further variable of a board: values of `label` in the series `asked`, or all of them."""

    label: str
    title: str
    asked: str


@dataclass(frozen=True)
class Board:
    """One dashboard: `uid` is `mooring-<name>` and stays for ever, since links name it.

    `per_model` boards have the variables `model` and `version`, the others only `datasource`.
    """

    uid: str
    title: str
    about: str
    rows: tuple[Row, ...]
    per_model: bool = True
    choices: tuple[Choice, ...] = ()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels in reading order."""
        return tuple(panel for row in self.rows for panel in row.panels)
