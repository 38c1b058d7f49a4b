-- Question:   what are the median altitude and ground speed of aircraft in the air?
-- Grain:      one measure; one that no row has is absent
-- Reads:      states
-- Scan:       the days asked for; states 3 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
-- Exact, from the count of each value: the middle row's value, or the mean of the two middle rows' values.
with airborne as (
    select
        states.baro_altitude_m / 0.3048 as baro_altitude_ft,
        states.ground_speed_mps * 3600 / 1852 as ground_speed_kt
    from states
    where states.snapshot_date between :from_date and :to_date and not coalesce(states.on_ground, false)
),

counted as (
    select
        'baro_altitude_ft' as measure,
        airborne.baro_altitude_ft as measured,
        count(*) as row_count
    from airborne
    where airborne.baro_altitude_ft is not null
    group by airborne.baro_altitude_ft
    union all
    select
        'ground_speed_kt' as measure,
        airborne.ground_speed_kt as measured,
        count(*) as row_count
    from airborne
    where airborne.ground_speed_kt is not null
    group by airborne.ground_speed_kt
),

ranked as (
    select
        counted.measure,
        counted.measured,
        counted.row_count,
        sum(counted.row_count) over (
            partition by counted.measure order by counted.measured rows between unbounded preceding and current row
        ) as row_count_up_to,
        sum(counted.row_count) over (partition by counted.measure) as row_count_in_all
    from counted
)

select
    ranked.measure,
    avg(ranked.measured) as median_value,
    max(ranked.row_count_in_all) as row_count
from ranked
where
    2 * ranked.row_count_up_to >= ranked.row_count_in_all
    and 2 * (ranked.row_count_up_to - ranked.row_count) <= ranked.row_count_in_all
group by ranked.measure
order by ranked.measure
