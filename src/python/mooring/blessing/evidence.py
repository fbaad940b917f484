"""A blessing: the evidence for or against a bundle, as a file that names what was judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mooring.blessing.errors import NotBlessed
from mooring.blessing.gate import BlessingKind
from mooring.bundle.atomic import write_file
from mooring.bundle.manifest import Period, Sha256
from mooring.bundle.signature import OFF, SignaturePolicy, check_file
from mooring.contract.canonical import sha256

Verdict = Literal["blessed", "refused", "inconclusive"]

_CLOSED = ConfigDict(frozen=True, extra="forbid")


class Versus(BaseModel):
    """What a check against the champion found: the check's own `value` is the candidate's.

    `lower` and `upper` bound candidate − champion. Numbers are None where they are undefined or
    were not looked for; `reason` says why, and is empty where nothing stood in the way.
    """

    model_config = _CLOSED

    champion: Sha256
    value: float | None
    difference: float | None
    lower: float | None
    upper: float | None
    blocks: int
    resamples: int
    reason: str = ""


class Check(BaseModel):
    """One question that was asked: of which rows, what came out, and what was demanded.

    `value` is None where the metric is undefined; the verdict is then inconclusive. `lower` and
    `upper` bound it by the uncertainty of the rows, where that was looked for. `reason` says in
    words what the numbers do not.
    """

    model_config = _CLOSED

    name: str
    rows: int
    metric: str
    value: float | None
    demand: str
    verdict: Verdict
    # All below are absent from evidence that was written before they were looked for.
    versus: Versus | None = None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""

    @property
    def found(self) -> str:
        """What came out, for a person to read."""
        if self.versus is None:
            return self.reason or f"{self.value}"
        if self.versus.reason:
            return self.versus.reason
        interval = f"{self.versus.lower} to {self.versus.upper}"
        return f"{self.value} against {self.versus.value}: {interval}"


class Blessing(BaseModel):
    """Everything that was asked of one bundle, and the verdict: the worst of its checks.

    An evaluation names the rows it judged on; a serving blessing the machine it measured on.
    """

    model_config = _CLOSED

    format: Literal[1] = 1
    kind: BlessingKind
    model: str
    bundle: Sha256
    dataset: Sha256 | None = None
    dataset_version: int | None = None
    period: Period | None = None
    code: Sha256
    checks: tuple[Check, ...] = Field(min_length=1)
    verdict: Verdict
    seconds: float
    judged_at: str
    machine: dict[str, str] = {}

    def to_json(self) -> bytes:
        """Write the blessing, one field a line."""
        return (json.dumps(self.model_dump(mode="json"), indent=2) + "\n").encode()


def overall(checks: tuple[Check, ...]) -> Verdict:
    """Refused if any check is, else inconclusive if any is, else blessed."""
    verdicts = {check.verdict for check in checks}
    if "refused" in verdicts:
        return "refused"
    return "inconclusive" if "inconclusive" in verdicts or not verdicts else "blessed"


def blessing_path(folder: Path, bundle_id: str, kind: BlessingKind) -> Path:
    """Where the blessing of a bundle lies: `<id16>.<kind>.json`."""
    return folder / f"{bundle_id[:16]}.{kind}.json"


def write_blessing(folder: Path, blessing: Blessing) -> Path:
    """Write the blessing in one step and return its path."""
    path = blessing_path(folder, blessing.bundle, blessing.kind)
    write_file(path, blessing.to_json())
    return path


def require_blessing(
    folder: Path,
    bundle_id: str,
    kind: BlessingKind,
    rival: str | None = None,
    policy: SignaturePolicy = OFF,
) -> str:
    """Return the digest of the blessing file that lets this bundle pass.

    Raises NotBlessed when it is missing, of another bundle, or not a pass, and when it does not
    compare with the bundle `rival` where one is given; what `check_file` raises when it is not
    signed as `policy` asks.
    """
    path = blessing_path(folder, bundle_id, kind)
    cure = "Run `mooring bless <model>` and read its verdict."
    try:
        content = path.read_bytes()
        blessing = Blessing.model_validate_json(content)
    except FileNotFoundError:
        raise NotBlessed(f"there is no {kind} blessing", place=str(path), cure=cure) from None
    except (ValidationError, OSError):
        raise NotBlessed("the blessing cannot be read", place=str(path), cure=cure) from None
    check_file(path, content, policy)
    if (blessing.bundle, blessing.kind) != (bundle_id, kind):
        raise NotBlessed("it blesses another bundle", place=str(path), cure=cure)
    if blessing.verdict != overall(blessing.checks):
        raise NotBlessed("the verdict is not that of its checks", place=str(path), cure=cure)
    if blessing.verdict != "blessed":
        raise NotBlessed(f"the verdict is {blessing.verdict}", place=str(path), cure=cure)
    compared = {check.versus.champion for check in blessing.checks if check.versus}
    if rival is not None and rival not in compared:
        problem = f"it does not compare with the present champion {rival[:16]}"
        raise NotBlessed(problem, place=str(path), cure="Run `mooring bless <model>` again.")
    return sha256(content)
