"""The edge of the emulated API: from bytes to a validated call, and from an outcome to a checked answer."""
