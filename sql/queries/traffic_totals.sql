-- Question:   how much traffic was there in all, and within which bounds?
-- Grain:      one row for all the days together
-- Reads:      states
-- Scan:       the days asked for; states 7 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
select
    count(*) as row_count,
    count(distinct states.icao24) as aircraft_count,
    count(distinct states.origin_country) as country_count,
    count(distinct states.callsign) as callsign_count,
    min(states.snapshot_at) as first_at,
    max(states.snapshot_at) as last_at,
    count_if(states.on_ground) as on_ground_count,
    count_if(states.longitude_deg is not null and states.latitude_deg is not null) as position_count,
    min(states.longitude_deg) filter (where states.latitude_deg is not null) as west_deg,
    min(states.latitude_deg) filter (where states.longitude_deg is not null) as south_deg,
    max(states.longitude_deg) filter (where states.latitude_deg is not null) as east_deg,
    max(states.latitude_deg) filter (where states.longitude_deg is not null) as north_deg
from states
where states.snapshot_date between :from_date and :to_date
