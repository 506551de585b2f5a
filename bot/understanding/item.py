"""One line of goods as it was said."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bot.understanding.heard import Mention


@dataclass(slots=True)
class Item:
    """One line as it was said. What was not said is None."""

    quantity: Decimal | None = None
    size: str | None = None
    brand: Mention | None = None
    fuel: Mention | None = None
    """What is counted in gallons."""
    total: Decimal | None = None
    """The "20" of "18 de los 20"."""
    gallons: bool = False
    counted: bool = False
    """Whether a word like balones stands beside the number."""
    like: frozenset[str] = frozenset()
    """In what it is like the line before: "del mismo tamaño", "de la misma marca"."""
    mentions: list[Mention] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was said of it."""
        return self.quantity is None and self.size is None and self.brand is None and self.fuel is None
