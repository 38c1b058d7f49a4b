"""Text from outside without the characters that a terminal would execute."""

_CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
_INVISIBLE = dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
_VISIBLE = _CONTROLS | _INVISIBLE
"""Control characters, such as the escape that recolours or erases a terminal, by the symbol that shows each."""


def sanitize(text: str) -> str:
    r"""Return the text with symbols in place of control characters; line ends and tabs stay.

    >>> sanitize("a\x1b[2Jb")
    'a␛[2Jb'
    """
    return text.translate(_VISIBLE)
