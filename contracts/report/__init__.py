"""Reports: each takes an outcome and a sieve, and every text passes the sieve before it leaves."""
