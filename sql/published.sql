-- The queries that the project's first README published, as they stood there; they must keep running unchanged.

-- 1
-- Scan: one day; states 3 columns
SELECT 
    origin_country,
    COUNT(*) as flight_count,
    AVG(baro_altitude) as avg_altitude_ft,
    AVG(velocity) as avg_speed_ms
FROM flight_data_processed
WHERE year = '2025' AND month = '09' AND day = '06'
GROUP BY origin_country
ORDER BY flight_count DESC
LIMIT 10;

-- 2
-- Scan: every day; states 1 column
SELECT 
    CASE 
        WHEN baro_altitude < 10000 THEN 'Low (0-10k ft)'
        WHEN baro_altitude < 30000 THEN 'Medium (10-30k ft)' 
        WHEN baro_altitude < 50000 THEN 'High (30-50k ft)'
        ELSE 'Very High (50k+ ft)'
    END as altitude_category,
    COUNT(*) as flight_count
FROM flight_data_processed 
WHERE baro_altitude IS NOT NULL
GROUP BY 1
ORDER BY flight_count DESC;

-- 3
-- Scan: one day; states 0 columns
SELECT COUNT(*) 
FROM flight_data_processed 
WHERE year = '2025' 
  AND month = '09' 
  AND day = '06';
