-- Question:   how are the rows of aircraft in the air spread over flight levels?
-- Grain:      one band of twenty flight levels (hundreds of feet); 0 is open below, 500 is open above
-- Reads:      states
-- Scan:       the days asked for; states 2 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
-- Altitudes come in steps of 25 ft; rounding first keeps a step on the edge of a band in its own band. Altitudes a
-- little below zero (high pressure at sea level) are normal and belong to the lowest band.
with banded as (
    select
        greatest(least(cast(floor(round(states.baro_altitude_m / 0.3048, 3) / 2000) as integer), 25), 0) * 20
            as from_flight_level
    from states
    where
        states.snapshot_date between :from_date and :to_date
        and states.baro_altitude_m is not null
        and not coalesce(states.on_ground, false)
)

select
    banded.from_flight_level,
    count(*) as row_count
from banded
group by banded.from_flight_level
order by banded.from_flight_level
