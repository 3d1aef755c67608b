"""Keep the event loop free: long work in short turns, and a watchdog that reports stalls."""
