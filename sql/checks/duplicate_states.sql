-- Question:   does an aircraft stand twice in one response?
-- Grain:      one aircraft and response that has more than one row
-- Reads:      states
-- Scan:       every day; states 2 columns
-- Parameters: none
select
    states.icao24,
    states.snapshot_at,
    count(*) as row_count
from states
group by states.icao24, states.snapshot_at
having count(*) > 1
order by states.snapshot_at, states.icao24
