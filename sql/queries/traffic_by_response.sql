-- Question:   how many aircraft were in the air and on the ground in each response?
-- Grain:      one response that left at least one row in states
-- Reads:      snapshots
-- Scan:       the days asked for; states 2 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
select
    snapshots.snapshot_at,
    snapshots.aircraft_count - snapshots.on_ground_count as airborne_count,
    snapshots.on_ground_count
from snapshots
where snapshots.snapshot_date between :from_date and :to_date
order by snapshots.snapshot_at
