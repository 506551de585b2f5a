"""Whole lives of orders as the cast tells them: requested, accepted and sold, closed; what each of them types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.demo import DISTRIBUTOR, PLANT
from tests import world

QUESTION, COMMIT = "question", "commit"


@dataclass(frozen=True)
class Turn:
    """What somebody types, and whether it is the yes that registers something."""

    phone: str
    text: str
    kind: str = QUESTION


BUYERS = ((world.HYDE, PLANT, world.PLANT), (world.EMILE, DISTRIBUTOR, world.HYDE))
"""Who buys, from whom, and who attends there."""


def request(buyer: str, seller_name: str) -> Iterator[Turn]:
    """One line of twenty cylinders."""
    for text in ("solicitar", seller_name, "1", "10 kg", "20", "1"):
        yield Turn(buyer, text)
    yield Turn(buyer, "1", COMMIT)


def accept_and_sell(seller: str, code: str) -> Iterator[Turn]:
    """All of it, at once."""
    for text in (f"atender {code}", "1", "1", "T001-00012345"):
        yield Turn(seller, text)
    yield Turn(seller, "1", COMMIT)


def close(buyer: str, code: str) -> Iterator[Turn]:
    """Everything arrived."""
    for text in (f"cerrar {code}", "1"):
        yield Turn(buyer, text)
    yield Turn(buyer, "1", COMMIT)
