"""Thirty days of polling on one clock that simulator, schedule and poller share, with every fault in them.

What is asserted comes from the simulator's log of requests, from the ledger, and from what was injected.
"""

import pytest
from support.experiments import Experiment
from support.month import START_S, Month, polled_month
from support.poll_faults import DAY_S, HOUR_S, FaultPeriod

from flightlake.opensky.quota import STANDARD
from flightlake.poll_record import OUTCOMES
from ingestion.quota.circuit_breaker import FAILURES_TO_OPEN
from simulator.api import LoggedRequest
from simulator.faults import KINDS

COST, TRIES = 4, 3
MINUTE_S = 60
PAUSES_S = {"429": 60, "429long": 22_688, "429bare": 600, "429odd": 600}
"""Of planned faults; where the header is missing or nonsense, what the poller promises to keep."""

RESTARTED_S = -3_600
"""A clock that falls back by more is taken for a simulator that began anew: nothing before it counts."""


@pytest.fixture
def sizes(experiment: Experiment) -> dict[str, int]:
    """Days, seconds between polls, length of the outage; first and last seed."""
    return {
        "days": experiment.size(small=2, ci=30, full=30),
        "interval_s": experiment.size(small=480, ci=480, full=90),
        "outage_s": experiment.size(small=4 * HOUR_S, ci=DAY_S, full=DAY_S),
        # Two days have room for every fault and outcome with few seeds.
        "first": experiment.size(small=2, ci=1, full=1),
        "last": experiment.size(small=2, ci=1, full=5),
    }


def test_thirty_days_of_faults_break_no_law_and_lose_no_poll(experiment: Experiment, sizes: dict[str, int]) -> None:
    seeds = range(sizes.pop("first"), sizes.pop("last") + 1)
    months = []
    for seed in seeds:
        month = polled_month(seed, **sizes)
        months.append(month)
        assert {request.fault for request in month.asked} == {None, *KINDS}
        assert {record.outcome for record in month.records.values()} == {*OUTCOMES}
        assert_every_poll_has_one_outcome(month)
        assert_gaps_are_the_injected_ones(month)
        assert_raw_and_ledger_agree(month)
        assert_failures_have_their_cause(month)
        assert_pauses_are_kept(month)
        assert_budgets_are_kept(month)
        assert_no_poll_is_skipped_for_nothing(month)
        assert_cadence_recovers(month)
    record_findings(experiment, months)


def test_a_month_is_the_same_for_the_same_seed() -> None:
    first, again = (polled_month(7, days=1, interval_s=1_440, outage_s=3_600) for _ in range(2))
    assert [(r.at_s, r.fault, r.status) for r in first.asked] == [(r.at_s, r.fault, r.status) for r in again.asked]
    assert {due: record.outcome for due, record in first.records.items()} == {
        due: record.outcome for due, record in again.records.items()
    }


def assert_every_poll_has_one_outcome(month: Month) -> None:
    """Each tick that was taken left its poll's record, and one invocation at most did what the others only found."""
    died_after = died_after_recording(month)
    assert month.records.keys() <= set(month.slots)
    assert month.deployment.taken.keys() <= month.records.keys()
    assert month.records.keys() - month.deployment.taken.keys() <= died_after
    for due_s, statuses in month.deployment.taken.items():
        done = [status for status in statuses if status != "not_due"]
        assert len(done) + (due_s in died_after) == 1, (due_s, statuses)


def assert_gaps_are_the_injected_ones(month: Month) -> None:
    """What the ledger does not know is what was never ticked, and what lies among the dead letters."""
    dead = {tick.due_s for tick, _ in month.deployment.dead_letters}
    unrecorded = dead - month.deployment.taken.keys() - died_after_recording(month)
    assert set(month.slots) - month.records.keys() == month.deployment.untriggered | unrecorded


def assert_raw_and_ledger_agree(month: Month) -> None:
    """What the ledger calls landed lies there; what else lies there was landed by processes that died at once."""
    named = {r.raw_key for r in month.records.values() if r.raw_key is not None}
    lying = {key for key in month.store.objects if key.startswith(("raw/states/", "raw/refused/"))}
    died = sum(kill.step != "before get" for kill in month.deployment.kills)
    assert named <= lying
    assert len(lying - named) <= died


def assert_failures_have_their_cause(month: Month) -> None:
    """A failed poll met an injected fault: late, refused by the table, of a wrong clock, or of the source."""
    for due_s, record in month.records.items():
        if record.outcome != "failed" or (record.reason or "").startswith(
            ("missed: ", "cannot read the poll", "cannot write the poll")
        ):
            continue
        assert record.polled_at is not None
        polled_s = record.polled_at.timestamp()
        its_own = [r for r in month.asked if polled_s <= month.poller_s(r.at_s) < polled_s + 3 * MINUTE_S]
        is_behind = month.fault_schedule.skew_s(due_s) < 0 and "in the future" in (record.reason or "")
        assert is_behind or any(r.fault or r.status == 429 for r in its_own), record


def assert_pauses_are_kept(month: Month) -> None:
    """By the poller's clock no request falls into a pause that was asked for, unless its memory was taken."""
    for refused, later in requests_in_pauses(month):
        assert was_forgotten(month, refused.at_s, later.at_s), (refused, later)


def requests_in_pauses(month: Month) -> list[tuple[LoggedRequest, LoggedRequest]]:
    """Return each request that a pause should have kept back, with the 429 that asked for the pause."""
    found = []
    for number, refused in enumerate(month.asked):
        if refused.status == 429:
            until_s = month.poller_s(refused.at_s) + pause_s(refused)
            near = [r for r in month.asked[number + 1 :] if r.at_s < refused.at_s + pause_s(refused) + 3 * HOUR_S]
            found += [(refused, later) for later in near if month.poller_s(later.at_s) < until_s]
    return found


def assert_budgets_are_kept(month: Month) -> None:
    """By the source's days no more is sent than the budget holds, and the source has nothing to refuse.

    Where the table was emptied, or the clock fell back by hours, the next poll asks as if nothing had been spent, with
    its retries; so does each one after it until one lives to save the source's word. Where our clock is in another day
    than the source's, the polls of that while are charged to that other day.
    """
    for day, neighbour_credits in enumerate(month.neighbour_credits):
        begin_s, end_s = START_S + day * DAY_S, START_S + (day + 1) * DAY_S
        of_the_day = [request for request in month.asked if begin_s <= request.at_s < end_s]
        asked = [request for request in of_the_day if begin_s <= month.poller_s(request.at_s) < end_s]
        assert len(of_the_day) - len(asked) <= 2 * TRIES, day
        blind = TRIES * sum(1 + len(unsettled(month, at_s, end_s)) for at_s in forgettings(month, begin_s, end_s))
        assert charged(asked) + neighbour_credits <= STANDARD.budget_credits + COST * blind, day
        assert sum(map(is_unpaid, asked)) <= blind, day


def assert_no_poll_is_skipped_for_nothing(month: Month) -> None:
    """Who skips for the budget has spent it, or has set it aside for polls that died or could not be settled."""
    for due_s, record in month.records.items():
        if record.outcome != "skipped_budget":
            continue
        day = int(month.poller_s(due_s) - START_S) // DAY_S
        begin_s = START_S + day * DAY_S
        asked = [r for r in month.asked if begin_s <= month.poller_s(r.at_s) and r.at_s < due_s + HOUR_S]
        stranded = COST * TRIES * len(unsettled(month, begin_s, due_s))
        taken = month.neighbour_credits[day]
        left = STANDARD.budget_credits - taken - charged(asked) - stranded
        assert left < COST, (due_s, left, stranded)


def assert_cadence_recovers(month: Month) -> None:
    """In the long outage the source is asked rarely; an hour after a trouble, if no other follows, polls land again."""
    outage = month.fault_schedule.bursts[-1]
    hours = (outage.end_s - outage.begin_s) / HOUR_S
    in_outage = [r for r in month.asked if outage.holds(r.at_s)]
    # Until the pauses between two trials have grown to an hour; they grow anew where the table was emptied.
    # A trial whose poll died, or could not be settled, is repeated at once.
    openings = 1 + len(forgettings(month, outage.begin_s, outage.end_s))
    repeated = len(unsettled(month, outage.begin_s, outage.end_s))
    assert len(in_outage) <= TRIES * ((FAILURES_TO_OPEN + 4) * openings + hours + repeated)
    for period in month.fault_schedule.periods():
        horizon_s = period.end_s + HOUR_S + 4 * month.interval_s
        if horizon_s < month.end_s and not is_troubled(month, period, horizon_s):
            after = [
                month.records[due].outcome
                for due in month.slots
                if period.end_s <= due < horizon_s and due in month.records
            ]
            assert "landed" in after, (period, after)


def is_troubled(month: Month, ended: FaultPeriod, horizon_s: float) -> bool:
    """Tell whether something else keeps polls from landing after a period."""
    others = [
        s for s in month.fault_schedule.periods() if s is not ended and s.begin_s < horizon_s and s.end_s > ended.end_s
    ]
    outcomes = {r.outcome for due, r in month.records.items() if ended.end_s <= due < horizon_s}
    return bool(others) or bool(outcomes & {"skipped_cooldown", "skipped_budget"})


def died_after_recording(month: Month) -> set[int]:
    return {kill.due_s for kill in month.deployment.kills if kill.step == "after put polls"}


def pause_s(refused: LoggedRequest) -> float:
    if refused.fault in PAUSES_S:
        return PAUSES_S[refused.fault]
    return DAY_S - refused.at_s % DAY_S  # the budget's: until midnight


def is_unpaid(request: LoggedRequest) -> bool:
    """Tell whether the source refused a request for its own count of the budget."""
    return request.status == 429 and request.fault not in PAUSES_S


def charged(requests: list[LoggedRequest]) -> int:
    """Return what requests cost at worst: the source may count one that it failed to answer."""
    return COST * sum(request.status is None or not 300 <= request.status < 500 for request in requests)


def forgettings(month: Month, begin_s: float, end_s: float) -> list[float]:
    """Return when the account began anew: a table that was lost, a clock that fell back by hours."""
    fallen = [period for period in month.fault_schedule.skews if period.skew_s < RESTARTED_S]
    instants = [*month.fault_schedule.losses, *(s.begin_s for s in fallen)]
    return [at_s for at_s in instants if begin_s <= at_s < end_s]


def unsettled(month: Month, begin_s: float, end_s: float) -> list[float]:
    """Return when polls may have ended that could not say what they spent: they died, or the table refused."""
    instants = [*(kill.at_s for kill in month.deployment.kills), *month.state.refused_at_s]
    return [at_s for at_s in instants if begin_s <= at_s < end_s]


def was_forgotten(month: Month, from_s: float, until_s: float) -> bool:
    """Tell whether a pause was forgotten between two times: lost, or not saved as its poll's process ended."""
    soon_s = from_s + 2 * MINUTE_S
    died = any(from_s <= kill.at_s <= soon_s for kill in month.deployment.kills)
    refused = any(from_s <= at_s <= soon_s for at_s in month.state.refused_at_s)
    replaced = any(from_s <= at_s <= until_s for at_s in month.deployment.cold_starts)
    return bool(forgettings(month, from_s, until_s)) or died or (refused and replaced)


def record_findings(experiment: Experiment, months: list[Month]) -> None:
    """Write down what was tried and what came of it."""
    asked = [request for month in months for request in month.asked]
    kills = sum(len(month.deployment.kills) for month in months)
    tried = (
        f"{sum(month.days for month in months)} days of polling on a fake clock: {sum(len(m.slots) for m in months):,} "
        f"scheduled polls, {len(asked):,} requests, {sum(bool(r.fault) for r in asked):,} of them met by one of "
        f"{len(KINDS)} kinds of fault; {kills} processes killed at a call, ticks lost, late and twice, wrong clocks, a "
        "state table that refuses or is emptied."
    )
    gaps = sum(len(month.slots) - len(month.records) for month in months)
    dead = sum(len(month.deployment.dead_letters) for month in months)
    experiment.found(
        "Can a fault lose me a poll without a word?",
        tried=tried,
        result=f"Every poll has one outcome; the ledger's {gaps} gaps are ticks that were never sent and those among "
        f"the {dead} dead letters that no other tick made good.",
    )
    forgotten = sum(len(requests_in_pauses(month)) for month in months)
    experiment.found(
        "Does the poller keep the source's law when everything fails?",
        tried=tried,
        result=f"{sum(r.status == 429 for r in asked)} pauses were asked for; {forgotten} requests came within one, "
        "each after its memory was taken (table emptied, process killed before it saved). No credit went beyond a "
        "day's budget; on a day of lost state, at most three requests for the loss and for each poll that died or "
        f"could not be settled after it. The source itself refused {sum(map(is_unpaid, asked))} requests for budget.",
    )
