"""``sophiie-mock verdict``: hands over to the contract suite, which comes with ``sophiie-mock[check]``."""

from mock_server.cli.suite_verb import load_verb

command = load_verb("verdict", "contracts.cli.verdict", "Say whether an integration is done, or what comes next.")
