"""One statement of a text that a user wrote."""

from dataclasses import dataclass

LOOKING_WORDS = frozenset({"SHOW", "DESCRIBE", "DESC"})
"""First words of statements that ask for names and not for rows."""


@dataclass(frozen=True)
class Statement:
    """One statement of a text.

    Attributes:
        text: the whole text up to the statement's end, what stands before it blanked: positions in it are positions in
            what the user wrote.
        source: what the user wrote, whole.
        first_word: its first word in capitals.
    """

    text: str
    source: str
    first_word: str

    @property
    def looks_at_names(self) -> bool:
        """Tell whether the statement asks for names (`show`, `describe`) and not for rows."""
        return self.first_word in LOOKING_WORDS
