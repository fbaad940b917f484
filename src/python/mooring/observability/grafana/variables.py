"""The variables of a board: a Prometheus, and where it is about models, one of them."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.dashboard import VariableOption, VariableRefresh, VariableSort

from mooring.observability.grafana.datasource import KIND, VARIABLE, datasource
from mooring.observability.panel import Board, Choice
from mooring.observability.queries.scope import Scope
from mooring.telemetry.models import MODEL_INFO

_MODEL = Scope((("model", 'model="$model"'),))
_ALL = VariableOption(selected=True, text="All", value="$__all")


def variables(board: Board) -> list[DatasourceVariable | QueryVariable]:
    """The variables in the order in which they depend on each other."""
    models = [_model(), _version()] if board.per_model else []
    return [_datasource(), *models, *(_choice(choice) for choice in board.choices)]


def _datasource() -> DatasourceVariable:
    return DatasourceVariable(VARIABLE).label("Data source").type(KIND)


def _model() -> QueryVariable:
    asked = f"label_values({MODEL_INFO.name}, model)"
    return _queried("model", "Model", asked).include_all(False)


def _version() -> QueryVariable:
    asked = f"label_values({_MODEL.select(MODEL_INFO)}, version)"
    # A version that was served earlier is no longer listed, yet is part of "All".
    all_versions = _queried("version", "Version", asked).include_all(True).all_value(".*")
    return all_versions.current(_ALL)


def _choice(choice: Choice) -> QueryVariable:
    asked = f"label_values({choice.asked}, {choice.label})"
    made = _queried(choice.label, choice.title, asked).include_all(True).multi(True)
    return made.current(_ALL)


def _queried(name: str, label: str, asked: str) -> QueryVariable:
    return (
        QueryVariable(name)
        .label(label)
        .datasource(datasource())
        .query(asked)
        .definition(asked)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )
