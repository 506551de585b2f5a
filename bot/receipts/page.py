"""GET /v/<token>: what a receipt's QR code opens. It tells the receipt's facts, and whether it is authentic."""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path

from flask import Blueprint, Response, render_template_string, request

from bot.i18n import KNOWN, N_, _, closest, language
from bot.receipts.checking import told
from bot.receipts.issuing import Receipts
from bot.receipts.serving import BusyError, Pictures
from bot.runtime import Runtime
from core.proof.facts import Facts
from core.proof.keys import Keyring, UnknownKeyError
from core.proof.lookup import facts_at
from core.proof.receipts import BadTokenError, Token, short_code

log = logging.getLogger(__name__)


class Answer(StrEnum):
    """What can be said of a token."""

    AUTHENTIC = "authentic"
    NOT_AUTHENTIC = "not authentic"
    """Nobody signed it: made up, mistyped, or of a key that no longer counts."""
    CONTRADICTED = "contradicted"
    """It is signed, and the register says something else: somebody has to look at the register."""


HEADING = {
    Answer.AUTHENTIC: N_("✅ Authentic receipt"),
    Answer.NOT_AUTHENTIC: N_("❌ This receipt is not authentic"),
    Answer.CONTRADICTED: N_("⚠️ This receipt cannot be confirmed"),
}
ADVICE = {
    Answer.AUTHENTIC: N_("Compare each figure and the verification code with the receipt that you were shown."),
    Answer.NOT_AUTHENTIC: N_("No receipt with this code was issued here. Do not accept it."),
    Answer.CONTRADICTED: N_("It was issued here, but the register says something else now. Please tell the operator."),
}
STATUS_CODE = {Answer.AUTHENTIC: 200, Answer.NOT_AUTHENTIC: 404, Answer.CONTRADICTED: 409}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def blueprint(runtime: Runtime, receipts: Receipts) -> Blueprint:
    """Return the page."""
    web = Blueprint("receipts", __name__)
    page = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

    @web.get("/v/<token>")
    def receipt(token: str) -> Response:
        answer, read, facts = ask(runtime, receipts.keyring(), token)
        wanted = request.accept_languages.best_match([locale.split("_")[0] for locale in KNOWN])
        spoken = closest(wanted) or runtime.locale
        with language(spoken):
            body = render_template_string(
                page,
                heading=_(HEADING[answer]),
                advice=_(ADVICE[answer]),
                locale=spoken.replace("_", "-"),
                lines=list(told(facts)) if facts else [],
                code=short_code(read.signature) if facts and read else "",
                code_label=_("Verification code"),
                disclaimer=_("It does not replace Osinergmin's SCOP."),
            )
        return Response(body, STATUS_CODE[answer], HEADERS, content_type="text/html; charset=utf-8")

    pictures = Pictures(runtime.database, receipts)

    @web.get("/v/<token>.png")
    def picture(token: str) -> Response:
        spoken = closest(request.args.get("l")) or runtime.locale
        try:
            drawn = pictures.get(token, spoken)
        except BusyError:
            return Response("try again", 503, {**HEADERS, "Retry-After": "2"}, content_type="text/plain")
        if drawn is None:
            return Response("not found", 404, HEADERS, content_type="text/plain")
        return Response(drawn, 200, HEADERS, content_type="image/png")

    return web


def ask(runtime: Runtime, keyring: Keyring, text: str) -> tuple[Answer, Token | None, Facts | None]:
    """Return what can be said of a token, the token, and the facts of an authentic one only."""
    try:
        token = Token.read(text)
        if not token.is_signed(keyring):
            return Answer.NOT_AUTHENTIC, None, None
    except (BadTokenError, UnknownKeyError):
        return Answer.NOT_AUTHENTIC, None, None
    with runtime.database.reading() as tx:
        facts = facts_at(tx, token)
    if facts is None or not token.is_of(facts):
        # not the code, which the log keeps to itself: the last digits are enough to find it
        log.error("the journal contradicts the receipt of movement %s of the order …%s", token.number, token.code[-4:])
        return Answer.CONTRADICTED, token, None
    return Answer.AUTHENTIC, token, facts
