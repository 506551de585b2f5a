"""The worker: delivers the outbox, answers what a crash left in the inbox, polls Telegram where there is no webhook.

APScheduler is only its clock: jobs are not stored, each is a look at what is due, and doing one twice does no harm.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import health, inbox, outbox, registry
from bot.channels import Sender
from bot.handlers import whatsapp_templates
from bot.handlers.phones import PhoneSender
from bot.handlers.telegram_client import make_bot
from bot.handlers.telegram_sending import TelegramSender
from bot.handlers.whatsapp_sending import WhatsAppSender
from bot.polling import Poller
from bot.reconciling import Reconciler
from bot.relay import Relay
from bot.retention import blank_old
from bot.runtime import Runtime
from bot.settings import Settings
from bot.watching import look_at_telegram
from core.proof.sealing import seal_more
from reminders.posting import post_more
from reminders.sweep import sweep
from reminders.writing import writer

log = logging.getLogger(__name__)

LEFTOVERS_EVERY = 1
ALIVE_EVERY = 5
TELEGRAM_EVERY = 120
MISSED_EVERY = 180
BLANK_EVERY = 300
TEMPLATES_EVERY = 15 * 60
SWEEP_EVERY = 60
SEAL_EVERY = 60 * 60
POST_EVERY = 1
"""Seconds."""
SOON = timedelta(seconds=15)
"""After a restart: what Twilio tries again comes by itself."""


def senders(settings: Settings, runtime: Runtime) -> dict[str, Sender]:
    """Return a sender for each channel that is on."""
    on: dict[str, Sender] = {}
    if settings.has_telegram:
        on["telegram"] = TelegramSender(settings, runtime)
    if settings.has_whatsapp:
        on["whatsapp"] = WhatsAppSender(settings, runtime)
    if settings.bot_demo:
        on["phone"] = PhoneSender()
    return on


def run(settings: Settings, runtime: Runtime) -> None:
    """Work until told to stop."""
    registry.discover()
    asyncio.run(_run(settings, runtime))


async def _run(settings: Settings, runtime: Runtime) -> None:
    relay = Relay(runtime, senders(settings, runtime), writer(runtime))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, relay.stop)
    clock = _clock(settings, runtime)
    clock.start()
    polling = _start_polling(settings, runtime)
    log.info("the worker is ready; channels: %s", ", ".join(sorted(runtime.channels)) or "none")
    try:
        await relay.run()
    finally:
        clock.shutdown(wait=False)
        if polling is not None:
            polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await polling
        await relay.close()


def _clock(settings: Settings, runtime: Runtime) -> AsyncIOScheduler:
    clock = AsyncIOScheduler(
        timezone=settings.bot_timezone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    jobs: tuple[tuple[Callable[[], object], int], ...] = (
        (lambda: inbox.answer_leftovers(runtime), LEFTOVERS_EVERY),
        (lambda: outbox.take_up_again(runtime), LEFTOVERS_EVERY),
        (lambda: health.note_alive(runtime, health.WORKER), ALIVE_EVERY),
        (lambda: sweep(runtime, runtime.clock()), SWEEP_EVERY),
        (lambda: post_more(runtime), POST_EVERY),
    )
    keyring = settings.keyring()
    if keyring.can_sign:
        jobs = (*jobs, (lambda: seal_more(runtime.database, keyring, runtime.clock()), SEAL_EVERY))
    if settings.has_whatsapp:
        jobs = (*jobs, (lambda: whatsapp_templates.refresh(settings, runtime), TEMPLATES_EVERY))
    for work, seconds in jobs:
        clock.add_job(asyncio.to_thread, "interval", [work], seconds=seconds)
    _watch(clock, settings, runtime)
    health.note_alive(runtime, health.WORKER)
    return clock


def _watch(clock: AsyncIOScheduler, settings: Settings, runtime: Runtime) -> None:
    """Look at what a platform kept to itself, after a restart soon, and at what was kept for long enough."""
    now, kept_for = datetime.now(UTC), timedelta(days=settings.retention_days)
    clock.add_job(asyncio.to_thread, "interval", [lambda: blank_old(runtime, kept_for)], seconds=BLANK_EVERY)
    if settings.has_telegram:
        look = (settings, runtime)
        clock.add_job(look_at_telegram, "interval", look, seconds=TELEGRAM_EVERY, next_run_time=now)
    if settings.has_whatsapp:
        reconciler = Reconciler(settings, runtime)
        first = now + (SOON if reconciler.has_looked() else timedelta(seconds=MISSED_EVERY))
        clock.add_job(asyncio.to_thread, "interval", [reconciler.look], seconds=MISSED_EVERY, next_run_time=first)


def _start_polling(settings: Settings, runtime: Runtime) -> asyncio.Task[None] | None:
    if not settings.has_telegram or settings.public_base_url:
        return None
    bot_id = (settings.telegram_bot_token or "").partition(":")[0]
    return asyncio.get_running_loop().create_task(Poller(runtime, make_bot(settings), bot_id).run())
