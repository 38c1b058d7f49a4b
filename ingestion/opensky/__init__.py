"""HTTP client of the OpenSky API: requests, OAuth2, rate limits."""
