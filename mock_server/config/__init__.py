"""Settings, the sources they come from, and the paths of our own files."""
