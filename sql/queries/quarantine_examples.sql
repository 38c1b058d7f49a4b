-- Question:   which rows were rejected, for example, by each rule?
-- Grain:      one rejected row under one of its reasons; the first ones of each reason, the most frequent reason first
-- Reads:      states_quarantine
-- Scan:       the days asked for; states_quarantine 5 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
--             :row_limit integer, how many rows of each reason (default: 3)
with broken as (
    select
        reasons.reason,
        states_quarantine.snapshot_at,
        states_quarantine.raw_key,
        states_quarantine.row_number as raw_row_number,
        states_quarantine.raw_row,
        count(*) over (partition by reasons.reason) as row_count,
        row_number() over (
            partition by reasons.reason
            order by states_quarantine.snapshot_at, states_quarantine.row_number, states_quarantine.raw_key
        ) as place
    from states_quarantine
    cross join unnest(states_quarantine.reasons) as reasons (reason)
    where states_quarantine.snapshot_date between :from_date and :to_date
)

select
    broken.reason,
    broken.row_count,
    broken.snapshot_at,
    broken.raw_key,
    broken.raw_row_number,
    broken.raw_row
from broken
where broken.place <= :row_limit
order by broken.row_count desc, broken.reason asc, broken.place asc
