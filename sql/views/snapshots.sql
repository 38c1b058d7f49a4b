-- Question:   what did each response hold?
-- Grain:      one response that left at least one row in states
-- Reads:      states
-- Scan:       the days asked for; states 3 columns
-- Parameters: none
create or replace view snapshots as
select
    states.snapshot_date,
    states.snapshot_at,
    count(*) as aircraft_count,
    count_if(states.on_ground) as on_ground_count,
    count_if(states.longitude_deg is null) as without_position_count
from states
group by states.snapshot_date, states.snapshot_at
