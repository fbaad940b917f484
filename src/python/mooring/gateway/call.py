"""What is asked, in whatever protocol it was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Protocol = Literal["native", "oip"]


@dataclass(frozen=True)
class Call:
    """Who asks which model for predictions, and how long he will wait.

    `version` or `label` ask for one variant; `key` is chosen by the caller and keeps him on one
    variant while there are two; `patience` is in seconds; `caller` is the id of an API key, empty
    where nobody has to say who he is; `event_time` is when the rows came to be, if that is not now.
    """

    model: str
    version: str | None = None
    label: str | None = None
    key: str | None = None
    patience: float | None = None
    caller: str = ""
    protocol: Protocol = "native"
    event_time: datetime | None = None
