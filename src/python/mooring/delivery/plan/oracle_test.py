"""Seven edits of the mutation oracle; the many are in `oracle_slow_test`."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from mooring.delivery.plan.testing import (
    build_edits,
    code_edits,
    data_edits,
    lock_edits,
    suite_edits,
)
from mooring.delivery.plan.testing.oracle import Oracle, opened
from mooring.delivery.plan.testing.repository import PANTS
from mooring.delivery.plan.testing.site import Edit

pytestmark = pytest.mark.skipif(
    not PANTS,
    reason="MOORING_PANTS_BIN is not set: ./pants sets it, the official launcher does not",
)


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    with opened(tmp_path_factory.mktemp("oracle")) as found:
        yield found


# What Pants alone misses stands first; each is a rule that somebody could drop.
EDITS = (
    *(
        code_edits.assembler,
        code_edits.emptied_init,
        data_edits.moved_data,
        build_edits.new_defaults,
    ),
    *(lock_edits.pytest_options, suite_edits.deleted_conftest, data_edits.release),
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__.replace("_", " "))
def test_the_plan_holds_all_that_is_needed(oracle: Oracle, edit: Edit) -> None:
    number = EDITS.index(edit)
    trial = oracle.trial(edit, Random(number), number)
    assert list(trial.faults()) == [], trial
