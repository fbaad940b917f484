"""Evidence that a challenger is worse than its champion, which may be looked at after every answer.

A gambler starts with 1 and bets, round by round, that the challenger has more hits (failures, slow
answers) than the champion and a tolerance. In a round let d be the challenger's share of hits less
the champion's; a stake s multiplies his money by

    1 + s · (d − tolerance),        0 < s < 1 / (1 + tolerance)

If the challenger is no worse than that, each round is at best fair, so that his money E is a
nonnegative supermartingale, whatever the shares are and however they change from round to round,
and P(E ever reaches 1 / α) ≤ α (Ville 1939). No schedule of looks, no correction for peeking.

Source: testing by betting as in Waudby-Smith and Ramdas, "Estimating means of bounded random
variables by betting" (JRSS B 86, 2024), and for two samples Shekhar and Ramdas, "Nonparametric
two-sample testing by betting" (IEEE Trans. Inf. Theory 70, 2024). Nobody knows the best stake, so
the money is spread over several. Nobody knows either when a challenger turns bad, and what was lost
while it was good would have to be won back first: so half of the money is a reserve that is staked
little by little, a mixture over the moments of change (Shin, Ramdas and Rinaldo, "E-detectors",
NEJSDS 2, 2024). Sums of such gamblers are again such a gambler.
"""

from __future__ import annotations

from dataclasses import dataclass

# From a difference of a few in a thousand to one that every second answer shows.
_STAKES = (0.02, 0.06, 0.2, 0.5, 0.95)

# After so many rounds half of the reserve is staked.
_HALF_RESERVE = 100.0


@dataclass(frozen=True)
class Money:
    """What a gambler has between two rounds: enough to go on after a restart."""

    staked: tuple[float, ...] = (0.5 / len(_STAKES),) * len(_STAKES)
    reserve: float = 0.5
    rounds: int = 0
    peak: float = 1.0


class Evidence:
    """The gambler's money; `value` is what he has, `peak` the most he ever had."""

    def __init__(self, tolerance: float, money: Money | None = None) -> None:
        money = money or Money()
        self._tolerance = tolerance
        self._stakes = tuple(stake / (1.0 + tolerance) for stake in _STAKES)
        self._staked = list(money.staked)
        self._reserve = money.reserve
        self.rounds = money.rounds
        self.value = money.reserve + sum(money.staked)
        self.peak = money.peak

    @property
    def money(self) -> Money:
        """What he has now."""
        return Money(tuple(self._staked), self._reserve, self.rounds, self.peak)

    def bet(self, excess: float) -> None:
        """Play one round; `excess` is the difference of two shares, from -1 to 1."""
        self.rounds += 1
        fresh = self._reserve / (_HALF_RESERVE + self.rounds)
        self._reserve -= fresh
        each = fresh / len(_STAKES)
        gain = excess - self._tolerance
        self._staked = [
            (money + each) * (1.0 + stake * gain)
            for money, stake in zip(self._staked, self._stakes, strict=True)
        ]
        self.value = self._reserve + sum(self._staked)
        self.peak = max(self.peak, self.value)
