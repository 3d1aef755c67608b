"""Everything that happens without an API call: people who get in touch, and what time brings."""
