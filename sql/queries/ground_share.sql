-- Question:   what share of the aircraft stood or rolled on the ground?
-- Grain:      one hour (UTC) that has a response
-- Reads:      snapshots
-- Scan:       one day; states 2 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
select
    date_trunc('hour', snapshots.snapshot_at) as hour_at,
    sum(snapshots.aircraft_count) as row_count,
    sum(snapshots.on_ground_count) as on_ground_count,
    1e2 * sum(snapshots.on_ground_count) / sum(snapshots.aircraft_count) as on_ground_percent
from snapshots
where snapshots.snapshot_date = :flight_date
group by date_trunc('hour', snapshots.snapshot_at)
order by hour_at
