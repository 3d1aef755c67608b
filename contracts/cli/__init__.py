"""The command ``sophiie-mock check`` and its verbs; ``main`` is the entry."""
