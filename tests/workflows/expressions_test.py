"""The evaluator gives what GitHub's documentation says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workflows.expressions import evaluate, interpolate, text

CONTEXTS = {
    "github": {"event_name": "push", "ref": "refs/heads/main", "event": {}},
    "needs": {"a": {"result": "success"}, "b": {"result": "skipped"}},
    "plan": {"images": '[{"name": "x", "target": "a:x"}, {"name": "y", "target": "b:y"}]'},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("github.event_name == 'PUSH'", True, id="texts are equal in any case"),
        pytest.param("github.event.pull_request.sha", None, id="what is not there is nothing"),
        pytest.param("github.event.x == ''", True, id="nothing is an empty text"),
        pytest.param("!github.event.x && 'a' || 'b'", "a", id="and, or, not"),
        pytest.param("false && 'a' || 'b'", "b", id="and binds tighter than or"),
        pytest.param("'it''s'", "it's", id="a quote is doubled"),
        pytest.param("join(needs.*.result, ' ')", "success skipped", id="a member of each value"),
        pytest.param("join(fromJSON(plan.images).*.target, ' ')", "a:x b:y", id="of each item"),
        pytest.param("(1 == 1) != false", True, id="parentheses"),
    ],
)
def test_an_expression_has_the_value_that_github_gives_it(expression: str, value: Any) -> None:
    assert evaluate(expression, CONTEXTS, {}) == value


def test_an_expression_alone_keeps_its_type_and_in_a_text_becomes_text() -> None:
    assert interpolate("${{ fromJSON('[1]') }}", CONTEXTS, {}) == [1]
    assert interpolate("ci-${{ github.ref }}", CONTEXTS, {}) == "ci-refs/heads/main"
    assert [text(None), text(True), text("x")] == ["", "true", "x"]


def test_a_context_that_is_not_available_is_an_error_and_not_nothing() -> None:
    with pytest.raises(AssertionError, match="secrets"):
        evaluate("secrets.TOKEN", CONTEXTS, {})
