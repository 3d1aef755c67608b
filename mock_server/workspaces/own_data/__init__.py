"""Own data in a workspace: records that a person wrote, checked by the document, completed, and stored at once."""
