"""Every kind of edit that the oracle makes, and how often.

Those that run everything again, or have Pants start again, cost most and are drawn least.
"""

from __future__ import annotations

from mooring.delivery.plan.testing import (
    build_edits,
    code_edits,
    data_edits,
    lock_edits,
    suite_edits,
)
from mooring.delivery.plan.testing.site import Edit

WEIGHTS: dict[Edit, int] = {
    **code_edits.WEIGHTS,
    **suite_edits.WEIGHTS,
    **build_edits.WEIGHTS,
    **lock_edits.WEIGHTS,
    **data_edits.WEIGHTS,
}

# A global file is changed, or code is deleted or renamed: these and no others need everything.
EVERYTHING = frozenset(
    edit.__name__
    for edit in (
        *code_edits.EVERYTHING,
        *suite_edits.EVERYTHING,
        *build_edits.EVERYTHING,
        *lock_edits.EVERYTHING,
    )
)
