-- Question:   why were rows rejected?
-- Grain:      one reason of the day, with the first row as an example; a row with two reasons counts in both
-- Reads:      states_quarantine
-- Scan:       one day; states_quarantine 5 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
select
    broken.reason,
    count(*) as row_count,
    count(distinct states_quarantine.raw_key) as response_count,
    min(states_quarantine.snapshot_at) as first_at,
    min_by(
        states_quarantine.raw_row,
        date_format(states_quarantine.snapshot_at, '%Y%m%d%H%i%s')
        || lpad(cast(states_quarantine.row_number as varchar), 10, '0')
    ) as example_row
from states_quarantine
cross join unnest(states_quarantine.reasons) as broken (reason)
where states_quarantine.snapshot_date = :flight_date
group by broken.reason
order by row_count desc, broken.reason asc
