"""Products that are counted in gallons, as people name them: diesel b5, gasohol 90, la regular, glp a granel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from core.products import BULK_LPG, PRODUCTS
from core.terms import Trade

_S50, _UV = r"(?P<s50>\s*-?\s*s\s?-?\s?50)?", r"(?P<uv>\s*-?\s*uv)?"
_DIESEL = re.compile(
    rf"\b(?:(?:di+s?e?s?s?el|petroleo diesel|dizel)(?:\s*-?\s*(?P<b5>b\s?5|2))?|d?b5(?=\s*s)|db5|d2){_S50}{_UV}\b"
)
_BY_OCTANE = re.compile(
    r"\b(?P<kind>gas\s?oh?o+l|gasolina|gasoline)(?:\s+(?:de|la))?\s*(?P<which>84|90|95|97|98|regular|premium|premiun)?(?:\s*plus)?\b"
)
_OTHERS = (
    (re.compile(r"\bturbo(?:\s*a?-?\s?1)?\b"), "Turbo A1"),
    (re.compile(r"\b(?:petroleo |residual |r-?)(?:industrial )?(?:n[°º]?\s?)?500\b"), "Petróleo Industrial 500"),
    (re.compile(r"\b(?:petroleo |residual |r-?)(?:industrial )?(?:n[°º]?\s?)?6\b"), "Petróleo Industrial 6"),
    (re.compile(r"\bifo\b"), "IFO"),
    (re.compile(r"\b(?:(?:glp|gas)(?: a)? granel|glp-g|a granel|granel|bulk lpg|bulk gas)\b"), BULK_LPG.name),
)
_MAY_BE = re.compile(r"d[ib2]|gas\s?o|turbo|petrol|residual|\br-?[56]|ifo|granel|glp-g|bulk")


def fuels(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield where a folded text names products in gallons, and which each can be; several when it says only diesel."""
    if not _MAY_BE.search(text):
        return
    for pattern, name in _OTHERS:
        yield from ((*match.span(), (name,)) for match in pattern.finditer(text))
    for match in _DIESEL.finditer(text):
        yield (*match.span(), _diesels(match))
    for match in _BY_OCTANE.finditer(text):
        names = _of_octane("Gasolina" if match["kind"].startswith("gasoli") else "Gasohol", match["which"] or "")
        if names:
            yield (*match.span(), names)


def _diesels(match: re.Match[str]) -> tuple[str, ...]:
    if not (match["b5"] or match["s50"] or match["uv"] or match[0].startswith(("db5", "d2", "b5"))):
        return _liquids("Diesel")
    return ("Diesel B5" + (" S-50" if match["s50"] else "") + (" UV" if match["uv"] else ""),)


def _of_octane(kind: str, which: str) -> tuple[str, ...]:
    wanted = f"{kind} {which.replace('premiun', 'premium').title()}".strip()
    return tuple(name for name in _liquids(kind) if name.startswith(wanted))


@cache
def _liquids(kind: str) -> tuple[str, ...]:
    return tuple(one.name for one in PRODUCTS.values() if one.trade is Trade.LIQUIDS and one.name.startswith(kind))


def trade_of(names: tuple[str, ...]) -> Trade:
    """Return the kind of trade of a product that was named."""
    return Trade.BULK if names == (BULK_LPG.name,) else Trade.LIQUIDS
