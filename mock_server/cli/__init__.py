"""The command ``sophiie-mock``; ``main`` is the entry, ``commands/`` has one module for each verb."""
