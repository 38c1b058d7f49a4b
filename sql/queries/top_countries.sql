-- Question:   from which countries were most aircraft?
-- Grain:      one country of registration, by the aircraft's address
-- Reads:      states
-- Scan:       the days asked for; states 2 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
--             :row_limit integer, how many countries (default: 20)
select
    states.origin_country,
    count(distinct states.icao24) as aircraft_count,
    count(*) as row_count
from states
where states.snapshot_date between :from_date and :to_date and states.origin_country is not null
group by states.origin_country
order by aircraft_count desc, states.origin_country asc
limit :row_limit
