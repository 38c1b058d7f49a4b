-- Question:   when did the lake get no responses, and why?
-- Grain:      one span between two polls of a day that brought a response, longer than the shortest gap that counts
-- Reads:      polls
-- Scan:       one day; polls 3 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
--             :min_gap_s integer, the shortest gap that counts in seconds (default: 300)
-- A poll that was skipped or failed does not end a gap; the outcomes say what happened within it. Gaps before the
-- first and after the last response of the day are not listed: the day's polls do not show them.
with numbered as (
    select
        polls.scheduled_at,
        polls.outcome,
        polls.reason,
        coalesce(polls.outcome in ('landed', 'duplicate'), false) as has_response,
        count_if(polls.outcome in ('landed', 'duplicate')) over (
            order by polls.scheduled_at, polls.outcome rows between unbounded preceding and current row
        ) as response_number
    from polls
    where polls.poll_date = :flight_date
),

spans as (
    select
        numbered.response_number,
        min(numbered.scheduled_at) as gap_began_at,
        count_if(not numbered.has_response) as missed_count,
        array_join(array_sort(array_agg(distinct numbered.outcome) filter (where not numbered.has_response)), ', ')
            as missed_outcomes,
        min_by(numbered.reason, numbered.scheduled_at) filter (where not numbered.has_response) as first_reason
    from numbered
    where numbered.response_number > 0
    group by numbered.response_number
),

measured as (
    select
        spans.gap_began_at,
        lead(spans.gap_began_at) over (order by spans.response_number) as gap_ended_at,
        spans.missed_count,
        spans.missed_outcomes,
        spans.first_reason
    from spans
)

select
    measured.gap_began_at,
    measured.gap_ended_at,
    date_diff('second', measured.gap_began_at, measured.gap_ended_at) as gap_s,
    measured.missed_count,
    measured.missed_outcomes,
    measured.first_reason
from measured
where date_diff('second', measured.gap_began_at, measured.gap_ended_at) > :min_gap_s
order by gap_s desc, measured.gap_began_at asc
