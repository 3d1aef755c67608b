"""Tools for coding agents over the Model Context Protocol: ``sophiie-mock mcp``."""
