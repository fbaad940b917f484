"""One expression with its place, whoever asks it: a panel, a variable, an annotation or a rule."""

from __future__ import annotations

from dataclasses import dataclass, field

from promql_parser import Expr

from mooring.observability.lint.promql import NotPromQL, metrics, parsed
from mooring.observability.lint.variables import Variables, expanded


@dataclass(frozen=True)
class Asked:
    """An expression, the variables that it may use, and the labels that texts take from it."""

    board: str
    panel: str
    expr: str
    variables: Variables = field(default_factory=dict)
    labels: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The expression as Prometheus gets it, once for each choice of variables."""
        return expanded(self.expr, self.variables)

    @property
    def trees(self) -> tuple[Expr, ...]:
        """The parsed expressions; none that is no PromQL, for which there is a rule of its own."""
        found = (_tree(text) for text in self.texts)
        return tuple(tree for tree in found if tree is not None)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the series that are selected, each once."""
        return tuple(dict.fromkeys(name for tree in self.trees for name in metrics(tree)))


def _tree(text: str) -> Expr | None:
    try:
        return parsed(text)
    except NotPromQL:
        return None
