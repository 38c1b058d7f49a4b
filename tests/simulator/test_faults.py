"""A text of faults becomes a plan, or an error that names the bad part."""

import pytest

from flightlake.errors import UsageError
from simulator.faults import KINDS, parse_faults


def test_no_text_plans_no_faults() -> None:
    assert {parse_faults("").fault_of(number) for number in range(1, 1_000)} == {None}


def test_a_script_strikes_the_named_requests() -> None:
    plan = parse_faults("500@3, hang@7")
    assert [plan.fault_of(number) for number in range(1, 9)] == [None, None, "500", None, None, None, "hang", None]


def test_shares_strike_that_share_of_many_requests() -> None:
    plan = parse_faults("429:0.02,500:0.05")
    struck = [plan.fault_of(number) for number in range(1, 20_001)]
    assert struck.count("429") == pytest.approx(400, rel=0.2)
    assert struck.count("500") == pytest.approx(1_000, rel=0.15)
    assert set(struck) == {None, "429", "500"}


def test_a_script_comes_before_the_shares() -> None:
    assert parse_faults("500:1,hang@2").fault_of(2) == "hang"
    assert parse_faults("500:1,hang@2").fault_of(1) == "500"


def test_another_seed_strikes_other_requests() -> None:
    struck = [[parse_faults("cut:0.5", seed=seed).fault_of(number) for number in range(64)] for seed in (1, 2)]
    assert struck[0] != struck[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flood:0.1", "fault 'flood:0.1': 'flood' is no known kind"),
        ("500:0.1,hang", "fault 'hang' is not understood"),
        ("500:2", "fault '500:2': a share lies within 0 and 1"),
        ("500:1.2.3", "fault '500:1.2.3': '1.2.3' is no number"),
        ("500@0", "fault '500@0': requests count from 1"),
        ("500:-1", "fault '500:-1' is not understood"),
        ("500:0.6,502:0.6", "the shares add up to more than 1"),
    ],
)
def test_a_wrong_text_is_refused_with_the_part_that_is_wrong(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("(", "\\(")):
        parse_faults(text)


def test_the_refusal_of_a_kind_lists_the_kinds() -> None:
    with pytest.raises(UsageError, match=", ".join(KINDS)):
        parse_faults("flood@1")
