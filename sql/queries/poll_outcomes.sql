-- Question:   which outcomes did the polls of a day have, and what did they cost?
-- Grain:      one outcome
-- Reads:      polls
-- Scan:       one day; polls 4 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
select
    polls.outcome,
    count(*) as poll_count,
    1e2 * count(*) / sum(count(*)) over () as share_percent,
    coalesce(sum(polls.credits_spent), 0) as credits_spent,
    sum(polls.row_count) as row_count,
    min(polls.scheduled_at) as first_at,
    max(polls.scheduled_at) as last_at
from polls
where polls.poll_date = :flight_date
group by polls.outcome
order by poll_count desc, polls.outcome asc
