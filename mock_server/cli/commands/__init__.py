"""The verbs of ``sophiie-mock``, one module each."""
