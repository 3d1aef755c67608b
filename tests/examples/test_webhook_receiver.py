"""The receiver, tested the way a user would: real deliveries, repeats and outages, and no waiting."""

import threading
from collections.abc import Iterator

import pytest
from webhook_receiver import AddressBook, serve

from mock_server.testing import Sophiie

ANA = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}
ZAPIER = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"


@pytest.fixture
def book(sophiie: Sophiie) -> Iterator[AddressBook]:
    """An address book that is subscribed to new leads."""
    book = AddressBook()
    server = serve(book)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hook = {"hookUrl": f"http://127.0.0.1:{server.server_port}", "trigger": "LEAD_CREATED"}
    sophiie.client.post(ZAPIER, json=hook).raise_for_status()
    yield book
    server.shutdown()
    thread.join()
    server.server_close()


def create(sophiie: Sophiie) -> str:
    id: str = sophiie.client.post("/v1/leads", json=ANA).raise_for_status().json()["lead"]["id"]
    return id


def test_a_new_lead_is_in_the_book(sophiie: Sophiie, book: AddressBook) -> None:
    id = create(sophiie)
    sophiie.settle()

    assert book.people == {id: {"name": "Ana", "email": "ana@example.com"}}


def test_a_caller_whom_nobody_knew_is_in_the_book(sophiie: Sophiie, book: AddressBook) -> None:
    made = sophiie.simulate("call", about="blocked drain")
    sophiie.settle()

    assert list(book.people) == [made["happened"][0]["leadId"]]


def test_a_repeated_delivery_changes_nothing(sophiie: Sophiie, book: AddressBook) -> None:
    create(sophiie)
    sophiie.settle()
    delivery = sophiie.control("GET", "/webhooks/deliveries")["items"][0]
    sophiie.control("POST", f"/webhooks/deliveries/{delivery['id']}/redeliver", {"newId": False})
    sophiie.settle()

    assert (book.taken, len(book.people)) == (1, 1)


def test_maintenance_loses_nothing(sophiie: Sophiie, book: AddressBook) -> None:
    book.closed = True
    create(sophiie)
    sophiie.settle()
    assert not book.people

    book.closed = False
    sophiie.clock.advance(10)
    sophiie.settle()

    assert book.taken == 1


def test_the_inbox_that_comes_with_the_server_does_without_a_receiver(sophiie: Sophiie) -> None:
    sophiie.inbox.subscribe("LEAD_CREATED")
    create(sophiie)

    assert sophiie.inbox.expect({"email": ANA["email"]})[0]["suburb"] == "Newtown"
    sophiie.inbox.expect_none({"email": "ben@example.com"})
