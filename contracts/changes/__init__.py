"""Two versions of a document, compared: what is new, what of it breaks a client, and what of it breaks this client."""
