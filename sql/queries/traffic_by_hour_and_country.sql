-- Question:   from which countries were the aircraft of each hour?
-- Grain:      one hour (UTC) and country; the countries with most aircraft of each hour
-- Reads:      states
-- Scan:       one day; states 3 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
--             :row_limit integer, how many countries per hour (default: 5)
with counted as (
    select
        date_trunc('hour', states.snapshot_at) as hour_at,
        states.origin_country,
        count(distinct states.icao24) as aircraft_count
    from states
    where states.snapshot_date = :flight_date and states.origin_country is not null
    group by date_trunc('hour', states.snapshot_at), states.origin_country
),

ranked as (
    select
        counted.hour_at,
        counted.origin_country,
        counted.aircraft_count,
        row_number() over (
            partition by counted.hour_at order by counted.aircraft_count desc, counted.origin_country asc
        ) as position_in_hour
    from counted
)

select
    ranked.hour_at,
    ranked.origin_country,
    ranked.aircraft_count
from ranked
where ranked.position_in_hour <= :row_limit
order by ranked.hour_at, ranked.position_in_hour
