"""Check the findings of an earlier run again."""
