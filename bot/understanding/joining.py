"""Mentions that are one thing together: number words, codes that are read aloud, who somebody says to be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bot.understanding import numbers
from bot.understanding.heard import CODE, NUMBER, Mention
from core import codes

SHORTEST_ENDING, THOUSAND = 3, 1000
"""Digits that end a code, at least; numbers from here on are no part of one."""


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
        old = _as_once_written(mentions, place)
        if old is not None:
            joined.append(old)
            place += 3
            continue
        run = [first]
        values = [int(first.number)]
        ahead = place + 1
        if not first.text[:1].isdigit():
            while ahead < len(mentions):
                skip = 1 if mentions[ahead].text in ("y", "and") and TWENTY <= values[-1] < 100 else 0
                if ahead + skip >= len(mentions) or not _is_number_word(mentions[ahead + skip]):
                    break
                following = mentions[ahead + skip]
                run.append(following)
                values.append(int(following.number or 0))
                ahead += skip + 1
            number, used = numbers.in_words(values)
            if values[0] == TWENTY and used > 1 and run[1] is mentions[place + 1] and _is_of_all(joined):
                number, used = Decimal(TWENTY), 1  # "de los veinte tres se los llevaron": never said for 23
            last = run[used - 1]
            ahead = mentions.index(last, place) + 1
        else:
            number, last = first.number, first
            if ahead < len(mentions) and mentions[ahead].text in ("mil", "thousand"):
                number, last, ahead = first.number * 1000, mentions[ahead], ahead + 1
        joined.append(Mention(frozenset({NUMBER}), first.text, first.start, last.end, number, filler=True))
        place = ahead
    return joined


TEN, TWENTY = 10, 20


def _as_once_written(mentions: Sequence[Mention], place: int) -> Mention | None:
    """Return "diez y ocho" as the eighteen that it is; in "20 de diez y ocho de 45" the ten is a size."""
    run = mentions[place : place + 3]
    if len(run) < 3 or run[0].number != TEN or run[1].text != "y" or not _is_number_word(run[2]):
        return None
    if run[2].number not in (6, 7, 8, 9) or (place and mentions[place - 1].text in ("de", "a", "x", "por")):
        return None
    number = Decimal(TEN) + (run[2].number or 0)
    return Mention(frozenset({NUMBER}), run[0].text, run[0].start, run[2].end, number, filler=True)


def _is_of_all(before: Sequence[Mention]) -> bool:
    return " ".join(one.text for one in before[-2:]).endswith(("de los", "de mis", "de las"))


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


def spoken_endings(mentions: list[Mention], known: Sequence[str]) -> list[Mention]:
    """Join number words that together end a code, or are it: "la siete diecisiete" is 717."""
    place = 0
    while place < len(mentions):
        run = _words_of_numbers(mentions[place:])
        digits = "".join(str(one.number) for one in run)
        if len(run) > 1 and len(digits) >= SHORTEST_ENDING:
            whole = _known_as(digits, known)
            if whole:
                kind = CODE if len(whole) == codes.DIGITS else "digits"
                mentions[place : place + len(run)] = [
                    Mention(frozenset({kind}), whole, run[0].start, run[-1].end, whole, filler=True)
                ]
        place += max(len(run), 1)
    return mentions


def has_number_words(mentions: Sequence[Mention]) -> bool:
    """Say whether two number words stand beside each other, as in a code that is read aloud."""
    return any(_is_spoken(one) and _is_spoken(two) for one, two in pairwise(mentions))


def _is_spoken(mention: Mention) -> bool:
    return _is_number_word(mention) and mention.number is not None and mention.number < THOUSAND


def _words_of_numbers(mentions: Sequence[Mention]) -> list[Mention]:
    run: list[Mention] = []
    for mention in mentions:
        if not _is_spoken(mention):
            break
        run.append(mention)
    return run


def _known_as(digits: str, known: Sequence[str]) -> str:
    """Return the digits if a code ends so, or the code that is read aloud with its zeros counted otherwise."""
    if len(digits) < codes.DIGITS - 1:
        return digits if any(code.endswith(digits) for code in known) else ""
    same = [code for code in known if code.replace("0", "") == digits.replace("0", "")]
    return same[0] if len(same) == 1 else ""


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
