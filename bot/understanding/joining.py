"""Mentions that are one thing together: number words, codes that are read aloud, who somebody says to be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.understanding import numbers
from bot.understanding.heard import CODE, NUMBER, Mention
from core import codes


def joined_numbers(mentions: Sequence[Mention]) -> list[Mention]:
    """Join number words into numbers: treinta y cinco; 2 mil."""
    joined: list[Mention] = []
    place = 0
    while place < len(mentions):
        first = mentions[place]
        if first.number is None or not first.has(NUMBER):
            joined.append(first)
            place += 1
            continue
        run = [first]
        values = [int(first.number)]
        ahead = place + 1
        if not first.text[:1].isdigit():
            while ahead < len(mentions):
                skip = 1 if mentions[ahead].text in ("y", "and") and 20 <= values[-1] < 100 else 0
                if ahead + skip >= len(mentions) or not _is_number_word(mentions[ahead + skip]):
                    break
                following = mentions[ahead + skip]
                run.append(following)
                values.append(int(following.number or 0))
                ahead += skip + 1
            number, used = numbers.in_words(values)
            last = run[used - 1]
            ahead = mentions.index(last, place) + 1
        else:
            number, last = first.number, first
            if ahead < len(mentions) and mentions[ahead].text in ("mil", "thousand"):
                number, last, ahead = first.number * 1000, mentions[ahead], ahead + 1
        joined.append(Mention(frozenset({NUMBER}), first.text, first.start, last.end, number, filler=True))
        place = ahead
    return joined


def _is_number_word(mention: Mention) -> bool:
    return mention.has(NUMBER) and mention.number is not None and not mention.text[:1].isdigit()


def spoken_codes(mentions: list[Mention], known: frozenset[str]) -> list[Mention]:
    """Join a code that was read aloud, digit by digit or in groups, into one mention."""
    place = 0
    while place < len(mentions):
        run = []
        for mention in mentions[place:]:
            if not mention.has(NUMBER) or mention.number is None or mention.number % 1:
                break
            run.append(mention)
        digits = "".join(one.text if one.text[:1].isdigit() else str(one.number) for one in run)
        if (
            len(run) > 3
            and len(digits) == codes.DIGITS
            and (digits in known or digits.startswith(tuple(codes.PREFIX.values())))
        ):
            whole = Mention(frozenset({CODE}), digits, run[0].start, run[-1].end, digits, filler=True)
            mentions[place : place + len(run)] = [whole]
        elif len(digits) == ENDING and (_is_spelled(run) or (place and _is_read_in_two(mentions[place - 1], run))):
            whole = Mention(frozenset({NUMBER}), digits, run[0].start, run[-1].end, Decimal(digits), filler=True)
            mentions[place : place + len(run)] = [whole]
        elif 4 <= len(run) < codes.DIGITS and all(one.number is not None and one.number < 10 for one in run):
            whole = Mention(frozenset({"digits"}), digits, run[0].start, run[-1].end, digits, filler=True)
            mentions[place : place + len(run)] = [whole]
        place += max(len(run) if len(run) < 3 else 1, 1)
    return mentions


ENDING = 3
"""Digits by which people call an order."""
_CALLED = frozenset({"la", "el", "orden", "la orden", "pedido", "codigo", "numero", "nro", "del", "order"})


def _is_spelled(run: Sequence[Mention]) -> bool:
    return len(run) == ENDING and all(one.number is not None and one.number < 10 for one in run)


def _is_read_in_two(before: Mention, run: Sequence[Mention]) -> bool:
    """Say whether "la tres veintinueve" is the order that ends in 329; "las tres veinte" is an hour."""
    spoken = len(run) == 2 and all(not one.text[:1].isdigit() for one in run)
    return spoken and before.text.split()[-1] in _CALLED and str(run[0].number) in "123456789"


def without_addresses(mentions: list[Mention]) -> list[Mention]:
    """Return the mentions with the numbers of streets and houses as part of an address: no amounts."""
    for place, mention in enumerate(mentions[1:], start=1):
        after = mentions[place + 1 : place + 3]
        counted = (after[:1] and after[0].has("unit", "kilo")) or (len(after) > 1 and after[1].has(NUMBER))
        if mention.has(NUMBER) and mentions[place - 1].has("address") and not counted:
            mention.kinds = frozenset({"address"})
    return mentions


LONGEST_NAME = 8
"""Words that may follow "soy" and still say who it is."""


def introduced(mentions: list[Mention]) -> list[Mention]:
    """Return the mentions with everything that only says who writes: "soy Carmen de la bodega Don Lucho"."""
    left = 0
    for mention in mentions:
        if mention.has("self"):
            left = LONGEST_NAME
        elif mention.has("sign", NUMBER, "want", "request.weak", "received", "arrived", "small") or _asks(mention):
            left = max(left - 1, 0) if mention.has("small") and mention.text not in ("que", "quien", "el que") else 0
        elif left and not mention.has("injection", "link"):
            left -= 1
            mention.kinds, mention.filler = frozenset({"self"}), True
    return mentions


def _asks(mention: Mention) -> bool:
    return any(kind.endswith((".asks", ".tells", ".says")) for kind in mention.kinds)
