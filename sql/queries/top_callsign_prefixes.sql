-- Question:   which airlines fly most?
-- Grain:      one ICAO designator: the three letters before the flight number of an airline's callsign
-- Reads:      states
-- Scan:       one day; states 2 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
--             :row_limit integer, how many designators (default: 20)
select
    substr(states.callsign, 1, 3) as airline_designator,
    count(distinct states.icao24) as aircraft_count,
    count(distinct states.callsign) as callsign_count,
    count(*) as row_count
from states
where states.snapshot_date = :flight_date and regexp_like(states.callsign, '^[A-Z]{3}[0-9]')
group by substr(states.callsign, 1, 3)
order by aircraft_count desc, callsign_count desc, airline_designator asc
limit :row_limit
