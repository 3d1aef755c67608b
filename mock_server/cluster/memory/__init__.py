"""The memory of workspaces beside their transactions: rules, journal, coverage, inboxes; stored for the next owner."""
