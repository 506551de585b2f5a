"""Finding phrases: entries walked word by word, so that "(el|mi|) pedido" is never written out as all that it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.entries import Choice, Place, heard_as

_Step = tuple[int, int, Choice]
"""An entry, the next of its places, and what is left of the choice that was begun."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A word or some words that mean something together."""

    words: tuple[str, ...]
    kinds: frozenset[str] = frozenset()
    value: int | None = None
    filler: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a vocabulary, of several words."""

    places: tuple[Place, ...]
    kind: str
    value: int | None
    rank: int
    """Where two entries stand for the same words, the lower rank alone is heard."""


@dataclass(slots=True)
class _Node:
    """Where one stands after some words: the phrase that they are, if any, and what may be said next."""

    steps: list[_Step]
    phrase: Phrase | None
    following: dict[str, list[_Step] | _Node] | None = None
    """The nodes that were reached, and the steps to those that were not yet; None until somebody goes on from here."""


class Phrases:
    """The entries of several words, found by their first word; what follows is worked out when it is first said."""

    def __init__(self, is_filler: Callable[[Sequence[str], frozenset[str]], bool]) -> None:
        self._is_filler = is_filler
        self._entries: list[Entry] = []
        self._by_first: dict[str, list[int]] = {}
        self._nodes: dict[str, _Node] = {}
        self._heard: dict[Place, Place] = {}

    def add(self, places: Sequence[Place], kind: str, value: int | None, rank: int, short: Mapping[str, str]) -> None:
        """Add an entry; its words are written out as the message's will be."""
        entry = Entry(tuple(self._written_out(place, short) for place in places), kind, value, rank)
        for word in dict.fromkeys(choice[0] for choice in _first(entry.places, 0)):
            self._by_first.setdefault(word, []).append(len(self._entries))
        self._entries.append(entry)

    def forget_shorts(self) -> None:
        """Write out what follows anew: other short words are known now."""
        self._heard.clear()

    def words(self) -> Iterator[str]:
        """Yield every word of every entry, some of them often."""
        for place in {place for entry in self._entries for place in entry.places}:
            for choice in place:
                yield from choice

    def at(self, spelled: Sequence[str], place: int) -> list[Phrase]:
        """Return the phrases that begin at the place, the longest last."""
        node = self._nodes.get(spelled[place])
        if node is None:
            if spelled[place] not in self._by_first:
                return []
            node = self._begin(spelled[place])
        found = [node.phrase] if node.phrase is not None else []
        for end in range(place + 1, len(spelled)):
            following = node.following if node.following is not None else self._look_ahead(node)
            ahead = following.get(spelled[end])
            if ahead is None:
                break
            if isinstance(ahead, list):
                ahead = following[spelled[end]] = self._node(ahead, tuple(spelled[place : end + 1]))
            node = ahead
            if node.phrase is not None:
                found.append(node.phrase)
        return found

    def _begin(self, word: str) -> _Node:
        steps = [step for number in self._by_first[word] for one, step in self._next((number, 0, ())) if one == word]
        node = self._nodes[word] = self._node(steps, (word,))
        return node

    def _look_ahead(self, node: _Node) -> dict[str, list[_Step] | _Node]:
        """Return what may be said next. The steps themselves are not needed after that."""
        following: dict[str, list[_Step]] = {}
        for step in node.steps:
            for word, further in self._next(step):
                following.setdefault(word, []).append(further)
        node.steps = []
        node.following = {**following}
        return node.following

    def _next(self, step: _Step) -> Iterator[tuple[str, _Step]]:
        """Yield each word that may be said next, and where one stands after it."""
        number, place, rest = step
        if rest:
            yield rest[0], (number, place, rest[1:])
            return
        places = self._entries[number].places
        for later in range(place, len(places)):
            for choice in places[later]:
                if choice:
                    yield choice[0], (number, later + 1, choice[1:])
            if () not in places[later]:
                return

    def _node(self, steps: Sequence[_Step], words: tuple[str, ...]) -> _Node:
        unique = list(dict.fromkeys(steps))
        ended = [self._entries[number] for number, place, rest in unique if not rest and self._may_end(number, place)]
        if not ended or len(words) == 1:
            return _Node(unique, None)
        least = min(one.rank for one in ended)
        kinds = frozenset(one.kind for one in ended if one.rank == least)
        values = [one.value for one in ended if one.rank == least and one.value is not None]
        return _Node(unique, Phrase(words, kinds, values[-1] if values else None, self._is_filler(words, kinds)))

    def _may_end(self, number: int, place: int) -> bool:
        return all(() in choices for choices in self._entries[number].places[place:])

    def _written_out(self, place: Place, short: Mapping[str, str]) -> Place:
        if place not in self._heard:
            heard = (tuple(one for word in choice for one in heard_as(word, short)) for choice in place)
            self._heard[place] = tuple(dict.fromkeys(heard))
        return self._heard[place]


def _first(places: Sequence[Place], begin: int) -> Iterator[Choice]:
    """Yield the choices that may come first from a place on: those after a place that may stay empty too."""
    for place in places[begin:]:
        yield from (choice for choice in place if choice)
        if () not in place:
            return
