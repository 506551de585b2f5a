"""The web process: webhooks, health, and the phones page in the demo. It keeps and answers; it never sends."""

from __future__ import annotations

import gc
import signal

from flask import Flask, Response
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from bot import health, logs, registry, supervised
from bot.handlers import phones, posted, telegram, whatsapp
from bot.i18n import KNOWN
from bot.receipts import page
from bot.reports import page as reports
from bot.runtime import Runtime
from bot.settings import Settings, load
from bot.understanding.lexicon import lexicon
from bot.understanding.ranking import ranking
from bot.web import Web


def serving() -> Flask:
    """Return the application as the environment says, for a process of the server that has nothing else to do."""
    settings = load()
    logs.set_up(settings.log_level, settings.log_format)
    supervised.stop_with_parent(signal.SIGKILL)  # the server's own process, should its manager be killed
    for locale in KNOWN:
        lexicon(locale)  # with the ranking half a second that nobody's first message should wait for
    ranking()
    app = create_app(settings)
    gc.collect()
    gc.freeze()  # what was loaded by now stays: no collection needs to look through it again
    return app


def create_app(settings: Settings | None = None, runtime: Runtime | None = None) -> Flask:
    """Return the application; without arguments, as the environment says."""
    settings = settings or load()
    runtime = runtime or settings.runtime()
    registry.discover()
    app = Web("bot", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = posted.LARGEST
    app.config["MAX_FORM_MEMORY_SIZE"] = posted.LARGEST
    app.register_blueprint(health.blueprint(runtime))
    app.register_blueprint(page.blueprint(runtime, settings.receipts(runtime.database)))
    app.register_blueprint(reports.blueprint(runtime))
    if settings.has_telegram:
        app.register_blueprint(telegram.blueprint(runtime, settings))
    if settings.has_whatsapp:
        app.register_blueprint(whatsapp.blueprint(runtime, settings))
    if settings.bot_demo:
        app.register_blueprint(phones.blueprint(runtime))
    app.register_error_handler(DBAPIError, _not_kept)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    return app


def _not_kept(_error: Exception) -> Response:
    """Say that the message could not be written down, and when to come again: platforms obey it."""
    return Response("try again", 503, {"Retry-After": "5"})


def _too_large(_error: Exception) -> Response:
    return Response("too large", 413)
