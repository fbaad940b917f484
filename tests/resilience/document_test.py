from __future__ import annotations

from tests.resilience.document import PATH, document


def test_the_table_of_faults_says_what_the_tests_expect() -> None:
    assert PATH.read_text() == document(), "run `python -m tests.resilience.document`"
