-- Question:   how old is the newest data, and how old were its rows when they came in?
-- Grain:      the newest response of a day
-- Reads:      states
-- Scan:       one day; states 2 columns
-- Parameters: :flight_date date, the UTC day (default: the newest day)
--             :as_of timestamp, the instant (UTC) to measure from (default: now)
with newest as (
    select max(states.snapshot_at) as snapshot_at
    from states
    where states.snapshot_date = :flight_date
)

select
    newest.snapshot_at,
    date_diff('second', newest.snapshot_at, :as_of) as age_s,
    count(*) as aircraft_count,
    avg(1e0 * date_diff('second', states.last_contact_at, states.snapshot_at)) as mean_contact_age_s,
    max(date_diff('second', states.last_contact_at, states.snapshot_at)) as max_contact_age_s,
    count_if(date_diff('second', states.last_contact_at, states.snapshot_at) > 60) as stale_count
from newest
inner join states on newest.snapshot_at = states.snapshot_at
where states.snapshot_date = :flight_date
group by newest.snapshot_at
