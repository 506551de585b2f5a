"""The forms of a Spanish verb that tell of it without asking for it: cerré, cerraba, cerraré, cerraría, si cerrara."""

from __future__ import annotations

from collections.abc import Iterator

_PAST_AR = ("é", "aste", "ó", "amos", "aron")
_PAST_OTHER = ("í", "iste", "ió", "imos", "ieron")
_WAS_AR = ("aba", "abas", "ábamos", "aban")
_WAS_OTHER = ("ía", "ías", "íamos", "ían")
_IF_AR = ("ara", "aras", "áramos", "aran", "ase", "asen", "aste")
_IF_OTHER = ("iera", "ieras", "iéramos", "ieran", "iese", "iesen")
_WILL = ("é", "ás", "á", "emos", "án")
_WOULD = ("ía", "ías", "íamos", "ían")
_DONE_AR = ("ado", "ada", "ados", "adas", "ando")
_DONE_OTHER = ("ido", "ida", "idos", "idas", "iendo")


def telling_forms(infinitive: str) -> Iterator[str]:
    """Yield the past, imperfect, conditional, future and subjunctive past of a regular verb, and its participles."""
    stem, ending = infinitive[:-2], infinitive[-2:]
    of_ar = ending == "ar"
    for endings in (
        (_PAST_AR, _WAS_AR, _IF_AR, _DONE_AR) if of_ar else (_PAST_OTHER, _WAS_OTHER, _IF_OTHER, _DONE_OTHER)
    ):
        yield from (stem + one for one in endings)
    for endings in (_WILL, _WOULD):
        yield from (infinitive + one for one in endings)
