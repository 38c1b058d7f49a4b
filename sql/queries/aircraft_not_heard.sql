-- Question:   how many rows only repeat the state of the aircraft in the previous response?
-- Grain:      one response of the day
-- Reads:      states
-- Scan:       one day; states 3 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
-- An aircraft that was not heard since keeps its last contact, and its row stands still while it flies on.
with compared as (
    select
        states.snapshot_at,
        states.last_contact_at,
        lag(states.last_contact_at) over (
            partition by states.icao24 order by states.snapshot_at
        ) as previous_contact_at
    from states
    where states.snapshot_date = :flight_date
)

select
    compared.snapshot_at,
    count(*) as aircraft_count,
    count_if(compared.last_contact_at = compared.previous_contact_at) as not_heard_count,
    1e2 * count_if(compared.last_contact_at = compared.previous_contact_at) / count(*) as not_heard_percent
from compared
group by compared.snapshot_at
order by compared.snapshot_at
