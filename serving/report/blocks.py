"""What a page is built of. Every text here is plain text: the template escapes it, whatever it holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from serving.report.drawing import Picture


@dataclass(frozen=True)
class Bar:
    """A number drawn behind its text as a bar; `share` is between 0 and 1."""

    text: str
    share: float


@dataclass(frozen=True)
class Name:
    """A word of the lake, such as a rule's name, with what it means below it."""

    text: str
    meaning: str = ""


Cell = str | Bar | Name


@dataclass(frozen=True)
class Table:
    """Rows under headings; `numeric` are the positions of the columns whose values stand to the right."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numeric: frozenset[int] = frozenset()
    total: Sequence[str] | None = None


@dataclass(frozen=True)
class Figure:
    """A picture with its text alternative (what it shows and its main finding) and its legend, colour by words."""

    picture: Picture
    alternative: str
    caption: str
    legend: Sequence[tuple[str, str]] = ()
    legend_title: str = ""


@dataclass(frozen=True)
class Quote:
    """Text as it was received, and where it lies."""

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
    """One section: its topic, its finding as the heading, and what supports it.

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
