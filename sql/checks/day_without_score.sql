-- Question:   has every published day its quality score?
-- Grain:      one day of states without an overall score, or with several
-- Reads:      states, quality_scores
-- Scan:       every day; states 0 columns, quality_scores 2 columns
-- Parameters: none
with days as (
    select distinct states.snapshot_date
    from states
),

overall as (
    select
        quality_scores.snapshot_date,
        count(*) as score_count
    from quality_scores
    where quality_scores.dimension is null and quality_scores.rule is null
    group by quality_scores.snapshot_date
)

select
    days.snapshot_date,
    coalesce(overall.score_count, 0) as score_count
from days
left join overall on days.snapshot_date = overall.snapshot_date
where coalesce(overall.score_count, 0) <> 1
order by days.snapshot_date
