"""What a message means: from words and their context to an intent with slots, an answer, or "not understood".

`understand` reads no database, sends nothing and changes nothing: the same text in the same context always means the
same. Safety comes before coverage: whatever is denied, asked, told of the past or of others, or said on a condition
never names a conversation that changes something.
"""

from bot.understanding.context import Acting, Context, GivenContext, LineSeen, Notice, OpenQuestion, OrderSeen
from bot.understanding.meaning import Found, How, Kind, Meaning
from bot.understanding.understand import understand

__all__ = [
    "Acting",
    "Context",
    "Found",
    "GivenContext",
    "How",
    "Kind",
    "LineSeen",
    "Meaning",
    "Notice",
    "OpenQuestion",
    "OrderSeen",
    "understand",
]
