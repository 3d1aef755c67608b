"""``sophiie-mock proxy``: hands over to the contract suite, which comes with ``sophiie-mock[check]``."""

from mock_server.cli.suite_verb import load_verb

command = load_verb("proxy", "contracts.cli.proxy", "Pass your own client's requests on to the real API, and learn.")
