"""Rules that users put in front of the program: request patterns, stub overrides, faults."""
