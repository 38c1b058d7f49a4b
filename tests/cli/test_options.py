"""Options that several commands share."""

from datetime import date

import pytest
import typer

from cli.options import parse_date


def test_a_day_is_written_in_one_way() -> None:
    assert parse_date("2026-05-08") == date(2026, 5, 8)
    assert parse_date(date(2026, 5, 8)) == date(2026, 5, 8)


@pytest.mark.parametrize("text", ["20260508", "2026-5-8", "08.05.2026", "2026-02-30", "", "today", "2026-W19-5"])
def test_any_other_text_is_no_day(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no day; write it as YYYY-MM-DD"):
        parse_date(text)
