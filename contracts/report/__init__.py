"""Reports: each writes a run result to a file. Every text goes through the redactor first."""
