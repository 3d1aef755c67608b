"""The contract, compiled: documents, operations, schemas, families. Knows nothing of the store."""
