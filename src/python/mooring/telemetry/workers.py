"""Metrics of several workers that are one service: each counts for itself, any of them tells all.

prometheus-client's multiprocess mode, with two differences. Values lie in files that belong to a
worker's place and not to its process: who is started again in that place counts on, so that
counters never fall and files do not pile up. And /proc is asked about all workers, so that
`process_*` is there as it is with one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Where the newest or oldest process says more than a sum would.
_YOUNGEST = "process_start_time_seconds"
_CPU = "process_cpu_seconds"


@dataclass(frozen=True)
class Workers:
    """The workers of one service: their files are in `folder`, `supervisor` is their parent."""

    folder: Path
    supervisor: int

    def join(self, place: int) -> None:
        """Make this process the worker in `place`; call it before anything is bound.

        Only one living process may be in a place.
        """
        from prometheus_client import values

        for stale in self.folder.glob(f"gauge_live*_{place}.db"):
            stale.unlink()
        (self.folder / f"{place}.pid").write_text(str(os.getpid()))
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(self.folder)
        values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call]
            process_identifier=lambda: place
        )

    def alive(self) -> dict[int, int]:
        """Process ids of the workers that live, by their places."""
        told = {int(file.stem): _pid(file) for file in self.folder.glob("*.pid")}
        return {place: pid for place, pid in told.items() if pid and _lives(pid)}


class AddedUp:
    """Collector of what all workers counted; what a gauge's values become is its `merge`."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._seconds = 0.0

    def collect(self) -> Iterable[Any]:
        """The metrics as if one process had counted them."""
        from prometheus_client.multiprocess import MultiProcessCollector

        files = [str(file) for file in self._files()]
        merged = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return sorted(merged, key=lambda family: str(family.name))

    def _files(self) -> Iterator[Path]:
        """Without the gauges that only a living worker may speak for."""
        alive = self._workers.alive()
        for file in sorted(self._workers.folder.glob("*.db")):
            kind, _, place = file.stem.rpartition("_")
            if int(place) in alive or not kind.startswith("gauge_live"):
                yield file


class ProcessesOf:
    """Collector of `process_*` over all workers.

    Memory and descriptors are summed; the start is the youngest worker's, so that it changes when
    one is started again; CPU time holds that of workers that have ended, which the kernel adds up
    for their parent, so that it never falls.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._seconds = 0.0

    def collect(self) -> Iterable[Any]:
        """The families of a single process, summed."""
        families: dict[str, Any] = {}
        for pid in self._workers.alive().values():
            for family in _process(pid):
                _add(families.setdefault(family.name, family), family)
        if _CPU in families:
            _raise_by(families[_CPU], self._ended_seconds(families[_CPU]))
        return families.values()

    def _ended_seconds(self, living: Any) -> float:
        """CPU time to add to that of the living. A worker that has just died is nobody's until its
        parent asks for it, and the kernel rounds each part: what was said once is the least.
        """
        seen = living.samples[0].value
        total = seen + _ended_children_seconds(self._workers.supervisor)
        self._seconds = max(self._seconds, total)
        return float(self._seconds - seen)


def _process(pid: int) -> Iterable[Any]:
    from prometheus_client import ProcessCollector

    return ProcessCollector(pid=lambda: pid, registry=None).collect()


def _add(total: Any, family: Any) -> None:
    if total is family:
        return
    if total.name == _YOUNGEST:
        late = max(total.samples[0].value, family.samples[0].value)
        total.samples = [total.samples[0]._replace(value=late)]
    else:
        _raise_by(total, family.samples[0].value)


def _raise_by(family: Any, amount: float) -> None:
    (sample,) = family.samples
    family.samples = [sample._replace(value=sample.value + amount)]


def _ended_children_seconds(pid: int) -> float:
    """CPU time of a process's children that have ended (`cutime` and `cstime` of proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / float(os.sysconf("SC_CLK_TCK"))


def _pid(file: Path) -> int:
    text = file.read_text()
    return int(text) if text.isdigit() else 0  # it is just being written


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
