-- Question:   where did one aircraft fly?
-- Grain:      one position report of the aircraft; repeats of a report are left out
-- Reads:      states
-- Scan:       one aircraft of one day; states 10 columns
-- Parameters: :icao24 string, the aircraft's address in lower-case hex
--             :flight_date date, the UTC day (default: the newest day)
with reports as (
    select
        states.position_at,
        states.callsign,
        states.longitude_deg,
        states.latitude_deg,
        states.baro_altitude_m,
        states.ground_speed_mps,
        states.true_track_deg,
        states.on_ground,
        row_number() over (partition by states.position_at order by states.snapshot_at) as times_seen
    from states
    where
        states.snapshot_date = :flight_date
        and states.icao24 = :icao24
        and states.position_at is not null
        and states.longitude_deg is not null
)

select
    reports.position_at,
    reports.callsign,
    reports.longitude_deg,
    reports.latitude_deg,
    reports.baro_altitude_m,
    reports.ground_speed_mps,
    reports.true_track_deg,
    reports.on_ground,
    great_circle_distance(
        lag(reports.latitude_deg) over (order by reports.position_at),
        lag(reports.longitude_deg) over (order by reports.position_at),
        reports.latitude_deg,
        reports.longitude_deg
    ) as flown_km
from reports
where reports.times_seen = 1
order by reports.position_at
