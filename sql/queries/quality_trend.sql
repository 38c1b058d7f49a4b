-- Question:   does the quality rise or fall from day to day?
-- Grain:      one dimension on one day; the whole day as `overall`
-- Reads:      quality_scores
-- Scan:       the days asked for; quality_scores 3 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
with scored as (
    select
        quality_scores.snapshot_date,
        coalesce(quality_scores.dimension, 'overall') as dimension,
        quality_scores.score
    from quality_scores
    where quality_scores.snapshot_date between :from_date and :to_date and quality_scores.rule is null
)

select
    scored.snapshot_date,
    scored.dimension,
    scored.score,
    scored.score - lag(scored.score) over (
        partition by scored.dimension order by scored.snapshot_date
    ) as change
from scored
order by scored.snapshot_date, scored.dimension
