from __future__ import annotations

import os
import signal

import pytest

from mooring.cli.interrupts import Interrupted, interruptible


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupt_is_one_exception_with_the_shells_status(number: signal.Signals) -> None:
    def be_interrupted() -> None:
        with interruptible():
            os.kill(os.getpid(), number)
            signal.pause()

    with pytest.raises(Interrupted) as caught:
        be_interrupted()

    assert caught.value.status == 128 + number


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        assert signal.getsignal(signal.SIGTERM) != before

    assert signal.getsignal(signal.SIGTERM) == before
