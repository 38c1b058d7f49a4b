-- Question:   which aircraft sent an emergency code, when and where?
-- Grain:      one aircraft and emergency code of the day
-- Reads:      states
-- Scan:       one day; states 6 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
-- Codes after ICAO Doc 8168: 7500 unlawful interference, 7600 radio failure, 7700 emergency. A single row is often a
-- code dialled through on the way to another; look at row_count.
select
    states.icao24,
    max_by(states.callsign, states.snapshot_at) filter (where states.callsign is not null) as last_callsign,
    states.squawk,
    case states.squawk
        when '7500' then 'unlawful interference'
        when '7600' then 'radio failure'
        else 'emergency'
    end as meaning,
    count(*) as row_count,
    min(states.snapshot_at) as first_at,
    max(states.snapshot_at) as last_at,
    max_by(states.latitude_deg, states.snapshot_at) filter (where states.latitude_deg is not null)
        as last_latitude_deg,
    max_by(states.longitude_deg, states.snapshot_at) filter (where states.latitude_deg is not null)
        as last_longitude_deg
from states
where states.snapshot_date = :flight_date and states.squawk in ('7500', '7600', '7700')
group by states.icao24, states.squawk
order by first_at, states.icao24, states.squawk
