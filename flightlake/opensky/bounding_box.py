"""Bounding box of a query to OpenSky, in degrees (WGS 84)."""

from dataclasses import dataclass
from typing import Self

from flightlake.errors import UsageError


@dataclass(frozen=True)
class Box:
    """South-west and north-east corner, by the names of OpenSky's query parameters.

    Raises:
        UsageError: a corner is off the globe, or south and north, west and east are not in order.

    >>> Box.parse("45.8, 5.9, 47.8, 10.5").area_deg2
    9.2
    """

    lamin: float
    lomin: float
    lamax: float
    lomax: float

    def __post_init__(self) -> None:
        # Written so that NaN fails too.
        if not -90 <= self.lamin < self.lamax <= 90:
            raise UsageError(
                f"box {self}: latitudes need -90 <= lamin < lamax <= 90, not {self.lamin} and {self.lamax}; {_ORDER}"
            )
        if not -180 <= self.lomin < self.lomax <= 180:
            raise UsageError(
                f"box {self}: longitudes need -180 <= lomin < lomax <= 180, not {self.lomin} and {self.lomax}; "
                f"{_ORDER}, and a box over the date line is two boxes"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the box written as `lamin,lomin,lamax,lomax`.

        Raises:
            UsageError: the text is not four numbers, or they are no box.
        """
        try:
            lamin, lomin, lamax, lomax = (float(part) for part in text.split(","))
        except ValueError as exc:
            raise UsageError(f"box {text!r} is not four numbers; {_ORDER}, for example 45.8,5.9,47.8,10.5") from exc
        return cls(lamin, lomin, lamax, lomax)

    @property
    def area_deg2(self) -> float:
        """The area in square degrees, as OpenSky counts credits; rounded to where a float's noise begins."""
        return round((self.lamax - self.lamin) * (self.lomax - self.lomin), 9)

    def query(self) -> dict[str, str]:
        """Return the query parameters of the box."""
        return {name: _text(getattr(self, name)) for name in ("lamin", "lomin", "lamax", "lomax")}

    def __str__(self) -> str:
        return ",".join(self.query().values())


_ORDER = "the order is lamin,lomin,lamax,lomax"


def _text(degrees: float) -> str:
    return f"{degrees:.10g}"
