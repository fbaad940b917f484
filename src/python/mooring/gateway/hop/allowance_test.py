from __future__ import annotations

from mooring.gateway.hop.allowance import Allowance


def test_it_begins_full_and_is_not_saved_up_beyond_that() -> None:
    allowance = Allowance(5)
    allowance.earn()
    assert allowance.left == 5


def test_ten_requests_earn_one_that_may_be_asked_again() -> None:
    allowance = Allowance(5)
    allowance.spend(5)
    for _ in range(9):
        allowance.earn()
    assert allowance.left == 0
    # One more than ten: a tenth has no exact form in binary.
    allowance.earn()
    allowance.earn()
    assert allowance.left == 1


def test_what_is_reserved_is_kept_back_until_it_is_released() -> None:
    allowance = Allowance(5)
    allowance.reserve(3)
    assert allowance.left == 2
    allowance.release(3)
    assert allowance.left == 5
