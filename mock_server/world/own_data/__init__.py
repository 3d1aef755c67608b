"""Own data: records that a person writes into a recipe, beside its numbers, before any document is asked."""
