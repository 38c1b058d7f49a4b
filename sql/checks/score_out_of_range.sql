-- Question:   is every score a percentage (none where nothing was checked), and are its counts possible?
-- Grain:      one score that is not
-- Reads:      quality_scores
-- Scan:       every day; quality_scores 5 columns
-- Parameters: none
select
    quality_scores.snapshot_date,
    quality_scores.dimension,
    quality_scores.rule,
    quality_scores.checked_count,
    quality_scores.failed_count,
    quality_scores.score
from quality_scores
where
    (quality_scores.score is null) <> (quality_scores.checked_count = 0)
    or not (quality_scores.score between 0 and 100)
    or quality_scores.failed_count > quality_scores.checked_count
    or quality_scores.failed_count < 0
order by quality_scores.snapshot_date, quality_scores.dimension, quality_scores.rule
