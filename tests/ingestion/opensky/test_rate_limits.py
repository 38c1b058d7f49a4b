import pytest

from ingestion.opensky.rate_limits import credits_left, rate_limit_error


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("3996", 3996),
        ("0", 0),
        (" 12 ", 12),
        ("-1", None),
        ("many", None),
        ("1e3", None),
        ("٣", None),
        ("9" * 13, None),
    ],
)
def test_credits_left_are_a_whole_number_or_unknown(text: str, left: int | None) -> None:
    assert credits_left({"X-Rate-Limit-Remaining": text}) == left


def test_credits_left_are_unknown_where_the_header_is_missing() -> None:
    assert credits_left({}) is None


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"X-Rate-Limit-Retry-After-Seconds": "22688"}, 22_688),
        ({"Retry-After": "30"}, 30),
        ({"X-Rate-Limit-Retry-After-Seconds": "soon", "Retry-After": "30"}, 30),
        ({"X-Rate-Limit-Retry-After-Seconds": "0"}, 0),
        ({}, 600),
        ({"Retry-After": "Fri, 08 May 2026 12:00:00 GMT"}, 600),
    ],
)
def test_a_429_asks_for_the_pause_of_its_headers(headers: dict[str, str], pause_s: int) -> None:
    assert rate_limit_error(headers, "the source").retry_after_s == pause_s
