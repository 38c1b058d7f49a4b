-- Question:   which aircraft were in the air, in a pilot's units?
-- Grain:      one aircraft that is not on the ground in one response
-- Reads:      states
-- Scan:       the days asked for; states 11 columns
-- Parameters: none
-- Feet, knots and feet per minute by their exact definitions: 0.3048 m, 1852 m per hour, 0.3048 m per 60 s.
create or replace view airborne_states as
select
    states.icao24,
    states.callsign,
    states.origin_country,
    states.longitude_deg,
    states.latitude_deg,
    states.baro_altitude_m / 0.3048 as baro_altitude_ft,
    states.ground_speed_mps * 3600 / 1852 as ground_speed_kt,
    states.vertical_rate_mps * 60 / 0.3048 as vertical_rate_fpm,
    states.true_track_deg,
    states.snapshot_at,
    states.snapshot_date
from states
where not states.on_ground
