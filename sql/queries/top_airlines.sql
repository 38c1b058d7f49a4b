-- Question:   which airlines flew with most aircraft, over several days?
-- Grain:      one ICAO designator: the three letters before the flight number of an airline's callsign
-- Reads:      states
-- Scan:       the days asked for; states 2 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
--             :row_limit integer, how many designators (default: 20)
select
    substr(states.callsign, 1, 3) as airline_designator,
    count(distinct states.icao24) as aircraft_count,
    count(*) as row_count
from states
where states.snapshot_date between :from_date and :to_date and regexp_like(states.callsign, '^[A-Z]{3}[0-9]')
group by substr(states.callsign, 1, 3)
order by aircraft_count desc, airline_designator asc
limit :row_limit
