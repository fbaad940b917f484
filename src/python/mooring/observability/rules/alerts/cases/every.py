"""All cases. That each alert has one is tested."""

from __future__ import annotations

from mooring.observability.rules.alerts.cases.access import ACCESS
from mooring.observability.rules.alerts.cases.budgets import BUDGETS
from mooring.observability.rules.alerts.cases.case import Case
from mooring.observability.rules.alerts.cases.data import DATA
from mooring.observability.rules.alerts.cases.log import LOG
from mooring.observability.rules.alerts.cases.operation import OPERATION
from mooring.observability.rules.alerts.cases.quality import QUALITY
from mooring.observability.rules.alerts.cases.retraining import RETRAINING
from mooring.observability.rules.alerts.cases.routing import ROUTING
from mooring.observability.rules.alerts.cases.serving import SERVING

CASES: tuple[Case, ...] = (
    *BUDGETS,
    *SERVING,
    *ROUTING,
    *LOG,
    *ACCESS,
    *DATA,
    *QUALITY,
    *RETRAINING,
    *OPERATION,
)

# What always fires has nothing under which it is quiet.
ALWAYS = "Watchdog"
