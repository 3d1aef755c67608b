"""``sophiie-mock receiver-check``: hands over to the contract suite, which comes with ``sophiie-mock[check]``."""

from mock_server.cli.suite_verb import load_verb

command = load_verb(
    "receiver-check", "contracts.cli.receiver_check", "Check your webhook receiver: repeats, forgeries, another order."
)
