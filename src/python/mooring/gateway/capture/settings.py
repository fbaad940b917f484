"""What is remembered of predictions, where, and for how long: the table `log` of the settings."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from pathlib import Path

from mooring.gateway.setting import Text, flag, in_home, number, setting, whole
from mooring.predictionlog.layout import GATEWAY_NAME

_NAME = Text(
    "a name of at most 63 letters, digits, dots and dashes", f"(?:{GATEWAY_NAME.pattern})?"
)
_SECRETS = Text(
    "secrets of at least 32 and at most 64 bytes, with commas between them",
    r"[\x21-\x2b\x2d-\x7e]{32,64}(,[\x21-\x2b\x2d-\x7e]{32,64})*",
)


@dataclass(frozen=True)
class LogSettings:
    """The prediction log and the labels."""

    on: bool = flag(True, "MOORING_LOG", "without it nothing can be learnt from what was served")
    home: Path = in_home(".", "MOORING_LOG_HOME", "predictions/ and feedback/ lie in it")
    gateway: str = setting(
        "", "MOORING_GATEWAY_NAME", _NAME, "its own folder in the log; empty for the host's name"
    )
    sample: float = number(
        1, "MOORING_LOG_SAMPLE", 0, 1, "the share of requests; drift needs far fewer than all"
    )
    id_secret: str = setting(
        "", "MOORING_ID_SECRET", _SECRETS,
        "the first marks prediction ids, all recognise them, in every gateway that has them; "
        "without one a gateway knows its own ids until it restarts", secret=True,
    )  # fmt: skip
    sensitive_key: str = setting(
        "", "MOORING_SENSITIVE_KEY", _SECRETS,
        "sensitive features are hashed with the first; without one they are left out", secret=True,
    )  # fmt: skip
    queue_records: int = whole(
        100_000, "MOORING_LOG_QUEUE_RECORDS", 1, 10**7, "twenty seconds of 5,000 a second"
    )
    queue_bytes: int = whole(
        64 * 1_048_576, "MOORING_LOG_QUEUE_BYTES", 65_536, 2**34, "what they take in memory"
    )
    segment_bytes: int = whole(
        16 * 1_048_576, "MOORING_LOG_SEGMENT_BYTES", 4_096, 2**31, "sealed at this size"
    )
    segment_seconds: float = number(
        60, "MOORING_LOG_SEGMENT_SECONDS", 0.1, 86_400, "sealed, and thus readable, at this age"
    )
    keep_seconds: float = number(
        30 * 86_400, "MOORING_LOG_KEEP_SECONDS", 60, 10**9, "a month, where nobody fetches it"
    )
    keep_bytes: int = whole(
        2**30, "MOORING_LOG_KEEP_BYTES", 1_048_576, 2**50, "of each model, and of its labels"
    )
    flush_seconds: float = number(
        5, "MOORING_LOG_FLUSH_SECONDS", 0, 300, "for what still waits when the gateway stops"
    )
    labels_per_minute: int = whole(
        60_000, "MOORING_LABELS_PER_MINUTE", 1, 10**8, "of one caller: labels come in batches"
    )

    @property
    def name(self) -> str:
        """The gateway's name, as a folder can be called."""
        host = re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:63]
        return self.gateway or (host if GATEWAY_NAME.fullmatch(host) else "gateway")

    @property
    def id_secrets(self) -> tuple[bytes, ...]:
        """The secrets of prediction ids, the one that marks first."""
        return tuple(part.encode() for part in self.id_secret.split(",") if part)

    @property
    def hash_key(self) -> bytes:
        """What sensitive values are hashed with; empty to leave them out."""
        return self.sensitive_key.partition(",")[0].encode()
