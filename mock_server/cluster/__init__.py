"""Several servers, called replicas, on one database: each workspace has one owner, to which the others forward."""
