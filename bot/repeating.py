"""The last order once more with something else in it: "el mismo pedido pero 30"."""

from __future__ import annotations

from bot.buying import buyers
from bot.dialogue import Scene
from core.order import Order
from core.terms import Trade


def as_last(scene: Scene, answers: dict[str, str]) -> dict[str, str]:
    """Return the answers with what the last order says of all that they leave open.

    As they are where it has several lines, since it is not said which of them changes, or where there is none.
    """
    last = scene.orders.last_request([membership.agent_id for membership in buyers(scene.actor)])
    if last is None or len(last.lines) != 1 or any(key.endswith(" 2") for key in answers):
        return answers
    return _lines(last) | answers


def _lines(last: Order) -> dict[str, str]:
    line = last.lines[0]
    told = {"seller": f"seller {last.seller_id}", "product": last.trade.value}
    if last.trade is Trade.CYLINDERS:
        told |= {"brand 1": f"brand {line.brand_id}", "size 1": line.size, "quantity 1": f"{line.requested:f}"}
    else:
        told |= {"fuel 1": line.product, "gallons 1": f"{line.requested:f}"}
    return told | {"more 1": "no"}
