"""The kernel's figures are read, and are this process's."""

from benchmarks import memory

ROLLUP = """\
55cc-7ffe ---p 00000000 00:00 0                          [rollup]
Rss:                2000 kB
Pss:                1000 kB
Anonymous:           500 kB
"""


def test_a_rollup_is_read_in_bytes() -> None:
    assert memory.parse(ROLLUP) == memory.Memory(rss=2_048_000, pss=1_024_000, anonymous=512_000)


def test_what_is_held_is_seen() -> None:
    before = memory.now()
    held = bytearray(50_000_000)

    grown = memory.now().above(before)

    assert len(held) * 0.8 < grown.anonymous < len(held) * 1.5
    assert memory.peak() >= len(held)
