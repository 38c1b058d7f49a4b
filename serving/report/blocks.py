"""Building blocks of the page. Every text in them is plain text, which the template escapes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from serving.report.drawing import Picture


@dataclass(frozen=True)
class Bar:
    """Text of a number on a bar of its length; `share` is between 0 and 1."""

    text: str
    share: float


@dataclass(frozen=True)
class Name:
    """Identifier, such as the name of a rule, with its meaning below it."""

    text: str
    meaning: str = ""


Cell = str | Bar | Name


@dataclass(frozen=True)
class Table:
    """Rows under headings; `numeric` are the positions of the right-aligned columns."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numeric: frozenset[int] = frozenset()
    total: Sequence[str] | None = None


@dataclass(frozen=True)
class Figure:
    """Picture with its text alternative (content and main finding) and its legend, pairs of colour and label."""

    picture: Picture
    alternative: str
    caption: str
    legend: Sequence[tuple[str, str]] = ()
    legend_title: str = ""


@dataclass(frozen=True)
class Quote:
    """Text as it was received, and its source."""

    text: str
    source: str


@dataclass(frozen=True)
class Finding:
    """A group of quotes under a heading."""

    title: str
    meaning: str
    quotes: Sequence[Quote]


@dataclass(frozen=True)
class Section:
    """Section of the page: its topic, its main finding as the heading, and the figures that support it.

    Attributes:
        tables: shown at once.
        data: tables behind a picture, folded away.
    """

    id: str
    topic: str
    heading: str
    paragraphs: Sequence[str] = ()
    figure: Figure | None = None
    tables: Sequence[Table] = ()
    findings: Sequence[Finding] = ()
    data: Sequence[Table] = field(default=())


def bars(values: Sequence[float], texts: Sequence[str]) -> list[Bar]:
    """Return the texts with bars in proportion to the largest value."""
    most = max(values, default=0) or 1
    return [Bar(text, value / most) for value, text in zip(values, texts, strict=True)]
