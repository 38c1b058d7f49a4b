-- Question:   did a row reach the curated table that a rule should have rejected?
-- Grain:      one row of states and one rule that it breaks
-- Reads:      states
-- Scan:       every day; states 12 columns
-- Parameters: none
with evaluated as (
    select
        states.icao24,
        states.snapshot_at,
        array[
            case when states.icao24 is null then 'icao24_missing' end,
            case when not regexp_like(states.icao24, '^[0-9a-f]{6}$') then 'icao24_form' end,
            case
                when regexp_like(states.callsign, '[^ -~]') or length(states.callsign) > 8 then 'callsign_impossible'
            end,
            case
                when regexp_like(states.origin_country, '[^ -~À-힣]') or length(states.origin_country) > 64
                    then 'origin_country_form'
            end,
            case when states.last_contact_at is null then 'last_contact_missing' end,
            case when (states.longitude_deg is null) <> (states.latitude_deg is null) then 'position_half' end,
            case
                when not (states.longitude_deg between -180 and 180 and states.latitude_deg between -90 and 90)
                    then 'position_out_of_range'
            end,
            case when states.position_at < timestamp '2013-01-01 00:00:00' then 'position_time_impossible' end,
            case when states.position_at > states.last_contact_at then 'position_newer_than_contact' end,
            case when states.last_contact_at > states.snapshot_at then 'contact_after_snapshot' end,
            case
                when date_diff('second', states.last_contact_at, states.snapshot_at) > 900 then 'contact_too_old'
            end,
            case when not (states.baro_altitude_m between -310 and 38700) then 'baro_altitude_impossible' end,
            case when not (states.geo_altitude_m between -500 and 45000) then 'geo_altitude_impossible' end,
            case when not (states.ground_speed_mps between 0 and 1000) then 'ground_speed_impossible' end,
            case when abs(states.vertical_rate_mps) > 166 then 'vertical_rate_impossible' end
        ] as rules
    from states
)

select
    evaluated.icao24,
    evaluated.snapshot_at,
    broken.rule
from evaluated
cross join unnest(filter(evaluated.rules, rule -> rule is not null)) as broken (rule)
order by evaluated.snapshot_at, evaluated.icao24, broken.rule
