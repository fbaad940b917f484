"""All alerts but those of budgets, by the group in which they are evaluated."""

from __future__ import annotations

from mooring.observability.rule import Group
from mooring.observability.rules.alerts.access import ACCESS
from mooring.observability.rules.alerts.data import DATA
from mooring.observability.rules.alerts.log import LOG
from mooring.observability.rules.alerts.operation import OPERATION
from mooring.observability.rules.alerts.quality import QUALITY
from mooring.observability.rules.alerts.retraining import RETRAINING
from mooring.observability.rules.alerts.routing import ROUTING
from mooring.observability.rules.alerts.serving import SERVING

ALERTS = (
    Group("mooring-serving", SERVING),
    Group("mooring-routing", ROUTING),
    Group("mooring-log", LOG),
    Group("mooring-access", ACCESS),
    Group("mooring-data", DATA),
    Group("mooring-quality", QUALITY),
    Group("mooring-retraining", RETRAINING),
    Group("mooring-operation", OPERATION),
)
