-- Question:   what is in the lake, day by day?
-- Grain:      one UTC day that has curated or quarantined rows
-- Reads:      states, states_quarantine, quality_scores
-- Scan:       the days asked for; states 2 columns, states_quarantine 0 columns, quality_scores 2 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
with curated as (
    select
        states.snapshot_date,
        count(*) as row_count,
        count(distinct states.snapshot_at) as snapshot_count,
        count(distinct states.icao24) as aircraft_count,
        min(states.snapshot_at) as first_at,
        max(states.snapshot_at) as last_at
    from states
    where states.snapshot_date between :from_date and :to_date
    group by states.snapshot_date
),

rejected as (
    select
        states_quarantine.snapshot_date,
        count(*) as row_count
    from states_quarantine
    where states_quarantine.snapshot_date between :from_date and :to_date
    group by states_quarantine.snapshot_date
),

overall as (
    select
        quality_scores.snapshot_date,
        quality_scores.score
    from quality_scores
    where quality_scores.snapshot_date between :from_date and :to_date and quality_scores.dimension is null
)

select
    coalesce(curated.snapshot_date, rejected.snapshot_date) as snapshot_date,
    coalesce(curated.row_count, 0) as row_count,
    coalesce(rejected.row_count, 0) as quarantined_count,
    coalesce(curated.snapshot_count, 0) as snapshot_count,
    coalesce(curated.aircraft_count, 0) as aircraft_count,
    curated.first_at,
    curated.last_at,
    overall.score as quality_score
from curated
full outer join rejected on curated.snapshot_date = rejected.snapshot_date
left join overall on coalesce(curated.snapshot_date, rejected.snapshot_date) = overall.snapshot_date
order by coalesce(curated.snapshot_date, rejected.snapshot_date)
