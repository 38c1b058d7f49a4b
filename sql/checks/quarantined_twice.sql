-- Question:   is a rejected row listed once?
-- Grain:      one row of a response that is listed more than once
-- Reads:      states_quarantine
-- Scan:       every day; states_quarantine 2 columns
-- Parameters: none
select
    states_quarantine.raw_key,
    states_quarantine.row_number,
    count(*) as row_count
from states_quarantine
group by states_quarantine.raw_key, states_quarantine.row_number
having count(*) > 1
order by states_quarantine.raw_key, states_quarantine.row_number
