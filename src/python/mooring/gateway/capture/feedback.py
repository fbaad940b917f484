"""`POST …:feedback`: what became of predictions, from who asked for them or from a labeler.

Whoever could label anybody's predictions could teach a model whatever they like. The id of a
prediction tells, to who has the secret, that it is genuine and who asked (see `prediction_ids`), so
any gateway can judge a label without having seen the prediction.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mooring.gateway.answers import Taken
from mooring.gateway.capture.caps import Caps
from mooring.gateway.capture.errors import (
    FeedbackError,
    LabelsDropped,
    LogOff,
    TooManyLabels,
)
from mooring.gateway.capture.labels import Said, read_labels
from mooring.gateway.capture.log import Log, NoLog
from mooring.gateway.capture.recent import Outcome, Recent
from mooring.gateway.capture.rights import Asker, asker_of, check_rights
from mooring.gateway.errors import UpstreamNotReady
from mooring.gateway.hop.served import Served
from mooring.gateway.prediction_ids import PredictionIds
from mooring.gateway.protocols.asking import body_of, check_media_type, check_method
from mooring.gateway.template import TemplateRoute
from mooring.gateway.traffic.models import Models
from mooring.predictionlog.context import Context
from mooring.predictionlog.records import Labels
from mooring.telemetry.binding import Instruments
from mooring.telemetry.capture import FEEDBACK_LABELS


class Feedback:
    """Takes labels for every model."""

    def __init__(
        self,
        models: Models,
        ids: PredictionIds,
        log: Log,
        caps: Caps,
        instruments: Instruments,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._models = models
        self._ids = ids
        self._log = log
        self._caps = caps
        self._instruments = instruments
        self._now = now
        self._recent = Recent()

    def routes(self) -> list[TemplateRoute]:
        """The path that leads here. It matches every method, so that a wrong one is told so."""
        return [TemplateRoute("/v1/models/{model}:feedback", self)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        check_method(request, "POST")
        model = self._models[request.path_params["model"]]
        check_media_type(request)
        if isinstance(self._log, NoLog):
            raise LogOff
        served = model.champion.known
        if served is None:
            raise UpstreamNotReady(model.name, model.champion.reason)
        body = await body_of(request)
        try:
            outcomes = self._take(served, asker_of(request.scope), body)
        except (FeedbackError, LabelsDropped) as error:
            self._count(model.name, error.outcome, error.labels)
            raise
        for outcome, labels in outcomes.items():
            self._count(model.name, outcome, labels)
        return _response(model.name, outcomes)

    def _take(self, served: Served, asker: Asker, body: bytes) -> Counter[Outcome]:
        said = read_labels(body, served.contract.prediction)
        name = served.contract.name
        check_rights(said.ids, name, asker, self._ids)
        if not self._caps.allow(asker.id, len(said.ids)):
            raise TooManyLabels(self._caps.most, len(said.ids))
        return self._keep(said, name, asker)

    def _keep(self, said: Said, model: str, asker: Asker) -> Counter[Outcome]:
        outcomes: Counter[Outcome] = Counter()
        kept, conflicts = [], []
        for number, (name, label) in enumerate(zip(said.ids, said.labels, strict=True)):
            outcome, news = self._recent.judge(name, label)
            outcomes[outcome] += 1
            if news:
                kept.append(number)
                conflicts.append(outcome == "conflict")
        if kept and not self._log.label(self._labels(said, model, asker, kept, conflicts)):
            self._recent.forget([said.ids[number] for number in kept])
            raise LabelsDropped(len(said.ids))
        return outcomes

    def _labels(
        self, said: Said, model: str, asker: Asker, kept: list[int], conflicts: list[bool]
    ) -> Labels:
        return Labels(
            context=Context(log="feedback", model=model),
            ids=tuple(said.ids[number] for number in kept),
            labels=tuple(said.labels[number] for number in kept),
            observed=tuple(said.observed[number] for number in kept),
            received=int(self._now() * 1_000),
            caller=asker.id,
            right=asker.right,
            conflicts=tuple(conflicts),
        )

    def _count(self, model: str, outcome: str, labels: int) -> None:
        self._instruments.add(FEEDBACK_LABELS, labels, model=model, outcome=outcome)


def _response(model: str, outcomes: Counter[Outcome]) -> Response:
    answer = Taken(
        model=model,
        accepted=outcomes["accepted"],
        duplicates=outcomes["duplicate"],
        conflicts=outcomes["conflict"],
    )
    return Response(answer.model_dump_json(), media_type="application/json")
