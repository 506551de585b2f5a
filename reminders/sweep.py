"""One sweep: who is to be reminded of what, as of a moment. Decided and posted in one transaction, in sets.

Whatever runs it twice, at once, late, or after the clock went backwards decides nothing twice. A crash before the
commit decides nothing; after it the letters are in the outbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from bot.hours import Hours
from bot.runtime import Runtime
from bot.store import Kind, Sending, Urgency, batches, nudges, outbox, sweeps
from core.clock import LIMA, day_in_lima
from core.papers import ending_soon
from core.terms import Status
from reminders import deciding, policy, posting, turns
from reminders.policy import Rule
from reminders.turns import Turn, at_hour

NAME = "reminders"
LOCK = 7_206_734
"""Of this kind of work, among the advisory locks of a PostgreSQL database."""
CLOCKS_DIFFER = timedelta(minutes=2)
"""As much as the clocks of two workers may; a clock that is further back than the last sweep was put right."""

AGENTS_AT_ONCE = 1_000
"""In one statement about papers; whoever owns agents of several such lots still gets one letter."""

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:key)")
_LAST = select(sweeps.c.swept_at).where(sweeps.c.name == NAME)
_SWEPT = {
    dialect.dialect().name: dialect.insert(sweeps).on_conflict_do_update(
        index_elements=["name"], set_={"swept_at": dialect.insert(sweeps).excluded.swept_at}
    )
    for dialect in (sqlite, postgresql)
}
_NEWEST = select(func.coalesce(func.max(nudges.c.id), 0))

_NUDGE: dict[tuple[Rule, bool | None], TextClause] = {
    (rule, arrived): deciding.nudge_buyers(
        owners=rule in policy.TELLS_OWNERS,
        all_drivers=rule in policy.ASKS_ALL_DRIVERS,
        hushed=rule is not Rule.LAST_CALL,
        arrived=arrived,
    )
    for rule in turns.BUYERS
    for arrived in (None, True, False)
} | {
    (Rule.ANSWER, None): deciding.nudge_sellers(Status.REQUESTED, "requested_at", owners=False),
    (Rule.SELL, None): deciding.nudge_sellers(Status.ACCEPTED, "accepted_at", owners=True),
    (Rule.SNOOZE, None): deciding.NUDGE_SNOOZED,
}
_DIGESTS = {
    Rule.ANSWER: deciding.digests(Status.REQUESTED, "seller_id"),
    Rule.SELL: deciding.digests(Status.ACCEPTED, "seller_id"),
    Rule.OVERDUE: deciding.digests(Status.TO_CLOSE, "buyer_id", morning=True),
}
_DIGESTS_OF_BUYERS = deciding.digests(Status.TO_CLOSE, "buyer_id")


_AT_ONCE = (
    outbox.update()
    .where(
        text(f"state IN ('{Sending.PENDING.value}', '{Sending.LEASED.value}')"),
        outbox.c.state == Sending.PENDING,
        outbox.c.kind == Kind.REMINDER,
        outbox.c.attempts == 0,
        outbox.c.next_attempt_at > bindparam("now"),
    )
    .values(next_attempt_at=bindparam("now"))
)


@dataclass(frozen=True)
class Decided:
    """What a sweep decided by one rule."""

    rule: Rule
    nudges: int
    digests: int
    """Messages about several orders; summaries too."""
    after: int
    """The nudges of this sweep have greater ids than this."""


def sweep(runtime: Runtime, now: datetime) -> list[Decided]:
    """Decide who is to be reminded by now, and post the letters. Nothing, when another worker is at it."""
    with runtime.database.transaction() as tx:
        if tx.dialect.name == "postgresql" and not _has_lock(tx):
            return []
        last = tx.execute(_LAST).scalar()
        if last is not None and now < last:
            if last - now <= CLOCKS_DIFFER:
                return []
            last = None
        decided = [one for one in _decide(tx, runtime, now, last) if one.nudges or one.digests]
        _note(tx, now, runtime.hours)
    return decided


def send_at_once(runtime: Runtime) -> int:
    """Let reminders of a sweep as of a later moment leave now; return how many. For the operator who asked for it."""
    with runtime.database.transaction() as tx:
        return tx.execute(_AT_ONCE, {"now": runtime.clock()}).rowcount


def _has_lock(tx: Connection) -> bool:
    """Take the lock of the sweeps, unless another worker has it."""
    tx.execute(text("SET LOCAL jit = off"))  # compiling these statements takes longer than running them
    return bool(tx.execute(_TRY_LOCK, {"key": LOCK}).scalar_one())


def _decide(tx: Connection, runtime: Runtime, now: datetime, last: datetime | None) -> Iterator[Decided]:
    hours = runtime.hours
    work = _Work(tx, {"channels": sorted(runtime.channels) or [""], "now": now, "most": policy.MOST_SINGLE})
    by_rule: dict[Rule, list[Turn]] = {}
    for turn in (
        *turns.closing(now, last, hours),
        *turns.answering(now, last, hours),
        *turns.selling(now, last, hours),
    ):
        by_rule.setdefault(turn.rule, []).append(turn)
    for those in by_rule.values():
        yield work.take(those)
    if not hours.is_quiet(now):
        yield work.wake(now, last, hours)
        yield from work.weekly(now, last, hours)


def _note(tx: Connection, now: datetime, hours: Hours) -> None:
    """Remember up to when everything is decided. What becomes due at night is decided in the morning."""
    if now.astimezone(LIMA).time() < hours.quiet_to:
        return
    tx.execute(_SWEPT[tx.dialect.name], {"name": NAME, "swept_at": min(now, at_hour(now, hours.quiet_from))})


class _Work:
    """The statements of one sweep, with what all of them are given."""

    def __init__(self, tx: Connection, facts: dict[str, Any]) -> None:
        self._tx = tx
        self._facts = facts

    def take(self, those: list[Turn]) -> Decided:
        """Decide by one rule."""
        before, found, first = self._newest(), 0, those[0]
        for turn in those:
            facts = {"start": turn.span[0], "end": turn.span[1], "occurrence": turn.occurrence}
            found += self._nudge(turn.rule, turn.arrived, {**facts, "hushed_after": turn.hushed_after})
        return self._post(first.rule, before, found, first.bucket, (first.until, first.until_of_all))

    def wake(self, now: datetime, last: datetime | None, hours: Hours) -> Decided:
        """Remind those again who put something off until now."""
        before, midnight = self._newest(), at_hour(now, time())
        since = midnight if last is None else max(midnight, last - turns.SLACK)
        found = self._nudge(Rule.SNOOZE, None, {"since": since - timedelta(seconds=1), "today": midnight})
        bucket = now.astimezone(LIMA).strftime("%Y-%m-%dT%H:%M")
        end = at_hour(now, hours.quiet_from)
        return self._post(Rule.SNOOZE, before, found, bucket, (end, end))

    def weekly(self, now: datetime, last: datetime | None, hours: Hours) -> Iterator[Decided]:
        """Post the owners' weekly letters whose turn it is."""
        for rule, week in policy.weekly_turns(now, last, hours):
            letter = self._letter(rule, week.occurrence, at_hour(now, hours.quiet_from))
            facts = {**letter, "occurrence": week.occurrence}
            posted = self._tell_papers(facts, now) if rule is Rule.PAPERS else self._run(deciding.POST_WEEKLY, facts)
            yield Decided(rule, 0, posted, self._newest())

    def _tell_papers(self, facts: dict[str, Any], now: datetime) -> int:
        """Post a letter to each owner of an agent one of whose papers ends soon."""
        concerned = sorted({paper.agent_id for paper in ending_soon(self._tx, day_in_lima(now))})
        return sum(
            self._run(deciding.POST_PAPERS, {**facts, "agents": concerned[start : start + AGENTS_AT_ONCE]})
            for start in range(0, len(concerned), AGENTS_AT_ONCE)
        )

    def _newest(self) -> int:
        return int(self._tx.execute(_NEWEST).scalar_one())

    def _nudge(self, rule: Rule, arrived: bool | None, facts: dict[str, Any]) -> int:
        return self._run(_NUDGE[rule, arrived], {**facts, "rule": rule.value})

    def _post(self, rule: Rule, before: int, found: int, bucket: str, ends: tuple[datetime, datetime]) -> Decided:
        if not found:
            return Decided(rule, 0, 0, before)
        until, until_of_all = ends
        several = {**self._letter(rule, bucket, until_of_all), "before": before, "bucket": bucket}
        several["content"] = {**several["content"], "all": True}
        digested = self._run(_DIGESTS.get(rule, _DIGESTS_OF_BUYERS), several)
        self._post_first(before, bucket, self._letter(rule, bucket, until))
        return Decided(rule, found, digested, before)

    def _post_first(self, before: int, bucket: str, letter: dict[str, Any]) -> None:
        """Post the first letters at once, nearly always all there are; the worker goes on with the others."""
        now = self._facts["now"]
        row = {**letter, "bucket": bucket, "decided_at": now, "done": before, "last": self._newest()}
        batch = self._tx.execute(batches.insert().returning(batches), row).one()
        posting.post_step(self._tx, batch, now)

    def _letter(self, rule: Rule, bucket: str, until: datetime) -> dict[str, Any]:
        """Return what every letter of a rule carries; its words are written when it leaves."""
        content = {
            "text": "",
            "rule": rule.value,
            "at": self._facts["now"].isoformat(),
            "until": until.isoformat(),
            "turn": bucket,
        }
        urgency = policy.URGENCY.get(rule, Urgency.TODAY)
        return {"rule": rule.value, "content": content, "until": until, "urgency": int(urgency)}

    def _run(self, clause: TextClause, facts: dict[str, Any]) -> int:
        named = clause._bindparams  # noqa: SLF001 - each is given what it names
        given = {name: value for name, value in {**self._facts, **facts}.items() if name in named}
        return int(self._tx.execute(clause, given).rowcount)
