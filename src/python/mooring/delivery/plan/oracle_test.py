"""Ten edits of the mutation oracle; the many are in `oracle_slow_test`."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from mooring.delivery.plan.testing import edits
from mooring.delivery.plan.testing.oracle import Oracle, opened
from mooring.delivery.plan.testing.repository import PANTS

pytestmark = pytest.mark.skipif(
    not PANTS,
    reason="MOORING_PANTS_BIN is not set: ./pants sets it, the official launcher does not",
)


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    with opened(tmp_path_factory.mktemp("oracle")) as found:
        yield found


# What Pants alone misses stands first; each is a rule that somebody could drop.
@pytest.mark.parametrize(
    ("number", "edit"),
    enumerate(
        (
            *(edits.assembler, edits.emptied_init, edits.moved_data, edits.build_defaults),
            *(edits.new_data, edits.pytest_options, edits.deleted_module),
            *(edits.meaning, edits.release, edits.document),
        )
    ),
    ids=lambda given: given.__name__.replace("_", " ") if callable(given) else str(given),
)
def test_the_plan_holds_all_that_is_needed(oracle: Oracle, number: int, edit: edits.Edit) -> None:
    trial = oracle.trial(edit, Random(number), number)
    assert list(trial.faults()) == [], trial
