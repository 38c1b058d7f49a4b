"""Tables as text with box lines, drawn without rich, whose import takes longer than a short command."""

import unicodedata
from collections.abc import Collection, Sequence

_WIDE = frozenset("WF")


def cell_width(text: str) -> int:
    """Return how many columns of a terminal a line takes.

    >>> cell_width("KLM"), cell_width("日本"), cell_width("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(letter) in _WIDE else not unicodedata.combining(letter) for letter in text
    )


def draw_table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int]) -> list[str]:
    """Return the lines of a table; a cell may have several lines.

    Args:
        header: the headings.
        rows: the cells.
        right: positions of the columns that are aligned to the right.
    """
    lines = [line for row in (header, *rows) for line in _lines_of(row)]
    widths = [max((cell_width(line[position]) for line in lines), default=0) for position in range(len(header))]
    head = [_drawn(line, widths, right, "┃") for line in _lines_of(header)]
    body = [_drawn(line, widths, right, "│") for row in rows for line in _lines_of(row)]
    return [_ruled(widths, "┏━┳┓"), *head, _ruled(widths, "┡━╇┩"), *body, _ruled(widths, "└─┴┘")]


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in _WIDE else 1


def _lines_of(row: Sequence[str]) -> list[list[str]]:
    cells = [cell.expandtabs().split("\n") for cell in row]
    height = max(map(len, cells), default=1)
    return [[cell[number] if number < len(cell) else "" for cell in cells] for number in range(height)]


def _ruled(widths: Sequence[int], signs: str) -> str:
    return signs[0] + signs[2].join(signs[1] * (width + 2) for width in widths) + signs[3]


def _drawn(line: Sequence[str], widths: Sequence[int], right: Collection[int], edge: str) -> str:
    padded = (
        " " * (width - cell_width(cell)) + cell if position in right else cell + " " * (width - cell_width(cell))
        for position, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
    return f"{edge} " + f" {edge} ".join(padded) + f" {edge}"
