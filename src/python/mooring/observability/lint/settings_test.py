from __future__ import annotations

from typing import Any

import pytest

from mooring.observability.lint.settings import queried, values_of
from mooring.observability.lint.variables import ANYTHING, INTERVALS, expanded, named


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ({"type": "query", "query": "label_values(up, job)"}, (ANYTHING,)),
        ({"type": "datasource", "query": "prometheus"}, (ANYTHING,)),
        ({"type": "custom", "query": "1h, 1d,1w"}, ("1h", "1d", "1w")),
        ({"type": "custom", "query": "hour : 1h, day : 1d"}, ("1h", "1d")),
        ({"type": "custom", "query": "", "options": [{"value": "$__all"}, {"value": "a"}]}, ("a",)),
        ({"type": "constant", "query": "mooring"}, ("mooring",)),
        ({"type": "textbox"}, (ANYTHING,)),
    ],
)
def test_a_variable_stands_for_what_its_json_lists(
    setting: dict[str, Any], values: tuple[str, ...]
) -> None:
    assert values_of(setting) == values


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("label_values(up, job)", ("up", ("job",))),
        ({"query": "label_values(up{a='b, c'}, job)", "refId": "V"}, ("up{a='b, c'}", ("job",))),
        ("label_values(job)", ("", ("job",))),
        ("query_result(count(up))", ("count(up)", ())),
        ("up", ("up", ())),
    ],
)
def test_a_query_variable_asks_an_expression_and_reads_a_label(
    query: object, asked: object
) -> None:
    assert queried({"type": "query", "query": query}) == asked


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("rate(a[$__rate_interval])", ("rate(a[299s])",)),
        ("a:$window offset ${window}", ("a:1h offset 1h", "a:1d offset 1d")),
        ('a{b=~"${model:regex}"}', ('a{b=~"anything"}',)),
        ('f(a, "$1", "(.*)$")', ('f(a, "$1", "(.*)$")',)),
        ("a > $unknown", ("a > $unknown",)),
    ],
)  # fmt: skip
def test_a_text_is_expanded_once_for_each_choice(text: str, texts: tuple[str, ...]) -> None:
    variables = {**INTERVALS, "window": ("1h", "1d"), "model": (ANYTHING,)}
    assert expanded(text, variables) == texts


def test_variables_are_named_in_both_forms_and_once() -> None:
    assert named('a{b="$b"} / a{b="${b}"} > ${c:regex}') == ("b", "c")
