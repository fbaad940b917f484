"""The release: read with the place of a fault, written only over what was read."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.bundle.atomic import ASIDE
from mooring.bundle.errors import ReleaseError
from mooring.bundle.release import Release, Released, ReleaseFile, read_release, write_release

WRITERS, GENERATIONS = 4, 15

digests = st.text("0123456789abcdef", min_size=64, max_size=64)
released = st.builds(
    Released,
    version=st.integers(1),
    bundle=digests,
    location=st.text(),
    bytes=st.integers(0),
    runtime=st.sampled_from(["onnx", "skops"]),
    blessings=st.dictionaries(st.text(max_size=9), digests, max_size=2),
    promoted_at=st.text(),
    promoted_by=st.text(),
    reason=st.text(),
)
releases = st.builds(
    Release,
    model=st.text(),
    last_version=st.integers(0),
    champion=st.none() | released,
    challenger=st.none() | released,
    former=st.lists(released, max_size=2).map(tuple),
)


def champion(version: int) -> Released:
    return Released(
        version=version, bundle="a" * 64, location="models/ferry/bundles/a", bytes=9,
        runtime="onnx", blessings={"evaluation": "b" * 64}, promoted_at="2013-04-01T00:00:00Z",
        promoted_by="someone", reason="first",
    )  # fmt: skip


def release(version: int) -> Release:
    return Release(model="ferry", last_version=version, champion=champion(version))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "models" / "ferry" / "release.json"


@pytest.fixture
def first(path: Path) -> ReleaseFile:
    """A release of version 1, written."""
    return write_release(read_release(path, model="ferry"), release(1))


@given(releases)
def test_any_release_survives_its_json(any_release: Release) -> None:
    assert Release.model_validate_json(any_release.to_json()) == any_release


def test_what_is_written_is_what_is_read(path: Path, first: ReleaseFile) -> None:
    assert read_release(path) == first
    assert first.release == release(1)
    assert [entry.name for entry in path.parent.iterdir()] == ["release.json"]


def test_a_release_is_a_field_a_line_so_that_diffs_are_readable(first: ReleaseFile) -> None:
    lines = first.path.read_text().splitlines()
    assert '    "version": 1,' in lines
    assert first.path.read_bytes().endswith(b"}\n")


def test_a_missing_file_is_an_empty_release_of_the_model_named(path: Path) -> None:
    found = read_release(path, model="ferry")
    assert found.release == Release(model="ferry", last_version=0, champion=None)
    assert not path.exists()


def test_a_missing_file_is_refused_when_no_model_is_named(path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"release\.json: there is no release"):
        read_release(path)


def test_the_release_of_another_model_is_refused(path: Path, first: ReleaseFile) -> None:
    with pytest.raises(ReleaseError, match="it is the release of ferry"):
        read_release(path, model="flight_delay")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param({"format": 2}, "format", id="a newer format"),
        pytest.param({"surprise": 1}, "surprise", id="an unknown key"),
        pytest.param({"last_version": -1}, "last_version", id="a version below zero"),
        pytest.param({"champion": {}}, r"champion\.version", id="a champion of nothing"),
        pytest.param({"champion": champion(1).model_dump() | {"bundle": "abc"}},
                     r"champion\.bundle", id="half a bundle id"),
        pytest.param({"challenger": champion(1).model_dump() | {"runtime": "pickle"}},
                     r"challenger\.runtime", id="a runtime unknown"),
        pytest.param({"former": [champion(1).model_dump() | {"version": 0}]},
                     r"former\.0\.version", id="a former version of zero"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_with_its_place(
    path: Path, first: ReleaseFile, change: dict[str, Any], place: str
) -> None:
    path.write_text(json.dumps(json.loads(first.release.to_json()) | change))
    with pytest.raises(ReleaseError, match=f"{place}: ") as refused:
        read_release(path)
    assert refused.value.place == str(path)
    assert "git" in refused.value.cure


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"format": 1,', id="a truncated document"),
        pytest.param(b"\xff", id="bytes that are not UTF-8"),
        pytest.param(b"<<<<<<< HEAD\n{}\n", id="a conflict left by a merge"),
    ],
)
def test_what_is_not_json_is_refused(path: Path, first: ReleaseFile, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ReleaseError, match="the document: Invalid JSON"):
        read_release(path)


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(lambda path: path.write_bytes(release(2).to_json()), id="promoted by another"),
        pytest.param(lambda path: path.open("ab").write(b"\n"), id="touched by an editor"),
        pytest.param(lambda path: path.unlink(), id="removed"),
    ],
)
def test_a_file_that_changed_meanwhile_is_left_as_it_is(
    path: Path, first: ReleaseFile, meanwhile: Any
) -> None:
    meanwhile(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(ReleaseError, match="it was changed meanwhile"):
        write_release(first, release(3))
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_file_that_appeared_meanwhile_is_left_as_it_is(path: Path) -> None:
    nothing = read_release(path, model="ferry")
    write_release(nothing, release(1))
    with pytest.raises(ReleaseError, match="it was changed meanwhile"):
        write_release(nothing, release(2))
    assert read_release(path).release == release(1)


def write(before: ReleaseFile, version: int, writer: str) -> bool:
    """Whether the write was let through."""
    mine = champion(version).model_copy(update={"promoted_by": writer})
    try:
        write_release(before, Release(model="ferry", last_version=version, champion=mine))
    except ReleaseError:
        return False
    return True


def test_of_concurrent_writers_exactly_one_wins_each_generation(path: Path) -> None:
    barrier = Barrier(WRITERS, timeout=60)

    def generation(writer: int, number: int) -> bool:
        before = read_release(path, model="ferry")
        assert before.release.last_version == number
        barrier.wait()
        won = write(before, number + 1, f"writer {writer}")
        barrier.wait()
        return won

    def generations(writer: int) -> list[bool]:
        return [generation(writer, number) for number in range(GENERATIONS)]

    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = list(pool.map(generations, range(WRITERS)))
    assert [sum(wins) for wins in zip(*outcomes, strict=True)] == [1] * GENERATIONS
    assert read_release(path).release.last_version == GENERATIONS
    assert not [entry for entry in path.parent.iterdir() if entry.name.startswith(ASIDE)]
