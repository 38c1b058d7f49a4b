-- Question:   where is the sky fullest?
-- Grain:      one cell of one degree, named by its south-west corner; aircraft in the air only
-- Reads:      airborne_states
-- Scan:       one day; states 5 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
--             :row_limit integer, how many cells (default: 20)
-- The antimeridian is one line: longitude 180 belongs to the cell that begins at -180, the pole to the last row.
with placed as (
    select
        airborne_states.icao24,
        airborne_states.baro_altitude_ft,
        least(cast(floor(airborne_states.latitude_deg) as integer), 89) as south_deg,
        case
            when airborne_states.longitude_deg = 180 then -180
            else cast(floor(airborne_states.longitude_deg) as integer)
        end as west_deg
    from airborne_states
    where airborne_states.snapshot_date = :flight_date and airborne_states.longitude_deg is not null
)

select
    placed.south_deg,
    placed.west_deg,
    count(distinct placed.icao24) as aircraft_count,
    count(*) as row_count,
    avg(placed.baro_altitude_ft) as mean_altitude_ft
from placed
group by placed.south_deg, placed.west_deg
order by aircraft_count desc, row_count desc, placed.south_deg asc, placed.west_deg asc
limit :row_limit
