import threading

import pytest

from kb.engines.turns import Turns


def test_one_thread_at_a_time_and_every_one_comes_to_its_turn() -> None:
    turns, inside, most, done = Turns(), 0, 0, [0] * 8

    def work(number: int) -> None:
        nonlocal inside, most
        for _ in range(500):
            with turns:
                inside += 1
                most = max(most, inside)
                inside -= 1
                done[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (most, done) == (1, [500] * 8)


def test_turns_come_in_the_order_of_coming() -> None:
    turns, order = Turns(), []
    threads = []

    def work(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        for number in range(5):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:  # until it stands in the row
                pass
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2, 3, 4]


def test_an_error_ends_a_turn() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError

    with turns:
        pass
