"""``sophiie-mock replay``: hands over to the contract suite, which comes with ``sophiie-mock[check]``."""

from mock_server.cli.suite_verb import load_verb

command = load_verb("replay", "contracts.cli.replay_recording", "Ask the mock what a recording asked, and compare.")
