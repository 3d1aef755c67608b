"""``sophiie-mock lint``: hands over to the contract suite, which comes with ``sophiie-mock[check]``."""

from mock_server.cli.suite_verb import load_verb

command = load_verb("lint", "contracts.cli.lint", "Judge how a client uses the API, over a whole run.")
