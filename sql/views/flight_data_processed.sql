-- Question:   what does the lake hold, in the names and units of the first README?
-- Grain:      one aircraft in one response
-- Reads:      states
-- Scan:       the days asked for; states 18 columns
-- Parameters: none
-- Altitudes are in feet: a foot is 0.3048 m exactly, and dividing keeps the steps of 25 ft that transponders report, so
-- that 3,048 m is 10,000 ft and no hair less. Speeds are in m/s. Date parts come from the partition, so that asking for
-- a day reads a day.
create or replace view flight_data_processed as
select
    states.icao24,
    states.callsign,
    states.origin_country,
    states.position_at as time_position,
    states.last_contact_at as last_contact,
    states.longitude_deg as longitude,
    states.latitude_deg as latitude,
    states.baro_altitude_m / 0.3048 as baro_altitude,
    states.on_ground,
    states.ground_speed_mps as velocity,
    states.true_track_deg as true_track,
    states.vertical_rate_mps as vertical_rate,
    states.geo_altitude_m / 0.3048 as geo_altitude,
    states.squawk,
    states.is_special_purpose as spi,
    states.position_source,
    states.category,
    states.snapshot_at,
    date_format(states.snapshot_date, '%Y') as year,
    date_format(states.snapshot_date, '%m') as month,
    date_format(states.snapshot_date, '%d') as day
from states
