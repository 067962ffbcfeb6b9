"""Signals are put off, not lost."""

import signal

import pytest

from bentxt.program.signals import undisturbed


class Ended(BaseException):
    pass


@pytest.fixture(params=[signal.SIGTERM, signal.SIGINT])
def number(request):
    def end(*_):
        raise Ended

    before = signal.signal(request.param, end)
    yield request.param
    signal.signal(request.param, before)


def test_a_signal_comes_through_when_the_block_has_ended(number):
    done = []

    def disturbed():
        with undisturbed():
            signal.raise_signal(number)
            done.append("the rest of the block")

    with pytest.raises(Ended):
        disturbed()
    assert done
    with pytest.raises(Ended):
        signal.raise_signal(number)


def test_an_error_of_the_block_comes_through_where_no_signal_does(number):
    with pytest.raises(ValueError, match="broken"), undisturbed():
        raise ValueError("broken")
    with pytest.raises(Ended):
        signal.raise_signal(number)
