"""From tensors to columns: one tensor of shape [n] or [n, 1] for each feature, by its name.

A contract of numbers alone also takes all of them as one matrix [n, features], in contract order,
under any name: what scikit-learn servers are sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mooring.contract.columns import Columns
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidRows, Violation
from mooring.contract.faults import Location
from mooring.contract.feature import Feature
from mooring.gateway.protocols.oip.binary import BadTensor, decode
from mooring.gateway.protocols.oip.datatypes import carriers, values_of
from mooring.gateway.protocols.oip.request import InferBody, InputTensor
from mooring.gateway.schema import PredictSchema


class Fault(Exception):
    """A tensor that cannot be a column, whatever its elements are."""

    def __init__(self, step: str, kind: str, message: str) -> None:
        super().__init__(message)
        self.step = step
        self.kind = kind
        self.message = message


@dataclass(frozen=True)
class Place:
    """Where a feature's elements stand: in which tensor, from which one, each how far apart."""

    tensor: int
    first: int = 0
    apart: int = 1

    def path(self, row: int | None) -> str:
        """The path of one element, or of the tensor."""
        stem = f"inputs[{self.tensor}]"
        return stem if row is None else f"{stem}.data[{self.first + row * self.apart}]"


def read_tensors(body: InferBody, schema: PredictSchema) -> Columns:
    """Validate all tensors of a request. Raises InvalidRows."""
    return _Reader(body, schema.contract).columns(schema)


class _Reader:
    """Collects what each tensor holds, and what is wrong with it."""

    def __init__(self, body: InferBody, contract: Contract) -> None:
        self._body = body
        self._contract = contract
        self._features = {feature.name: feature for feature in contract.features}
        self._given: dict[str, list[Any]] = {}
        self._places: dict[str, Place] = {}
        self._faults: list[Violation] = []

    def columns(self, schema: PredictSchema) -> Columns:
        for position, tensor in enumerate(self._body.request.inputs):
            try:
                self._take(position, tensor)
            except Fault as fault:
                path = f"inputs[{position}].{fault.step}"
                name = tensor.name if tensor.name in self._features else ""
                self._faults.append(Violation(path, fault.kind, fault.message, name))
        if self._faults:
            raise InvalidRows(self._faults)
        return schema.columns.check(self._given, self._violation)

    def _take(self, position: int, tensor: InputTensor) -> None:
        feature = self._features.get(tensor.name)
        if feature is None:
            self._take_matrix(position, tensor)
            return
        if tensor.name in self._given:
            raise Fault("name", "repeated", "a feature has one tensor")
        if len(tensor.shape) == 2 and tensor.shape[1] != 1:
            raise Fault("shape", "shape", "a feature's tensor has shape [n] or [n, 1]")
        self._given[tensor.name] = self._values(position, tensor, [feature])[0]
        self._places[tensor.name] = Place(position)

    def _take_matrix(self, position: int, tensor: InputTensor) -> None:
        features = self._contract.features
        width = len(features)
        alone = len(self._body.request.inputs) == 1 and all(f.numeric for f in features)
        if not alone or len(tensor.shape) != 2 or tensor.shape[1] != width:
            raise Fault("name", "extra_forbidden", "no feature of the contract has that name")
        values = self._values(position, tensor, features)
        for column, (feature, held) in enumerate(zip(features, values, strict=True)):
            self._given[feature.name] = held
            self._places[feature.name] = Place(position, column, width)

    def _values(
        self, position: int, tensor: InputTensor, features: Sequence[Feature]
    ) -> list[list[Any]]:
        """The values of each feature that the tensor holds side by side."""
        rows, width = tensor.shape[0], len(features)
        if not 1 <= rows <= self._contract.limits.rows:
            message = f"a request has 1 to {self._contract.limits.rows} rows"
            raise Fault("shape", "too_long" if rows else "too_short", message)
        for feature in features:
            if tensor.datatype not in (fitting := carriers(feature)):
                raise Fault("datatype", "datatype_type", f"{feature.name} is {fitting[0]}")
        elements = self._elements(position, tensor, width)
        if len(elements) != rows * width:
            raise Fault("shape", "shape", "the tensor has another number of elements")
        return [
            values_of(feature, tensor.datatype, elements[column::width])
            for column, feature in enumerate(features)
        ]

    def _elements(self, position: int, tensor: InputTensor, width: int) -> Sequence[Any]:
        binary = self._body.binary.get(position)
        if (binary is None) == (tensor.data is None):
            raise Fault("data", "missing", "the elements are in data, or in bytes behind the JSON")
        if binary is None:
            data = tensor.data or []
            return data if len(tensor.shape) == 1 else _flat(data, width)
        try:
            return decode(tensor.datatype, binary)
        except BadTensor as error:
            raise Fault("data", "bytes_type", str(error)) from None

    def _violation(self, location: Location, kind: str, message: str) -> Violation:
        """A violation of the contract, at the element where it was sent."""
        if not location:
            return Violation("inputs", kind, message)
        name = str(location[0])
        if (place := self._places.get(name)) is None:
            return Violation("inputs", kind, f"there is no tensor for the feature {name}", name)
        row = location[1] if len(location) > 1 else None
        return Violation(place.path(row if isinstance(row, int) else None), kind, message, name)


def _flat(data: list[Any], width: int) -> list[Any]:
    """Elements row by row; the protocol lets JSON nest them as the shape does."""
    if not data or not isinstance(data[0], list):
        return data
    return list(_unnested(data, width))


def _unnested(data: list[Any], width: int) -> Iterator[Any]:
    for row in data:
        if not isinstance(row, list) or len(row) != width:
            raise Fault("data", "shape", "nested data has one list for each row, of the row's size")
        yield from row
