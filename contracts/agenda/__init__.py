"""The agenda of a full run: which directed run is about which operation or collection, in which order."""
