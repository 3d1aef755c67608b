"""Several servers, called replicas, on one database: one serves the state, the others forward to it."""
