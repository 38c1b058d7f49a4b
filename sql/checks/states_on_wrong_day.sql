-- Question:   does every row lie in the partition of its UTC day?
-- Grain:      one row of states or states_quarantine in the wrong partition
-- Reads:      states, states_quarantine
-- Scan:       every day; states 2 columns, states_quarantine 2 columns
-- Parameters: none
select
    'states' as table_name,
    states.icao24,
    states.snapshot_at,
    states.snapshot_date
from states
where states.snapshot_date <> cast(states.snapshot_at as date) or states.snapshot_at is null
union all
select
    'states_quarantine' as table_name,
    states_quarantine.icao24,
    states_quarantine.snapshot_at,
    states_quarantine.snapshot_date
from states_quarantine
where
    states_quarantine.snapshot_date <> cast(states_quarantine.snapshot_at as date)
    or states_quarantine.snapshot_at is null
