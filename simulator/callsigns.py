"""Callsigns in the forms of airline flights and registrations."""

import numpy as np

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, too like 1 and 0: our choice
ALPHABETS = {"0": "0123456789", "#": "123456789", "a": LETTERS}
CALLSIGN_LENGTH = 8
# Forms after the designator and their shares. `0` is a digit, `#` a digit from 1 on, `a` a letter. Carriers of North
# America fly under plain numbers, others mostly under a mixture (recorded: SWA3966, RYR57LC, SWR388G, THY9XH, DLH7EW).
PLAIN_FORMS = (("#000", 0.6), ("#00", 0.34), ("#0", 0.06))
MIXED_FORMS = (("#0a", 0.16), ("#0aa", 0.18), ("#aa", 0.12), ("#00a", 0.1), ("#a", 0.04), ("#00", 0.2), ("#000", 0.2))
PLAIN_COUNTRIES = frozenset(
    {"United States", "Canada", "Mexico", "Japan", "Republic of Korea", "China", "Taiwan", "Brazil"}
)


def flight_callsigns(designator: str, country: str, count: int, rng: np.random.Generator) -> list[str]:
    """Generate callsigns of an airline, without padding.

    >>> flight_callsigns("SWR", "Switzerland", 1, np.random.default_rng(1))[0][:3]
    'SWR'
    """
    forms, shares = zip(*(PLAIN_FORMS if country in PLAIN_COUNTRIES else MIXED_FORMS), strict=True)
    chosen = rng.choice(len(forms), count, p=np.array(shares) / sum(shares))
    return [
        designator + _filled(forms[form], numbers) for form, numbers in zip(chosen, _numbers(count, rng), strict=True)
    ]


def registration_callsigns(forms: tuple[str, ...], count: int, rng: np.random.Generator) -> list[str]:
    """Generate registrations as callsigns, without dash and padding."""
    chosen = rng.integers(len(forms), size=count)
    return [_filled(forms[form], numbers) for form, numbers in zip(chosen, _numbers(count, rng), strict=True)]


def _numbers(count: int, rng: np.random.Generator) -> list[list[float]]:
    numbers: list[list[float]] = rng.random((count, CALLSIGN_LENGTH)).tolist()
    return numbers


def _filled(form: str, numbers: list[float]) -> str:
    """Fill the marks of a form with characters chosen by numbers in [0, 1)."""
    return "".join(
        ALPHABETS[mark][int(number * len(ALPHABETS[mark]))] if mark in ALPHABETS else mark
        for mark, number in zip(form, numbers, strict=False)
    )
