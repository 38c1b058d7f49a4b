-- Question:   which aircraft climbed fastest?
-- Grain:      one aircraft, at its fastest climb of the day (the earlier one where two are equal)
-- Reads:      airborne_states
-- Scan:       one day; states 7 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
--             :limit_fpm double, faster climbs are taken for decoding errors (default: 11800)
--             :row_limit integer, how many aircraft (default: 20)
-- The default is where the rule vertical_rate_implausible begins (60 m/s). The list without it is led by 32,640 ft/min,
-- the largest number that a transponder can send.
with ranked as (
    select
        airborne_states.icao24,
        airborne_states.callsign,
        airborne_states.origin_country,
        airborne_states.snapshot_at,
        airborne_states.vertical_rate_fpm,
        airborne_states.baro_altitude_ft,
        row_number() over (
            partition by airborne_states.icao24
            order by airborne_states.vertical_rate_fpm desc, airborne_states.snapshot_at asc
        ) as place
    from airborne_states
    where
        airborne_states.snapshot_date = :flight_date
        and airborne_states.vertical_rate_fpm > 0
        and airborne_states.vertical_rate_fpm <= :limit_fpm
)

select
    ranked.icao24,
    ranked.callsign,
    ranked.origin_country,
    ranked.snapshot_at,
    ranked.vertical_rate_fpm,
    ranked.baro_altitude_ft
from ranked
where ranked.place = 1
order by ranked.vertical_rate_fpm desc, ranked.icao24 asc
limit :row_limit
