"""Rules for a dashboard as a whole: its name, its variables, and where its links lead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from mooring.observability.lint.document import BoardJson, Json
from mooring.observability.lint.finding import Flaw
from mooring.observability.lint.panel_rules import DATASOURCE

# A board, and all boards of the set by their uids.
BoardRule = Callable[[BoardJson, Mapping[str, BoardJson]], Iterator[Flaw]]

# Grafana cuts longer ones.
LONGEST_UID = 40
# What Grafana calls "on time range change".
ON_TIME_CHANGE = 2

_UID = re.compile(r"mooring-[a-z][a-z-]*")
_LINK = re.compile(r"/d/([\w-]+)([^\s\"]*)")
_PANEL = re.compile(r"[?&]viewPanel=(?:panel-)?(\d+)")


def uid(board: BoardJson, boards: Mapping[str, BoardJson]) -> Iterator[Flaw]:
    """A short name that stays, since bookmarks and alerts hold it."""
    if not _UID.fullmatch(board.uid) or len(board.uid) > LONGEST_UID:
        yield Flaw(
            f"its uid is not mooring-<name> of at most {LONGEST_UID} characters",
            "Name it so once, and never change it.",
        )


def uneditable(board: BoardJson, boards: Mapping[str, BoardJson]) -> Iterator[Flaw]:
    """What is generated is not edited in Grafana, where the next start would undo it."""
    if board.json.get("editable") is not False:
        yield Flaw("it can be edited in Grafana", "Generate it as read-only.")


def datasource_variable(board: BoardJson, boards: Mapping[str, BoardJson]) -> Iterator[Flaw]:
    """One variable chooses the Prometheus that all queries ask."""
    found = [s for s in board.settings if s.get("type") == "datasource"]
    if [(s.get("name"), s.get("query")) for s in found] != [("datasource", "prometheus")]:
        yield Flaw(
            "it does not have one variable `datasource` that chooses a Prometheus",
            "Declare it, first of all.",
        )


def reloads(board: BoardJson, boards: Mapping[str, BoardJson]) -> Iterator[Flaw]:
    """Variables read their values anew with the time range: versions come and go."""
    for setting in board.settings:
        if setting.get("type") == "query" and setting.get("refresh") != ON_TIME_CHANGE:
            yield Flaw(
                f"variable {setting.get('name')} is not read anew when the time range changes",
                "Set its refresh to the change of the time range.",
            )


def one_datasource(board: BoardJson, boards: Mapping[str, BoardJson]) -> Iterator[Flaw]:
    """Variables and annotations ask the chosen Prometheus too."""
    queried = [s for s in board.settings if s.get("type") == "query"]
    for thing in (*queried, *board.annotations):
        if thing.get("datasource", {}).get("uid") != DATASOURCE:
            yield Flaw(f"{thing.get('name')} does not ask {DATASOURCE}", "Refer to the variable.")


def links_lead_somewhere(board: BoardJson, boards: Mapping[str, BoardJson]) -> Iterator[Flaw]:
    """Links name dashboards, panels and tags that there are."""
    for target, rest in _LINK.findall(json.dumps(board.json)):
        panel = _PANEL.search(rest)
        if target not in boards:
            yield Flaw(f"a link leads to the dashboard {target}, which is not there", "Mend it.")
        elif panel and int(panel[1]) not in {p.json.get("id") for p in boards[target].panels}:
            missing = f"panel {panel[1]} of {target}"
            yield Flaw(f"a link leads to {missing}, which is not there", "Mend it.")
    tags = {tag for other in boards.values() for tag in other.json.get("tags", ())}
    for link in _links(board):
        for tag in sorted(set(link.get("tags", ())) - tags):
            yield Flaw(f"a link leads to dashboards with the tag {tag}; none has it", "Mend it.")


def links_keep_variables(board: BoardJson, boards: Mapping[str, BoardJson]) -> Iterator[Flaw]:
    """Who goes from one dashboard to another stays with the model and the time."""
    for link in _links(board):
        within = link.get("type") == "dashboards" or "/d/" in str(link.get("url", ""))
        if within and not (link.get("includeVars") and link.get("keepTime")):
            yield Flaw(
                f"the link {link.get('title')} forgets the variables or the time range",
                "Set includeVars and keepTime.",
            )


def _links(board: BoardJson) -> tuple[Json, ...]:
    return tuple(board.json.get("links") or ())


# The names of dashboard-linter where its rule is the same.
BOARD_RULES: Mapping[str, BoardRule] = {
    "dashboard-uid-rule": uid,
    "uneditable-dashboard": uneditable,
    "template-datasource-rule": datasource_variable,
    "template-on-time-change-reload-rule": reloads,
    "template-panel-datasource-rule": one_datasource,
    "dashboard-link-rule": links_lead_somewhere,
    "dashboard-link-variables-rule": links_keep_variables,
}
