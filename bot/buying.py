"""What requesting and repeating an order say alike."""

from __future__ import annotations

from collections.abc import Iterable

from bot import texts
from bot.i18n import _
from core.errors import Refused
from core.people import Actor, Membership
from core.terms import Activity

NEVER_BUYS = {Activity.PRODUCTION_PLANT, Activity.IMPORTER, Activity.CARRIER, Activity.EXCHANGE_CENTRE}
"""Only what the menu shows: the matrix decides."""


def buyers(actor: Actor) -> list[Membership]:
    """Return the memberships with which the person could request orders."""
    return [one for one in actor.memberships if one.acts and one.activity not in NEVER_BUYS]


def buys(actor: Actor) -> bool:
    """Say whether the person could request orders for one of their agents."""
    return bool(buyers(actor))


def closes(actor: Actor) -> bool:
    """Say whether the person could close orders: whoever requests, and drivers who are allowed to."""
    return buys(actor) or any(one.may_close for one in actor.memberships)


def summary_of(
    buyer: str,
    seller: str,
    listed: str,
    details: dict[str, str],
    destination: str,
    warnings: Iterable[Refused],
) -> str:
    """Return the summary of a request: everything that will be registered, and what the guards warn of."""
    facts = [
        _("Request this order?"),
        _("Buyer: {buyer}\nSeller: {seller}").format(buyer=buyer, seller=seller),
        listed,
        destination,
        *details.values(),
        texts.warned(warnings),
    ]
    return "\n".join(fact for fact in facts if fact)
