"""What a process shows at `/metrics`, as families with their samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

# What a histogram's samples are called after its name.
_PARTS = ("_bucket", "_sum", "_count")


@dataclass(frozen=True)
class Exposed:
    """One exposition in Prometheus' text format."""

    text: str

    @property
    def kinds(self) -> dict[str, str]:
        """Types by the names that queries use."""
        lines = (line.split() for line in self.text.splitlines() if line.startswith("# TYPE "))
        return {name: kind for _, _, name, kind in lines}

    @property
    def samples(self) -> tuple[tuple[str, Sample], ...]:
        """Each sample with the name of its metric."""
        return tuple(self._samples())

    def value(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with these labels."""
        found = [
            s.value
            for _, s in self.samples
            if s.name == name and labels.items() <= s.labels.items()
        ]
        assert found, f"no {name} with {labels}"
        return sum(found)

    def _samples(self) -> Iterator[tuple[str, Sample]]:
        for family in text_string_to_metric_families(self.text):
            for sample in family.samples:
                yield _metric_of(sample.name, family.type), sample


def _metric_of(sample: str, kind: str) -> str:
    ending = next((part for part in _PARTS if sample.endswith(part)), "")
    return sample.removesuffix(ending) if kind == "histogram" else sample
