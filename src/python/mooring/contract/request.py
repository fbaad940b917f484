"""Request and response types built from a contract alone, and the parsing of a request body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from mooring.contract.columns import Columns, columns_of
from mooring.contract.contract import Contract
from mooring.contract.faults import invalid_rows
from mooring.contract.features import Features, row_type


@dataclass(frozen=True)
class RequestSchema:
    """The typed face of one contract: `{"instances": [{…}]}` in, columns out."""

    contract: Contract

    @cached_property
    def row(self) -> type[Features]:
        """The row of features as a Pydantic class."""
        name = class_name(self.contract.name)
        return row_type(name, self.contract.features, self.contract.description)

    @cached_property
    def body(self) -> type[BaseModel]:
        """The whole request body as a Pydantic class, with an example for documentation."""
        rows = Field(min_length=1, max_length=self.contract.limits.rows)
        extra: dict[str, Any] = {"examples": [{"instances": [self.example]}]}
        return create_model(
            f"{class_name(self.contract.name)}Request",
            __config__=ConfigDict(
                extra="forbid", strict=True, hide_input_in_errors=True, json_schema_extra=extra
            ),
            instances=(list[self.row], rows),  # type: ignore[name-defined]
        )

    @property
    def example(self) -> dict[str, Any]:
        """One row that the contract accepts."""
        return {feature.name: feature.example for feature in self.contract.features}

    def parse(self, body: bytes) -> Columns:
        """Validate a JSON body straight into columns.

        Raises InvalidRows; `malformed` tells a body that is not JSON from rows that break the
        contract.
        """
        try:
            request: Any = self._body.validate_json(body)
        except ValidationError as error:
            raise invalid_rows(error) from None
        return self._columns(request.instances)

    def check_all(self, instances: Sequence[Mapping[str, Any]]) -> Columns:
        """Validate rows that are already Python objects, however many. Raises InvalidRows."""
        try:
            rows = self._rows.validate_python(list(instances))
        except ValidationError as error:
            raise invalid_rows(error) from None
        return self._columns(rows)

    @cached_property
    def _body(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.body)

    @cached_property
    def _rows(self) -> TypeAdapter[Any]:
        return TypeAdapter(list[self.row])  # type: ignore[name-defined]

    def _columns(self, rows: Sequence[Features]) -> Columns:
        held = [row.__dict__ for row in rows]
        return columns_of(self.contract, held)


def class_name(model: str) -> str:
    """Spell a model's name as that of a class: `FlightDelay`."""
    return "".join(part.capitalize() for part in model.split("_"))
