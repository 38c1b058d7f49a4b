-- Question:   does every poll that brought a response name the object that holds it?
-- Grain:      one poll whose outcome and fields disagree
-- Reads:      polls
-- Scan:       every day; polls 6 columns
-- Parameters: none
select
    polls.scheduled_at,
    polls.source,
    polls.outcome,
    polls.raw_key,
    polls.polled_at,
    polls.reason
from polls
where
    (polls.outcome in ('landed', 'duplicate') and (polls.raw_key is null or polls.polled_at is null))
    or (polls.outcome not in ('landed', 'duplicate') and polls.reason is null)
order by polls.scheduled_at, polls.source
