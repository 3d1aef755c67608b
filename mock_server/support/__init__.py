"""Tools without knowledge of the domain: bounded files, JSON, redaction, text, a condition to wait on."""
