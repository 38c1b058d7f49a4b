"""Functions of Trino that DuckDB is given, as macros of each connection.

Source: Trino 476 documentation and, where it leaves open what happens at an edge, the answers of a Trino 476.
"""

MACROS = (
    # Trino's own formula and radius, in kilometres; arguments in degrees.
    """create macro great_circle_distance(latitude1, longitude1, latitude2, longitude2) as 6371.01e0 * atan2(
        sqrt(pow(cos(radians(latitude2)) * sin(radians(longitude2 - longitude1)), 2)
            + pow(cos(radians(latitude1)) * sin(radians(latitude2)) - sin(radians(latitude1))
                * cos(radians(latitude2)) * cos(radians(longitude2 - longitude1)), 2)),
        sin(radians(latitude1)) * sin(radians(latitude2)) + cos(radians(latitude1)) * cos(radians(latitude2))
            * cos(radians(longitude2 - longitude1)))""",
    # Buckets are half open: 0 below the lower bound, bucket_count + 1 from the upper one on. Bounds that descend only
    # number them backwards, so that a bucket keeps its lower edge.
    """create macro bucket_between(x, low, high, bucket_count) as case
        when x < low then 0
        when x >= high then bucket_count + 1
        else cast(floor(bucket_count * (x - low)::double / (high - low)) as bigint) + 1 end""",
    """create macro width_bucket(x, bound1, bound2, bucket_count) as case
        when bound1 < bound2 then bucket_between(x, bound1, bound2, bucket_count)
        else bucket_count + 1 - bucket_between(x, bound2, bound1, bucket_count) end""",
    """create macro trino_array_distinct(elements) as
        list_filter(elements, lambda element, place: list_position(elements, element) = place)""",
    """create macro trino_array_min(elements) as
        case when list_count(elements) = len(elements) then list_min(elements) end""",
    """create macro trino_array_max(elements) as
        case when list_count(elements) = len(elements) then list_max(elements) end""",
    """create macro trino_array_position(elements, element) as case
        when elements is not null and element is not null then coalesce(list_position(elements, element), 0) end""",
    # From the end where it begins below zero; never past the end.
    """create macro trino_slice(elements, first, wanted) as list_slice(elements, first,
        case when first < 0 and first + wanted >= 0 then -1 else first + wanted - 1 end)""",
    # Only whole numbers: DuckDB would round a fraction.
    """create macro trino_integer_text(value) as case
        when value is null or regexp_full_match(value, '\\s*[+-]?\\d+\\s*') then value
        else error('cannot cast ''' || value || ''' to a whole number') end""",
    """create macro trino_integer_text_or_null(value) as
        case when regexp_full_match(value, '\\s*[+-]?\\d+\\s*') then value end""",
)
"""Statements that create them; each may use those before it."""
