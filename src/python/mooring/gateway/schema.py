"""`PredictSchema`: what `:predict` reads of one contract, in either of TensorFlow Serving's shapes.

    {"instances": [{"hour": 7}, {"hour": 8}]}     rows, answered by {"predictions": […]}
    {"inputs": {"hour": [7, 8]}}                  columns, answered by {"outputs": […]}

Both may name the one signature there is, `serving_default`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from mooring.contract.column_schema import FEW_ROWS, ColumnSchema
from mooring.contract.columns import Columns
from mooring.contract.errors import InvalidRows, Violation
from mooring.contract.faults import Location, invalid_rows, path_of
from mooring.contract.json_members import refuse_repeated_members
from mooring.contract.request import RequestSchema

Shape = Literal["rows", "columns"]

SIGNATURE = "serving_default"

_CLOSED = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)
_SIGNATURE: Any = (
    Literal["serving_default"],
    Field(SIGNATURE, description="The one signature that a model has."),
)
# What rows complain of when columns were meant.
_MEANT_COLUMNS = {("instances", "missing"), ("inputs", "extra_forbidden")}


@dataclass(frozen=True)
class PredictSchema(RequestSchema):
    """The typed faces of one contract at the gateway."""

    @cached_property
    def columns(self) -> ColumnSchema:
        """The contract's face for a list of values per feature."""
        return ColumnSchema(self.contract)

    @cached_property
    def body(self) -> type[BaseModel]:
        """A request body of rows."""
        plain = super().body
        return create_model(plain.__name__, __base__=plain, signature_name=_SIGNATURE)

    @cached_property
    def table_body(self) -> type[BaseModel]:
        """A request body of columns."""
        return create_model(
            f"{super().body.__name__}ByColumn",
            __config__=_CLOSED | {"json_schema_extra": {"examples": [self.table_example]}},
            inputs=(self.columns.table, ...),
            signature_name=_SIGNATURE,
        )

    @property
    def table_example(self) -> dict[str, Any]:
        """A body of columns that the contract accepts."""
        return {"inputs": self.columns.example}

    def read(self, body: bytes) -> tuple[Columns, Shape]:
        """Validate a JSON body of either shape. Raises InvalidRows."""
        try:
            return self.parse(body), "rows"
        except InvalidRows as error:
            if not {(v.path, v.kind) for v in error.violations} >= _MEANT_COLUMNS:
                raise
        return self._read_table(body), "columns"

    def _read_table(self, body: bytes) -> Columns:
        short = body.count(b",") <= FEW_ROWS * len(self.contract.features)
        try:
            request: Any = (self._short_table if short else self._long_table).validate_json(body)
        except ValidationError as error:
            raise invalid_rows(error, _violation) from None
        kept = len(request.model_fields_set) + len(request.inputs.model_fields_set)
        refuse_repeated_members(body, kept)
        return self.columns.columns(request.inputs)

    @cached_property
    def _short_table(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.table_body)

    @cached_property
    def _long_table(self) -> TypeAdapter[Any]:
        table = (self.columns.long_table, ...)
        return TypeAdapter(
            create_model(self.table_body.__name__, __base__=self.table_body, inputs=table)
        )


def _violation(location: Location, kind: str, message: str) -> Violation:
    names = [step for step in location[1:2] if location[0] == "inputs"]
    return Violation(path_of(location), kind, message, str(names[0]) if names else "")
