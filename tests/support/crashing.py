"""A lake whose process dies at a chosen call: before it, or after it and before anybody hears of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lake.adapters.opening import Lake

CHANGING = ("put_if_absent", "delete", "discard", "create_table", "move_pointer")


class Died(BaseException):
    """The process is gone: no handler of ours catches this."""


@dataclass
class Life:
    """Counts the calls that change something, and ends at one of them.

    Attributes:
        ends_at: number of half calls (before and after each) that are lived through; None for all.
    """

    ends_at: int | None = None
    lived: int = 0

    def pass_by(self) -> None:
        if self.ends_at is not None and self.lived >= self.ends_at:
            raise Died
        self.lived += 1


@dataclass(frozen=True)
class Mortal:
    """A store or a catalog as a process reaches it that may die."""

    part: Any
    life: Life = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.part, name)
        if name not in CHANGING:
            return method

        def called(*args: Any, **kwargs: Any) -> Any:
            self.life.pass_by()
            result = method(*args, **kwargs)
            self.life.pass_by()
            return result

        return called


def mortal(lake: Lake, life: Life) -> Lake:
    """Return the lake as a process reaches it that dies as its life says."""
    return replace(lake, store=Mortal(lake.store, life), catalog=Mortal(lake.catalog, life))


def lives(step: int = 1) -> Iterator[Life]:
    """Yield lives that end ever later, without end."""
    ends_at = 0
    while True:
        yield Life(ends_at)
        ends_at += step
