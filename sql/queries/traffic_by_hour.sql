-- Question:   how much traffic was there in each hour of a day?
-- Grain:      one hour (UTC) that has a response
-- Reads:      states
-- Scan:       one day; states 2 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
select
    date_trunc('hour', states.snapshot_at) as hour_at,
    count(distinct states.snapshot_at) as snapshot_count,
    count(distinct states.icao24) as aircraft_count,
    1e0 * count(*) / count(distinct states.snapshot_at) as mean_aircraft_per_snapshot
from states
where states.snapshot_date = :flight_date
group by date_trunc('hour', states.snapshot_at)
order by hour_at
