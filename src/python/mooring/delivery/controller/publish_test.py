from __future__ import annotations

import json
from pathlib import Path

import pytest

from mooring.contract.routing import Route, Routing
from mooring.delivery.controller.errors import AnotherWriter, NoHigherVersion
from mooring.delivery.controller.publish import publish, read_published, sole_writer
from mooring.delivery.controller.testing.releases import target
from mooring.gateway.traffic.document import check_successor, read_routing

ONE = {"voyage_delay": Route(champion=target(1))}
THREE = {"voyage_delay": Route(champion=target(3))}
TWO = {"voyage_delay": Route(champion=target(2))}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "routing.json"


def test_a_gateway_reads_what_was_published(path: Path) -> None:
    publish(path, ONE)
    assert read_routing(path) == Routing(format=1, version=1, models=ONE)


def test_its_version_grows_when_it_says_something_else_and_only_then(path: Path) -> None:
    done = [publish(path, models) for models in (ONE, ONE, TWO, ONE)]
    assert [each.routing.version for each in done] == [1, 1, 2, 3]
    assert [each.happened for each in done] == ["published", "unchanged", "published", "published"]


def rewritten(path: Path, **change: object) -> str:
    return json.dumps(json.loads(path.read_bytes()) | change)


@pytest.mark.parametrize(
    ("edit", "version"),
    [
        pytest.param(lambda path: rewritten(path, version=70), 71, id="a higher version"),
        pytest.param(lambda path: rewritten(path, version=0), 3, id="a lower version"),
        pytest.param(lambda path: rewritten(path) + "\n", 3, id="another spelling"),
        pytest.param(lambda path: "{", 3, id="half of a document"),
        pytest.param(lambda path: "", 3, id="nothing at all"),
    ],
)
def test_what_another_hand_wrote_is_written_again(path: Path, edit: object, version: int) -> None:
    publish(path, TWO)
    publish(path, ONE)
    path.write_text(edit(path))  # type: ignore[operator]
    done = publish(path, ONE)
    assert (done.happened, done.routing.version) == ("mended", version)
    assert publish(path, ONE).happened == "unchanged"


def test_a_document_that_was_removed_is_written_again(path: Path) -> None:
    for models in (TWO, ONE):
        publish(path, models)
    path.unlink()
    assert publish(path, ONE).routing.version == 3


def test_gateways_that_are_further_than_the_document_are_overtaken(path: Path) -> None:
    publish(path, ONE)
    done = publish(path, ONE, in_force=9)
    assert done.routing.version == 10
    check_successor(path, Routing(format=1, version=9, models=TWO), done.routing)


def test_a_document_from_before_there_was_a_record_is_taken_over(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(Routing(format=1, version=5, models=ONE).model_dump_json())
    assert publish(path, ONE).happened == "unchanged"
    done = publish(path, TWO)
    assert (done.happened, done.routing.version) == ("published", 6)


@pytest.mark.parametrize(
    ("models", "version"),
    [
        pytest.param(TWO, 2, id="the content that was promised"),
        pytest.param(THREE, 3, id="another content"),
    ],
)
def test_a_version_that_was_promised_and_never_seen_gets_no_other_content(
    path: Path, models: dict[str, Route], version: int
) -> None:
    publish(path, ONE)
    before = path.read_bytes()
    publish(path, TWO)
    path.write_bytes(before)  # as after a crash between the record and the document
    done = publish(path, models)
    assert (done.happened, done.routing.version) == ("published", version)
    assert publish(path, models).happened == "unchanged"


def test_there_is_no_version_above_the_highest(path: Path) -> None:
    publish(path, ONE)
    path.write_text(rewritten(path, version=2**53 - 1))
    with pytest.raises(NoHigherVersion, match="highest"):
        publish(path, TWO)


def test_a_second_writer_is_refused_while_the_first_lives(path: Path) -> None:
    with sole_writer(path):
        second = sole_writer(path)
        with pytest.raises(AnotherWriter, match="writer already"):
            second.__enter__()
    with sole_writer(path):
        publish(path, ONE)
    assert read_published(path) is not None
