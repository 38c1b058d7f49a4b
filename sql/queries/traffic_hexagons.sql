-- Question:   where was the traffic, in cells of equal area?
-- Grain:      one hexagon that holds a position, by its centre on the plane of the Equal Earth projection
-- Reads:      states
-- Scan:       the days asked for; states 3 columns
-- Parameters: :from_date date, the first UTC day (default: the oldest day)
--             :to_date date, the last UTC day (default: the newest day)
--             :meridian_deg double, the longitude in the middle of the map (default: 0)
--             :cell_radius double, from a cell's centre to its corner, earth's radius 1 (default: 0.0174)
--             :half_width double, how far the map goes east and west of its middle (default: 2.70663)
--             :south double, the map's lower edge (default: -1.31736)
--             :north double, the map's upper edge (default: 1.31736)
-- Sources: B. Savric et al., "The Equal Earth map projection", IJGIS 33 (2019); redblobgames.com/grids/hexagons.
with turned as (
    select
        states.icao24,
        states.longitude_deg,
        states.latitude_deg,
        radians((states.longitude_deg - :meridian_deg + 540) % 360 - 180) as longitude_rad,
        asin(sqrt(3e0) / 2 * sin(radians(states.latitude_deg))) as theta
    from states
    where states.snapshot_date between :from_date and :to_date
),

projected as (
    select
        turned.icao24,
        turned.longitude_deg,
        turned.latitude_deg,
        2 * sqrt(3e0) * turned.longitude_rad * cos(turned.theta) / (
            0.102492e0 * power(turned.theta, 8) + 0.018753e0 * power(turned.theta, 6)
            - 0.729954e0 * power(turned.theta, 2) + 3 * 1.340264e0
        ) as x,
        0.003796e0 * power(turned.theta, 9) + 0.000893e0 * power(turned.theta, 7)
        - 0.081106e0 * power(turned.theta, 3) + 1.340264e0 * turned.theta as y
    from turned
),

placed as (
    select
        projected.icao24,
        projected.longitude_deg,
        projected.latitude_deg,
        (projected.x * sqrt(3e0) / 3 - projected.y / 3) / :cell_radius as q,
        2 * projected.y / 3 / :cell_radius as r
    from projected
    where abs(projected.x) <= :half_width and projected.y between :south and :north
),

rounded as (
    select
        placed.icao24,
        placed.longitude_deg,
        placed.latitude_deg,
        round(placed.q) as q,
        round(placed.r) as r,
        placed.q - round(placed.q) as q_rest,
        placed.r - round(placed.r) as r_rest
    from placed
),

celled as (
    select
        rounded.icao24,
        rounded.longitude_deg,
        rounded.latitude_deg,
        rounded.q + if(abs(rounded.q_rest) >= abs(rounded.r_rest), round(rounded.q_rest + rounded.r_rest / 2), 0) as q,
        rounded.r + if(abs(rounded.q_rest) < abs(rounded.r_rest), round(rounded.r_rest + rounded.q_rest / 2), 0) as r
    from rounded
)

select
    :cell_radius * sqrt(3e0) * (celled.q + celled.r / 2) as x,
    :cell_radius * 1.5e0 * celled.r as y,
    count(distinct celled.icao24) as aircraft_count,
    count(*) as row_count,
    avg(celled.longitude_deg) as mean_longitude_deg,
    avg(celled.latitude_deg) as mean_latitude_deg
from celled
group by celled.q, celled.r
order by aircraft_count desc, x asc, y asc
