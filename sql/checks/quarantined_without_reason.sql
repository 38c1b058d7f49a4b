-- Question:   does every rejected row say why?
-- Grain:      one quarantined row without a reason
-- Reads:      states_quarantine
-- Scan:       every day; states_quarantine 3 columns
-- Parameters: none
select
    states_quarantine.snapshot_date,
    states_quarantine.raw_key,
    states_quarantine.row_number
from states_quarantine
where states_quarantine.reasons is null or cardinality(states_quarantine.reasons) = 0
order by states_quarantine.raw_key, states_quarantine.row_number
