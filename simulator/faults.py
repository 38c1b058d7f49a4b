"""Faults on demand: kinds of faults, and the plan that assigns them to requests."""

import re
from dataclasses import dataclass
from typing import Protocol

from flightlake.errors import UsageError
from simulator.seeded_random import draw

# kind: what the client sees instead of the answer
KINDS = {
    "401": "401, as for a token that expired",
    "429": "429 with X-Rate-Limit-Retry-After-Seconds, as for a used-up budget",
    "429long": "429 that asks for a pause of more than six hours",
    "429bare": "429 that does not say for how long",
    "429odd": "429 with nonsense in X-Rate-Limit-Retry-After-Seconds",
    "500": "500 with an HTML page",
    "502": "502 with an HTML page",
    "503": "503 with an HTML page",
    "hang": "no answer at all until the client gives up",
    "cut": "the connection closes: before the answer (odd requests) or within it (even requests)",
    "truncated": "half the body: less than Content-Length (odd requests) or a broken gzip stream (even requests)",
    "html": "200 with an HTML page",
    "repeat": "the answer before this one again: its `time` repeats",
    "back": "an answer five minutes older than the one before: its `time` goes backwards",
    "dip": "one aircraft in ten, as in a dip of the feed",
}
_BY_PROBABILITY = re.compile(r"(?P<kind>[a-z0-9]+):(?P<share>[0-9.]+)")
_BY_NUMBER = re.compile(r"(?P<kind>[a-z0-9]+)@(?P<number>[0-9]+)")


class Faults(Protocol):
    """Assignment of faults to requests."""

    def fault_of(self, request_number: int) -> str | None:
        """Return the kind of fault of the n-th request, or None; called once when the request arrives."""
        ...


@dataclass(frozen=True)
class FaultPlan:
    """Faults by request number, from 1 on, where scripted, else by chance.

    Chance is a function of seed and request number, so a run can be repeated.
    """

    by_number: dict[int, str]
    shares: tuple[tuple[str, float], ...]
    seed: int = 1

    def fault_of(self, request_number: int) -> str | None:
        """Return the kind of fault of the n-th request, or None.

        >>> parse_faults("500@3").fault_of(3)
        '500'
        """
        scripted = self.by_number.get(request_number)
        if scripted is not None:
            return scripted
        chance = float(draw(self.seed, "fault", request_number)[0])
        for kind, share in self.shares:
            if chance < share:
                return kind
            chance -= share
        return None


def parse_faults(text: str, *, seed: int = 1) -> FaultPlan:
    """Parse a plan such as `429:0.02,hang:0.01` or `500@3,hang@7`; both forms mix.

    `kind:share` strikes that share of all requests, `kind@n` the n-th one. An empty text plans nothing.

    Raises:
        UsageError: a part is neither form, names an unknown kind, or the shares exceed 1.
    """
    by_number: dict[int, str] = {}
    shares: list[tuple[str, float]] = []
    for part in (piece.strip() for piece in text.split(",") if piece.strip()):
        if match := _BY_NUMBER.fullmatch(part):
            by_number[_number(match["number"], part)] = _known(match["kind"], part)
        elif match := _BY_PROBABILITY.fullmatch(part):
            shares.append((_known(match["kind"], part), _share(match["share"], part)))
        else:
            raise UsageError(f"fault {part!r} is not understood: {_advice()}")
    if sum(share for _, share in shares) > 1 + 1e-9:
        raise UsageError(f"faults {text!r}: the shares add up to more than 1")
    return FaultPlan(by_number, tuple(shares), seed)


def _known(kind: str, part: str) -> str:
    if kind not in KINDS:
        raise UsageError(f"fault {part!r}: {kind!r} is no known kind: {_advice()}")
    return kind


def _number(text: str, part: str) -> int:
    if int(text) < 1:
        raise UsageError(f"fault {part!r}: requests count from 1")
    return int(text)


def _share(text: str, part: str) -> float:
    try:
        share = float(text)
    except ValueError as exc:
        raise UsageError(f"fault {part!r}: {text!r} is no number: {_advice()}") from exc
    if not 0 <= share <= 1:
        raise UsageError(f"fault {part!r}: a share lies within 0 and 1")
    return share


def _advice() -> str:
    return f"write kind:share or kind@number, with commas between; kinds are {', '.join(KINDS)}"
