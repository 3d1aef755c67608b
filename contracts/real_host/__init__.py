"""The only code that may write to a real host by itself: by plan, by permission and with a ledger."""
