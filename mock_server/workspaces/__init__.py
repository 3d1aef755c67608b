"""One tenant and the set of tenants: world, clock, rate limit, inbox, journal, coverage."""
