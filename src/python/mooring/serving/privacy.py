"""No usage reports: BentoML posts events to its makers unless it is told not to.

Only `true` is understood. Whoever starts the process sets it; a plain `bentoml serve` has asked
and remembered the answer before it imports any service, so the memory is cleared as well.
"""

from __future__ import annotations

import os


def stop_usage_reports() -> None:
    """Tell BentoML in this process and its children to report nothing."""
    os.environ["BENTOML_DO_NOT_TRACK"] = "true"
    from bentoml._internal.utils.analytics import usage_stats

    usage_stats.do_not_track.cache_clear()
