-- Question:   is absent text null and never empty?
-- Grain:      one row of states with an empty or untrimmed text
-- Reads:      states
-- Scan:       every day; states 5 columns
-- Parameters: none
select
    states.icao24,
    states.snapshot_at,
    states.callsign,
    states.origin_country,
    states.squawk
from states
where
    states.callsign = ''
    or states.callsign <> trim(states.callsign)
    or states.origin_country = ''
    or states.squawk = ''
order by states.snapshot_at, states.icao24
