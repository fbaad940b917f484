"""Whether a request may come in: known, allowed, and not too fast. Decided from its head alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

from mooring.gateway.auth.buckets import Buckets
from mooring.gateway.auth.caller import ANYBODY, Caller
from mooring.gateway.auth.credential import credential_of
from mooring.gateway.auth.errors import (
    AmbiguousCredential,
    Forbidden,
    ForbiddenModel,
    TooManyFailures,
    TooManyRequests,
    UnknownCredential,
)
from mooring.gateway.auth.identity import Identifier, Identity
from mooring.gateway.auth.needs import Need, Needs

# Who is asked nothing and may do nothing: a probe.
_PROBE = Caller("", frozenset())

_MINUTE = 60.0


@dataclass(frozen=True)
class Rates:
    """Requests a second by default, and wrong credentials a minute; 0 is no limit."""

    requests: float
    anonymous: float
    burst_seconds: float
    failures_per_minute: float


class Gate:
    """Lets in, or raises Denied or IssuerUnavailable.

    Without identifiers nobody has to say who they are.
    """

    def __init__(
        self,
        identifiers: Sequence[Identifier],
        needs: Needs,
        rates: Rates,
        requests: Buckets,
        failures: Buckets,
    ) -> None:
        self._identifiers = identifiers
        self._needs = needs
        self._rates = rates
        self._requests = requests
        self._failures = failures

    @property
    def asks(self) -> bool:
        """Whether anybody has to say who they are."""
        return bool(self._identifiers)

    async def admit(self, scope: Scope) -> Caller:
        """Who sent this request, which may be served."""
        need = self._needs.of(scope["path"])
        if need is None:
            return _PROBE
        if not self._identifiers:
            if rate := self._rates.anonymous:
                self._pace(f"address {_address(scope)}", rate)
            return ANYBODY
        identity = await self._identify(scope)
        rate = self._rates.requests if identity.rate is None else identity.rate
        self._pace(identity.bucket, rate)
        _check(need, identity.caller)
        return identity.caller

    async def _identify(self, scope: Scope) -> Identity:
        try:
            return await self._judge(credential_of(scope), scope)
        except (UnknownCredential, AmbiguousCredential):
            self._fail(_address(scope))
            raise

    async def _judge(self, credential: str, scope: Scope) -> Identity:
        for identifier in self._identifiers:
            if identifier.claims(credential):
                if not identifier.remembers(credential):
                    self._check_failures(_address(scope))
                return await identifier.identify(credential)
        raise UnknownCredential

    def _pace(self, bucket: str, rate: float) -> None:
        if not rate:
            return
        burst = max(1.0, rate * self._rates.burst_seconds)
        if wait := self._requests.take(bucket, rate, burst):
            raise TooManyRequests(rate, wait)

    def _fail(self, address: str) -> None:
        """Note a failure. Raises TooManyFailures in its place when there were too many."""
        most = self._rates.failures_per_minute
        if wait := self._failures.take(address, most / _MINUTE, most):
            raise TooManyFailures(wait) from None

    def _check_failures(self, address: str) -> None:
        """What is dear to judge is not judged for whoever failed too often."""
        most = self._rates.failures_per_minute
        if wait := self._failures.wait(address, most / _MINUTE, most):
            raise TooManyFailures(wait)


def _check(need: Need, caller: Caller) -> None:
    if not any(caller.may(permission) for permission in need.permissions):
        raise Forbidden(need.permissions)
    if need.model is not None and not caller.may_ask(need.model):
        raise ForbiddenModel


def _address(scope: Scope) -> str:
    """The sender's address; of IPv6 the network, for one customer has 2**64 addresses."""
    client = scope.get("client")
    if client is None:
        return ""
    if ":" not in client[0]:
        return str(client[0])
    address = ip_address(client[0].partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return address.exploded[:19]
