-- Question:   which rules pull the quality down?
-- Grain:      one rule that some row of the day breaks
-- Reads:      quality_scores
-- Scan:       one day; quality_scores 6 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
select
    quality_scores.rule,
    quality_scores.dimension,
    quality_scores.severity,
    quality_scores.failed_count,
    quality_scores.checked_count,
    quality_scores.score
from quality_scores
where
    quality_scores.snapshot_date = :flight_date
    and quality_scores.rule is not null
    and quality_scores.failed_count > 0
order by quality_scores.score, quality_scores.rule
