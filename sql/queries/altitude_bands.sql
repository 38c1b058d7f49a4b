-- Question:   how is the traffic spread over altitude?
-- Grain:      one band of barometric altitude in feet; a band begins at its lower edge
-- Reads:      airborne_states
-- Scan:       one day; states 4 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
with banded as (
    select
        airborne_states.icao24,
        airborne_states.ground_speed_kt,
        case
            when airborne_states.baro_altitude_ft < 10000 then 0
            when airborne_states.baro_altitude_ft < 30000 then 10000
            when airborne_states.baro_altitude_ft < 50000 then 30000
            else 50000
        end as from_altitude_ft
    from airborne_states
    where airborne_states.snapshot_date = :flight_date and airborne_states.baro_altitude_ft is not null
)

select
    banded.from_altitude_ft,
    count(*) as row_count,
    1e2 * count(*) / sum(count(*)) over () as share_percent,
    count(distinct banded.icao24) as aircraft_count,
    avg(banded.ground_speed_kt) as mean_ground_speed_kt
from banded
group by banded.from_altitude_ft
order by banded.from_altitude_ft
