-- Question:   how many rows was each rule checked on, and how many broke it, over several days?
-- Grain:      one rule
-- Reads:      quality_scores
-- Scan:       the days asked for; quality_scores 3 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
select
    quality_scores.rule,
    sum(quality_scores.checked_count) as checked_count,
    sum(quality_scores.failed_count) as failed_count
from quality_scores
where quality_scores.snapshot_date between :from_date and :to_date and quality_scores.rule is not null
group by quality_scores.rule
order by quality_scores.rule
