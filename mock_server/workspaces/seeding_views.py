"""Kinds that are other kinds in another shape: nothing of their own is stored for them."""

VIEWS = frozenset(
    {
        *("organization/members", "organization/services", "organization/products"),
        *(f"api/webhooks/zapier/{kind}" for kind in ("leads", "inquiries", "appointments")),
    }
)
"""Made by ``behaviours/organization`` and ``behaviours/zapier`` of the records of other kinds."""
