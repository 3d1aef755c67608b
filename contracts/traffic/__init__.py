"""Recorded traffic, judged without sending anything: a HAR file, or the journal of the mock."""
