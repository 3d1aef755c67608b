"""The evidence that is packed with the documents is what the kill matrix and the table of clients show."""

import yaml
from evidence_data import CALLS, FILE, data


def test_the_packed_evidence_is_up_to_date() -> None:
    packed = yaml.safe_load(FILE.read_text())
    assert packed == data(packed["kills"]["date"]), "write it again: python tests/mutants/evidence_data.py"


def test_every_client_with_known_calls_is_in_the_table() -> None:
    assert {client["name"] for client in data("2026-01-01")["clients"]} == {*CALLS}
