"""Tells how well each operation is known, on axes that are never added up."""
