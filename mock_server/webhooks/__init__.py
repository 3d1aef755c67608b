"""From a fact that happened in a workspace to a delivery at a subscriber."""
