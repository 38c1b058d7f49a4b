-- Question:   how are the rows of aircraft in the air spread over ground speed?
-- Grain:      one band of twenty knots; 600 is open above
-- Reads:      states
-- Scan:       the days asked for; states 2 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
with banded as (
    select
        least(cast(floor(round(states.ground_speed_mps * 3600 / 1852, 3) / 20) as integer), 30) * 20
            as from_ground_speed_kt
    from states
    where
        states.snapshot_date between :from_date and :to_date
        and states.ground_speed_mps is not null
        and not coalesce(states.on_ground, false)
)

select
    banded.from_ground_speed_kt,
    count(*) as row_count
from banded
group by banded.from_ground_speed_kt
order by banded.from_ground_speed_kt
