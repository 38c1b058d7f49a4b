-- Question:   does every poll lie in the partition of the day on which it was due?
-- Grain:      one poll in the wrong partition
-- Reads:      polls
-- Scan:       every day; polls 2 columns
-- Parameters: none
select
    polls.scheduled_at,
    polls.source,
    polls.poll_date
from polls
where polls.poll_date <> cast(polls.scheduled_at as date) or polls.scheduled_at is null
order by polls.scheduled_at
