"""Blessings as files: which of them let a bundle pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from mooring.blessing.errors import NotBlessed
from mooring.blessing.evidence import (
    Blessing,
    Check,
    Verdict,
    blessing_path,
    overall,
    require_blessing,
    write_blessing,
)
from mooring.bundle.open import Bundle
from mooring.contract.canonical import sha256

MakeBundle = Callable[..., Bundle]
MakeBlessing = Callable[..., Blessing]

VERDICTS: tuple[Verdict, ...] = ("refused", "inconclusive", "blessed")


def check(verdict: Verdict) -> Check:
    return Check(name="any", rows=1, metric="m", value=1.0, demand="some", verdict=verdict)


@pytest.mark.parametrize("given", list(product(VERDICTS, repeat=2)), ids=" and ".join)
def test_the_worst_check_is_the_verdict(given: tuple[Verdict, ...]) -> None:
    assert overall(tuple(map(check, given))) == min(given, key=VERDICTS.index)


def test_nothing_asked_is_inconclusive() -> None:
    assert overall(()) == "inconclusive"


def test_a_blessing_that_passes_is_known_by_the_digest_of_its_file(
    bundle: MakeBundle, blessing: MakeBlessing, tmp_path: Path
) -> None:
    path = write_blessing(tmp_path / "new", blessing(bundle(1)))
    assert path.name == f"{bundle(1).id[:16]}.evaluation.json"
    found = require_blessing(tmp_path / "new", bundle(1).id, "evaluation")
    assert found == sha256(path.read_bytes())


def edited(content: bytes, **changes: Any) -> bytes:
    return json.dumps(json.loads(content) | changes).encode()


def check_refused(content: bytes) -> bytes:
    document = json.loads(content)
    document["checks"][0]["verdict"] = "refused"
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("verdicts", "tamper", "problem"),
    [
        pytest.param(["refused"], None, "the verdict is refused", id="refused"),
        pytest.param(["inconclusive"], None, "the verdict is inconclusive", id="inconclusive"),
        pytest.param(["blessed"], check_refused, "not that of its checks", id="a check edited"),
        pytest.param(
            ["refused"],
            lambda content: edited(content, verdict="blessed"),
            "not that of its checks",
            id="the verdict edited",
        ),
        pytest.param(
            ["blessed"],
            lambda content: edited(content, bundle="0" * 64),
            "blesses another bundle",
            id="of another bundle",
        ),
        pytest.param(
            ["blessed"],
            lambda content: edited(content, kind="serving"),
            "blesses another bundle",
            id="of another kind",
        ),
        pytest.param(
            ["blessed"],
            lambda content: edited(content, checks=[]),
            "cannot be read",
            id="no checks",
        ),
        pytest.param(
            ["blessed"], lambda content: edited(content, format=2), "cannot be read", id="format 2"
        ),
        pytest.param(
            ["blessed"], lambda content: edited(content, more=1), "cannot be read", id="a new field"
        ),
        pytest.param(["blessed"], lambda content: content[:-20], "cannot be read", id="cut short"),
        pytest.param(["blessed"], lambda content: b"", "cannot be read", id="empty"),
    ],
)
def test_no_pass_with_a_blessing_that_is(
    bundle: MakeBundle,
    blessing: MakeBlessing,
    tmp_path: Path,
    verdicts: list[Verdict],
    tamper: Callable[[bytes], bytes] | None,
    problem: str,
) -> None:
    path = write_blessing(tmp_path, blessing(bundle(1), *verdicts))
    if tamper is not None:
        path.write_bytes(tamper(path.read_bytes()))
    with pytest.raises(NotBlessed, match=problem) as refused:
        require_blessing(tmp_path, bundle(1).id, "evaluation")
    assert refused.value.place == str(path)
    assert "mooring bless" in refused.value.cure


def test_no_pass_without_a_blessing(bundle: MakeBundle, tmp_path: Path) -> None:
    with pytest.raises(NotBlessed, match="there is no evaluation blessing"):
        require_blessing(tmp_path, bundle(1).id, "evaluation")


def test_no_pass_with_a_folder_in_the_blessings_place(bundle: MakeBundle, tmp_path: Path) -> None:
    blessing_path(tmp_path, bundle(1).id, "evaluation").mkdir()
    with pytest.raises(NotBlessed, match="cannot be read"):
        require_blessing(tmp_path, bundle(1).id, "evaluation")


def test_no_pass_for_a_bundle_whose_id_only_begins_alike(
    bundle: MakeBundle, blessing: MakeBlessing, tmp_path: Path
) -> None:
    write_blessing(tmp_path, blessing(bundle(1)))
    twin = bundle(1).id[:16] + "0" * 48
    with pytest.raises(NotBlessed, match="blesses another bundle"):
        require_blessing(tmp_path, twin, "evaluation")


def test_evidence_from_before_comparisons_still_lets_its_bundle_pass(
    bundle: MakeBundle, blessing: MakeBlessing, tmp_path: Path
) -> None:
    path = write_blessing(tmp_path, blessing(bundle(1)))
    document = json.loads(path.read_bytes())
    del document["checks"][0]["versus"]
    path.write_text(json.dumps(document))
    assert require_blessing(tmp_path, bundle(1).id, "evaluation") == sha256(path.read_bytes())
