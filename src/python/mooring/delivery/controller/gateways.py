"""Gateways as their metrics show them: the port to the evidence, over HTTP."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from mooring.delivery.controller.ask import ask
from mooring.delivery.controller.ports import Counts, Observed
from mooring.telemetry.traffic import (
    CANARY_ABORTED,
    CANARY_HITS,
    CANARY_REQUESTS,
    ROUTING_VERSION,
)

_log = logging.getLogger(__name__)

# What tells one process from the next on the same address.
_STARTED = "process_start_time_seconds"
_READ = {m.name for m in (CANARY_ABORTED, CANARY_HITS, CANARY_REQUESTS, ROUTING_VERSION)}


class Scraped:
    """Gateways whose metrics answer at `<url>/metrics`."""

    def __init__(self, urls: Sequence[str]) -> None:
        self.names = tuple(dict.fromkeys(urls))
        self._silent: dict[str, str] = {}

    def look(self) -> Mapping[str, Observed | None]:
        """Ask all of them at once."""
        with ThreadPoolExecutor(max_workers=len(self.names)) as pool:
            return dict(zip(self.names, pool.map(self._one, self.names), strict=True))

    def _one(self, url: str) -> Observed | None:
        try:
            observed = observed_in(ask(f"{url}/metrics"))
        except ValueError as error:
            if self._silent.get(url) != str(error):
                self._silent[url] = str(error)
                facts = {"url": url, "problem": str(error)}
                _log.warning("a gateway does not say how it does", extra=facts)
            return None
        self._silent.pop(url, None)
        return observed


def observed_in(exposition: str) -> Observed:
    """Read what a gateway exposes. Raises ValueError when it is no gateway's."""
    samples = [
        sample
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name in _READ or sample.name == _STARTED
    ]
    single = {sample.name: sample.value for sample in samples if not sample.labels}
    if ROUTING_VERSION.name not in single:
        raise ValueError("it shows no version of the routing document")
    return Observed(
        started=single.get(_STARTED, 0.0),
        version=int(single[ROUTING_VERSION.name]),
        aborted=_aborted(samples),
        counts=_counts(samples),
    )


def _aborted(samples: Sequence[Sample]) -> frozenset[str]:
    found = [sample for sample in samples if sample.name == CANARY_ABORTED.name and sample.value]
    return frozenset(sample.labels["model"] for sample in found)


def _counts(samples: Sequence[Sample]) -> dict[tuple[str, int], Counts]:
    requests: dict[tuple[str, int], int] = {}
    hits: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for sample in samples:
        if sample.name in (CANARY_REQUESTS.name, CANARY_HITS.name):
            of = (sample.labels["model"], int(sample.labels["version"]))
            if sample.name == CANARY_REQUESTS.name:
                requests[of] = int(sample.value)
            else:
                hits[of][sample.labels["rule"]] = int(sample.value)
    return {of: Counts(number, hits[of]) for of, number in requests.items()}
