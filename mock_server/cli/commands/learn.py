"""``sophiie-mock learn``: hands over to the contract suite, which comes with ``sophiie-mock[check]``."""

from mock_server.cli.suite_verb import load_verb

command = load_verb("learn", "contracts.cli.learn", "Answer the open questions of the contract from recorded traffic.")
