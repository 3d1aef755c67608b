"""Kinds that show other kinds in another shape: nothing of their own is stored for them."""

VIEWS = frozenset(
    {
        *("organization/members", "organization/services", "organization/products"),
        *(f"api/webhooks/zapier/{kind}" for kind in ("leads", "inquiries", "appointments")),
    }
)
"""Kinds that ``behaviours/organization`` and ``behaviours/zapier`` make from records of other kinds."""
