"""Mutants of deliveries that show over many events, over causes, and over organizations."""

from collections.abc import Callable

from deliveries import Delivery, Post
from registry import MUTANTS, asked, authorized
from wrapper import Mutant, Request, State

from mock_server.webhooks.reply import Reply

GROUP = "deliveries"
TAKEN = Reply(200)
UNSUBSCRIBE = "DELETE /api/webhooks/zapier/unsubscribe"
Which = Callable[[Delivery, int], bool]


def lost(name: str, trigger: str, which: Which) -> None:
    """Some deliveries are taken for made."""

    async def tell(delivery: Delivery, post: Post, state: State) -> Reply:
        state["count"] = state.get("count", 0) + 1
        return TAKEN if which(delivery, state["count"]) else await post(delivery)

    MUTANTS.append(Mutant(name, GROUP, f"WEBHOOK {trigger}", tell=tell))


def twice(name: str, trigger: str, which: Which) -> None:
    """Some deliveries are made twice."""

    async def tell(delivery: Delivery, post: Post, state: State) -> Reply:
        state["count"] = state.get("count", 0) + 1
        if which(delivery, state["count"]):
            await post(delivery)
        return await post(delivery)

    MUTANTS.append(Mutant(name, GROUP, f"WEBHOOK {trigger}", tell=tell))


def other(name: str, trigger: str, **members: str) -> None:
    """Every body has these members."""

    async def tell(delivery: Delivery, post: Post, state: State) -> Reply:
        return await post(delivery.but({**delivery.body, **members}))

    MUTANTS.append(Mutant(name, GROUP, f"WEBHOOK {trigger}", tell=tell))


lost("one_creation_in_five_is_lost", "LEAD_CREATED", lambda delivery, count: count % 5 == 0)
lost("one_change_in_five_is_lost", "LEAD_UPDATED", lambda delivery, count: count % 5 == 0)
lost("one_change_in_twenty_is_lost", "LEAD_UPDATED", lambda delivery, count: count % 20 == 0)
lost("one_deletion_in_seven_is_lost", "LEAD_DELETED", lambda delivery, count: count % 7 == 0)
lost("one_inquiry_in_five_is_lost", "INQUIRY_CREATED", lambda delivery, count: count % 5 == 0)
lost("calls_are_not_delivered", "INQUIRY_CREATED", lambda delivery, count: delivery.body["source"] == "CALL")
lost("mails_are_not_delivered", "INQUIRY_CREATED", lambda delivery, count: delivery.body["source"] == "EMAIL")
lost("forms_are_not_delivered", "INQUIRY_CREATED", lambda delivery, count: delivery.body["source"] == "WEBFORM")
lost("one_booking_in_five_is_lost", "APPOINTMENT_CREATED", lambda delivery, count: count % 5 == 0)
lost("one_move_in_five_is_lost", "APPOINTMENT_UPDATED", lambda delivery, count: count % 5 == 0)
lost("cancelling_again_is_lost", "APPOINTMENT_CANCELLED", lambda delivery, count: count % 4 == 0)
twice("one_creation_in_ten_comes_twice", "LEAD_CREATED", lambda delivery, count: count % 10 == 0)
twice("one_booking_in_six_comes_twice", "APPOINTMENT_CREATED", lambda delivery, count: count % 6 == 0)
other("changes_are_one_item", "LEAD_UPDATED", id="ld_x - 2026-01-01T00:00:00.000Z")
other("inquiries_are_of_one_source", "INQUIRY_CREATED", source="SMS")
other("summary_is_forgotten", "INQUIRY_CREATED", summary="")


@asked(GROUP, UNSUBSCRIBE)
def anybody_can_unsubscribe(request: Request) -> Request:
    return authorized(request)
