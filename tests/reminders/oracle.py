"""What everybody should be told, worked out again from the words of the policy: minute by minute, order by order.

It shares nothing with the program but the names of the rules. The day's reminders of an order to close:

- two hours after the sale, or half an hour after somebody said that it arrived; 18:00, 21:00 and 23:00; 07:00 of each
  day after that. The day is the one of the arrival, else of the sale.
- of the first one and a call that are closer than half an hour the later is left out, but for what follows an arrival;
  a call within half an hour of the sale or arrival is left out; after 22:00 there is only the last one.
- nobody hears anything from 23:30 to 06:30 but the last one, until midnight; what falls into the night waits for 06:30.
- what is due is the latest only, once.
- whoever has more than three orders to close gets one message about all; of the first ones at most one each half hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

HALF, HOUR = timedelta(minutes=30), timedelta(hours=1)
CALLS = (("TARDE", 18), ("NOCHE", 21), ("ULTIMO", 23))
OWNERS_TOO = {"NOCHE", "ULTIMO", "VENCIDA", "VENDER"}


@dataclass(frozen=True)
class Person:
    """Somebody of a company."""

    id: int
    role: str
    closes: bool = False
    morning: bool = True


@dataclass
class Company:
    """A buyer or a seller."""

    id: int
    team: list[Person]


@dataclass
class Case:
    """An order. All moments are of Lima, without a zone."""

    id: int
    buyer: Company
    seller: Company
    status: str = "SOLICITADO"
    requested: datetime | None = None
    accepted: datetime | None = None
    sold: datetime | None = None
    arrived: datetime | None = None
    snoozes: list[tuple[Person, datetime, datetime]] = field(default_factory=list)

    @property
    def start(self) -> datetime:
        assert self.sold
        return max(self.sold, self.arrived) if self.arrived else self.sold


Message = tuple[int, str, str, str]
"""Person, rule, order or "all", and the day or the part of the day."""


def night(at: datetime) -> bool:
    return (at.hour, at.minute) >= (23, 30) or (at.hour, at.minute) < (6, 30)


def midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def table(case: Case, upto: datetime) -> list[tuple[datetime, str]]:
    """Return the reminders of an order to close, as they follow from what happened so far."""
    start, day = case.start, midnight(case.start)
    calls = [(day + timedelta(hours=hour), name) for name, hour in CALLS]
    wait = HALF if case.arrived else 2 * HOUR
    own = max(start + wait, day + timedelta(hours=6, minutes=30))
    told: list[tuple[datetime, str]] = []
    if own <= day + timedelta(hours=22):
        follows_call = any(timedelta() <= own - call < HALF for call, name in calls if name != "ULTIMO")
        if case.arrived or not follows_call:
            told.append((own, "LLEGADA" if case.arrived else "VENTA"))
    for call, name in calls:
        just_told = any(timedelta() < call - at < HALF for at, _name in told[:1] if at == own)
        if name == "ULTIMO":
            if start < call:
                told.append((call, name))
        elif call - start >= HALF and not just_told:
            told.append((call, name))
    late = day + timedelta(days=1, hours=7)
    while late <= upto:
        told.append((late, "VENCIDA"))
        late += timedelta(days=1)
    return sorted(told)


def latest(case: Case, at: datetime) -> tuple[datetime, str] | None:
    """Return the one reminder that is due now."""
    past = [step for step in table(case, at) if step[0] <= at]
    if not past:
        return None
    when, name = past[-1]
    if name != "VENCIDA" and midnight(when) != midnight(at):
        return None
    if name == "VENCIDA" and midnight(when) != midnight(at):
        return None
    return None if night(at) and name != "ULTIMO" else (when, name)


def first_line(company: Company) -> list[Person]:
    return [one for one in company.team if one.role == "OPERADOR" or (one.role == "CHOFER" and one.closes)]


def told_of_close(case: Case, rule: str) -> list[Person]:
    """Operators and drivers who may close first; owners from 21:00, or at once when they are alone."""
    first = first_line(case.buyer)
    owners = [one for one in case.buyer.team if one.role == "TITULAR"]
    others = [one for one in case.buyer.team if one.role == "CHOFER" and not one.closes] if rule == "VENTA" else []
    return first + others + (owners if rule in OWNERS_TOO or not first else [])


def told_of_sale(case: Case, rule: str) -> list[Person]:
    operators = [one for one in case.seller.team if one.role == "OPERADOR"]
    owners = [one for one in case.seller.team if one.role == "TITULAR"]
    return operators + (owners if rule in OWNERS_TOO or not operators else [])


def sellers_step(case: Case, at: datetime) -> str | None:
    """Return the reminder that the seller should have by now, if any."""
    if night(at):
        return None
    if case.status == "SOLICITADO" and case.requested:
        due = case.requested + 2 * HOUR
        return "RESPONDER" if due <= at <= due + timedelta(days=1) else None
    if case.status == "ACEPTADO" and case.accepted:
        due = max(midnight(case.accepted) + timedelta(hours=21), case.accepted + HOUR)
        if night(due):
            due = midnight(case.accepted) + timedelta(days=1, hours=7)
        return "VENDER" if due <= at < midnight(case.accepted) + timedelta(days=2) else None
    return None


class Oracle:
    """Follows what happens and keeps the list of what everybody should have been told."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.told: list[tuple[datetime, Message]] = []
        self._decided: set[tuple[int, int, str, str]] = set()
        self._last_said: dict[tuple[int, int], datetime] = {}
        self._digests: set[Message] = set()
        self._waiting: list[tuple[Message, Case | None, Person, datetime]] = []

    def sweep(self, at: datetime) -> None:
        """Decide what is due."""
        fresh: list[tuple[Person, Case, str, str, str]] = []
        for case in self.cases:
            fresh += self._closing(case, at) if case.status == "POR CERRAR" else self._selling(case, at)
        if not night(at):
            fresh += self._woken(at, fresh)
        self._post(fresh, at)

    def _closing(self, case: Case, at: datetime) -> list[tuple[Person, Case, str, str, str]]:
        step = latest(case, at)
        if step is None:
            return []
        when, rule = step
        part = int((at - midnight(at)) // HALF)
        bucket = f"{at:%Y-%m-%d}T{part}" if rule in ("VENTA", "LLEGADA") else f"{at:%Y-%m-%d}"
        return [
            (person, case, rule, f"{at:%Y-%m-%d}", bucket)
            for person in told_of_close(case, rule)
            if not _is_put_off(case, person, rule, when) and self._is_new(case, person, rule, f"{at:%Y-%m-%d}", at)
        ]

    def _selling(self, case: Case, at: datetime) -> list[tuple[Person, Case, str, str, str]]:
        rule = sellers_step(case, at)
        if rule is None:
            return []
        return [
            (person, case, rule, "", f"{at:%Y-%m-%d}T{at.hour}")
            for person in told_of_sale(case, rule)
            if self._is_new(case, person, rule, "", at)
        ]

    def _woken(
        self, at: datetime, fresh: list[tuple[Person, Case, str, str, str]]
    ) -> list[tuple[Person, Case, str, str, str]]:
        found = []
        for case in self.cases:
            for person in {one for one, _made, _until in case.snoozes}:
                number, (_one, made, until) = max(
                    (number, snooze) for number, snooze in enumerate(case.snoozes) if snooze[0] == person
                )
                said_since = self._last_said.get((case.id, person.id), made) >= until
                due = case.status == "POR CERRAR" and until <= at and midnight(until) == midnight(at)
                if (
                    due
                    and made >= case.start
                    and not said_since
                    and (self._is_new(case, person, "POSPUESTA", str(number), at))
                ):
                    found.append((person, case, "POSPUESTA", str(number), f"{at:%Y-%m-%dT%H:%M}"))
        return found

    def _is_new(self, case: Case, person: Person, rule: str, occurrence: str, at: datetime) -> bool:
        key = (case.id, person.id, rule, occurrence)
        if key in self._decided:
            return False
        self._decided.add(key)
        self._last_said[case.id, person.id] = at
        return True

    def _post(self, fresh: list[tuple[Person, Case, str, str, str]], at: datetime) -> None:
        for person, case, rule, occurrence, bucket in fresh:
            same = [one for one in fresh if one[0] == person and one[2] == rule]
            busy = self._load(person, rule) > 3 or (rule == "VENCIDA" and person.morning and len(same) > 1)
            digest: Message = (person.id, rule, "all", bucket)
            if not busy and digest in self._digests:
                continue  # this part of the day it was in the message about all
            if not busy:
                self._waiting.append(((person.id, rule, str(case.id), occurrence), case, person, at))
                continue
            if digest not in self._digests:
                self._digests.add(digest)
                self._waiting.append((digest, None, person, at))

    def _load(self, person: Person, rule: str) -> int:
        if rule == "RESPONDER":
            return sum(case.status == "SOLICITADO" and person in case.seller.team for case in self.cases)
        if rule == "VENDER":
            return sum(case.status == "ACEPTADO" and person in case.seller.team for case in self.cases)
        return sum(case.status == "POR CERRAR" and person in case.buyer.team for case in self.cases)

    def send(self, at: datetime) -> None:
        """Send what still holds of what was decided."""
        for message, case, person, decided in self._waiting:
            if self._holds(message, case, person, decided, at):
                self.told.append((at, message))
        self._waiting = []

    def _holds(self, message: Message, case: Case | None, person: Person, decided: datetime, at: datetime) -> bool:
        rule = message[1]
        if night(at) and rule != "ULTIMO":
            return False
        if rule in ("RESPONDER", "VENDER"):
            status = "SOLICITADO" if rule == "RESPONDER" else "ACEPTADO"
            in_time = at < decided + timedelta(days=1)
            return in_time and (case.status == status if case else self._load(person, rule) > 0)
        if midnight(at) != midnight(decided):
            return False
        if case is None:
            return self._digest_holds(person, rule, decided, at)
        if case.status != "POR CERRAR":
            return False
        step = latest(case, at)
        put_off = any(one == person and made >= case.start and until > at for one, made, until in case.snoozes)
        if rule == "POSPUESTA":
            return not put_off and not (step and step[0] > decided)
        return step is not None and step[1] == rule and (rule == "ULTIMO" or not put_off)

    def _digest_holds(self, person: Person, rule: str, decided: datetime, at: datetime) -> bool:
        mine = [case for case in self.cases if case.status == "POR CERRAR" and person in case.buyer.team]
        if rule == "VENCIDA":
            return any(midnight(case.start) < midnight(at) for case in mine)
        hours = [midnight(at) + timedelta(hours=hour) for _name, hour in CALLS]
        superseded = rule != "POSPUESTA" and any(decided < hour <= at for hour in hours)
        return bool(mine) and not superseded


def _is_put_off(case: Case, person: Person, rule: str, when: datetime) -> bool:
    mine = [until for one, made, until in case.snoozes if one == person and made >= case.start]
    if rule in ("VENTA", "LLEGADA"):
        return bool(mine)
    return rule != "ULTIMO" and any(until > when - HALF for until in mine)
