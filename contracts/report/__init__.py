"""Reports: each takes a run result and a redactor, and every text passes it before it leaves."""
