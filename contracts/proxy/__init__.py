"""A proxy for the user's own client: it passes on what that sends, judges both directions, and keeps shapes."""
