"""From a checkout and a revision to its plan: git first, and Pants only where something changed."""

from __future__ import annotations

from pathlib import Path

from mooring.delivery.plan.checkout import changes_since, find_root
from mooring.delivery.plan.graph import Graph
from mooring.delivery.plan.pants import Pants
from mooring.delivery.plan.plan import Plan, everything_for, plan_everything, plan_selected


def make_plan(folder: Path, since: str, *, slow: bool = False) -> Plan:
    """The plan of the checkout around `folder` for what has changed since a revision.

    Uncommitted and untracked files count. `slow` lets tests that are tagged slow into the plan.
    Raises PlanError.
    """
    root = find_root(folder)
    changed = changes_since(root, since)
    if not changed.changes:
        return plan_selected(changed, Graph({}), ())
    pants = Pants(root, slow)
    if cause := everything_for(changed.changes):
        return plan_everything(changed, cause, pants.everything())
    return plan_selected(changed, pants.graph(), pants.selection(changed.since))
