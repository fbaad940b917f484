"""Request and response types built from a contract alone, and the parsing of a request body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    TypeAdapter,
    ValidationError,
    create_model,
)

from mooring.contract.columns import Columns, Layout
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidRows, Violation
from mooring.contract.faults import invalid_rows
from mooring.contract.features import Features, row_type
from mooring.contract.json_members import (
    Parts,
    at_most,
    exactly,
    refuse_more,
    refuse_repeated_members,
)

# As many violations as these can have are made in some milliseconds.
_FEW = Parts(objects=21, members=1_000, lists=1_000, commas=1_000)


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
            request: Any = self._adapter_for(body).validate_json(body)
        except ValidationError as error:
            raise invalid_rows(error) from None
        rows = request.instances
        kept = len(request.model_fields_set) + sum([len(row.model_fields_set) for row in rows])
        refuse_repeated_members(body, kept)
        return self._columns(rows)

    def check_all(self, instances: Sequence[Mapping[str, Any]]) -> Columns:
        """Validate rows that are already Python objects, however many. Raises InvalidRows."""
        try:
            rows = self._rows.validate_python(list(instances))
        except ValidationError as error:
            raise invalid_rows(error) from None
        return self._columns(rows)

    def _adapter_for(self, body: bytes) -> TypeAdapter[Any]:
        """Every violation of a few rows is told, of many only those of the first that has any.

        Each violation costs 10 µs, and 3 kB of empty rows hold thousands. Raises InvalidRows for
        more than the contract can mean.
        """
        parts = at_most(body)
        if parts.within(_FEW):
            return self._body
        if not parts.within(self._most(parts.objects)):
            objects = exactly(body).objects
            self._refuse_more_rows(objects)
            refuse_more(body, self._most(objects))
        return self._first

    def _refuse_more_rows(self, objects: int) -> None:
        most = self.contract.limits.rows
        if objects > most + 1:
            message = f"List should have at most {most} items"
            raise InvalidRows([Violation("instances", "too_long", message)])

    def _most(self, objects: int) -> Parts:
        """What a body of so many objects has at most, as rows or as columns, and a little more."""
        rows, features = self.contract.limits.rows, len(self.contract.features)
        return Parts(
            objects=rows + 1,
            # A row of many members is cheap among as many rows as may be, and dear alone.
            members=_FEW.members + (min(objects, rows) + 1) * features,
            lists=_FEW.lists + rows * features,
            commas=_FEW.commas + rows * (features + 1),
        )

    @cached_property
    def _first(self) -> TypeAdapter[Any]:
        """Like `_body`, but stops at the first row that breaks the contract."""
        info = self.body.model_fields["instances"]
        rows = Annotated[list[self.row], FailFast(), *info.metadata]  # type: ignore[name-defined]
        return TypeAdapter(create_model(self.body.__name__, __base__=self.body, instances=rows))

    @cached_property
    def _body(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.body)

    @cached_property
    def _rows(self) -> TypeAdapter[Any]:
        return TypeAdapter(list[self.row])  # type: ignore[name-defined]

    @cached_property
    def _layout(self) -> Layout:
        return Layout.of(self.contract)

    def _columns(self, rows: Sequence[Features]) -> Columns:
        return self._layout.columns([row.__dict__ for row in rows])


def class_name(model: str) -> str:
    """Spell a model's name as that of a class: `FlightDelay`."""
    return "".join(part.capitalize() for part in model.split("_"))
