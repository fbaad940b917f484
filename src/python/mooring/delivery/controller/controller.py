"""The controller: the only writer of the routing document. It looks, decides, writes down what it
decided, publishes, and then has the release changed, in this order; each can be done again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from mooring.bundle.release import Release, Released, read_release
from mooring.contract.errors import MooringError
from mooring.contract.routing import Route, Target
from mooring.delivery.controller.errors import LedgerRefused
from mooring.delivery.controller.machine import Deed, Seen, advance, deed_of, refused, route_of
from mooring.delivery.controller.plan import Plans
from mooring.delivery.controller.ports import Gateways, Launcher, Ledger, Observed, Urls
from mooring.delivery.controller.publish import publish, read_published
from mooring.delivery.controller.state import State, read_state, write_state

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class World:
    """Where things lie, and who does what: `releases` are the files of the models, by name."""

    home: Path
    routing: Path
    releases: Mapping[str, Path]
    gateways: Gateways
    launcher: Launcher
    ledger: Ledger
    now: Callable[[], float] = time.time


class Controller:
    """Steers the rollouts of all models; call it as the sole writer (`publish.sole_writer`)."""

    def __init__(self, world: World, plans: Plans) -> None:
        self._world = world
        self._plans = plans
        self._states = {name: self._adopted(name) for name in world.releases}
        self._complaints: dict[tuple[str, str], str] = {}
        published = read_published(world.routing)
        self._version = published.version if published else 0

    @property
    def states(self) -> Mapping[str, State]:
        """What each model's rollouts have come to."""
        return self._states

    def look(self) -> None:
        """Look at the world once and act on it. Raises a BadState or an OSError of the home."""
        gateways = self._world.gateways.look()
        wishes = {name: self._wish(name) for name in self._states}
        for name, wish in wishes.items():
            if wish is not None:
                self._advance(name, wish, gateways)
        self._publish(gateways)
        for name, wish in wishes.items():
            self._keep(name)
            deed = deed_of(self._states[name])
            if wish is not None and wish.challenger is not None and deed is not None:
                self._do(name, wish.challenger, deed)

    def _adopted(self, name: str) -> State:
        """What was written down, else what somebody routed before there was a controller."""
        state = read_state(self._world.home, name)
        published = read_published(self._world.routing)
        if state.champion is not None or published is None or name not in published.models:
            return state
        return state.model_copy(update={"champion": published.models[name].champion})

    def _wish(self, name: str) -> Release | None:
        """The release, None while it cannot be read: nothing moves then."""
        try:
            wish = read_release(self._world.releases[name], model=name).release
        except (MooringError, OSError) as error:
            self._complain(name, "its release cannot be read", error)
            return None
        self._settled(name, "its release cannot be read")
        return wish

    def _advance(self, name: str, wish: Release, gateways: Mapping[str, Observed | None]) -> None:
        before = self._states[name]
        champion, challenger = self._ready(name, wish.champion), self._ready(name, wish.challenger)
        seen = Seen(champion, challenger, gateways, self._version, self._world.now())
        after = advance(before, wish, seen, self._plans.of(name))
        self._keep_state(before, after)

    def _keep_state(self, before: State, after: State) -> None:
        if after == before:
            return
        write_state(self._world.home, after)
        self._states[after.model] = after
        _tell(before, after)

    def _ready(self, name: str, released: Released | None) -> Urls | None:
        if released is None:
            return None
        try:
            urls = self._world.launcher.ensure(name, released)
        except MooringError as error:
            self._complain(name, f"version {released.version} cannot be served", error)
            return None
        self._settled(name, f"version {released.version} cannot be served")
        return urls

    def _publish(self, gateways: Mapping[str, Observed | None]) -> None:
        routes = self._routes()
        if not routes:
            return
        in_force = max((each.version for each in gateways.values() if each), default=0)
        done = publish(self._world.routing, routes, in_force)
        self._version = done.routing.version
        if done.happened == "mended":
            _log.error(
                "the routing document was changed by another hand and is written again",
                extra={"path": str(self._world.routing), "version": self._version},
            )

    def _routes(self) -> dict[str, Route]:
        count = len(self._world.gateways.names)
        found = {n: route_of(s, self._plans.of(n), count) for n, s in self._states.items()}
        return {name: route for name, route in found.items() if route is not None}

    def _keep(self, name: str) -> None:
        state = self._states[name]
        rollout = state.rollout
        pair = (rollout.champion, rollout.challenger) if rollout else ()
        targets: Iterable[Target | None] = (state.champion, *pair)
        self._world.launcher.keep(name, [target for target in targets if target is not None])

    def _do(self, name: str, challenger: Released, deed: Deed) -> None:
        ledger = self._world.ledger
        act = ledger.promote if deed.verb == "promote" else ledger.withdraw
        try:
            act(name, challenger, deed.reason)
        except LedgerRefused as error:
            self._complain(name, f"the release refuses to {deed.verb} its challenger", error)
            before = self._states[name]
            self._keep_state(before, refused(before, error.problem))
        except (MooringError, OSError) as error:
            self._complain(name, f"the challenger is not changed yet: {deed.verb}", error)

    def _complain(self, name: str, message: str, error: Exception) -> None:
        """Say it once, and not again while it is the same."""
        if self._complaints.get((name, message)) != str(error):
            self._complaints[name, message] = str(error)
            _log.error(message, extra={"model": name, "problem": str(error)})

    def _settled(self, name: str, message: str) -> None:
        self._complaints.pop((name, message), None)


def run(controller: Controller, seconds: float, stop: Event) -> None:
    """Look again and again until `stop` is set; what a look meets, the next may find mended."""
    complaint = ""
    while not stop.is_set():
        try:
            controller.look()
            complaint = ""
        except (MooringError, OSError) as error:
            # A full disk: the document stays as it is, and so does what was decided last.
            if complaint != str(error):
                complaint = str(error)
                _log.exception("a look at the rollouts failed")
        stop.wait(seconds)


def _tell(before: State, after: State) -> None:
    """One line for each change of phase, step or champion."""
    facts = {"model": after.model}
    if after.champion != before.champion and after.champion is not None:
        _log.info("the champion is routed", extra=facts | {"version": after.champion.version})
    if after.rollout is None:
        if after.last is not None and after.last != before.last:
            _log.warning("a rollout has ended", extra=facts | after.last.model_dump())
        return
    now, then = after.rollout, before.rollout
    if then is None or (now.phase, now.step) != (then.phase, then.step):
        told = {"version": now.challenger.version, "phase": now.phase, "step": now.step}
        _log.info("a rollout goes on", extra=facts | told | {"reason": now.reason})
