"""The named rules, in the groups in which the suite's own power is measured."""
