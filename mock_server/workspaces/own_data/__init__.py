"""Records that a person writes into a workspace: checked by the document, completed, and stored at once."""
