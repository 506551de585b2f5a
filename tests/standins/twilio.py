"""A local stand-in of Twilio's messages and contents, for an unmodified SDK, and signed webhooks to feed the bot.

Point the SDK there with ``client.api.base_url = server.base_url`` and ``client.content.base_url = server.base_url``.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import secrets
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urldefrag, urlencode

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped,unused-ignore]

from . import (
    Call,
    CutAfter,
    CutBefore,
    Fault,
    Json,
    RefusedError,
    Reply,
    Request,
    ServerError,
    Slow,
    StandIn,
    TooManyRequests,
)

__all__ = [
    "ACCOUNT_SID",
    "AUTH_TOKEN",
    "SENDER",
    "Call",
    "CutAfter",
    "CutBefore",
    "ErrorCode",
    "ServerError",
    "Slow",
    "TooManyRequests",
    "TwilioServer",
    "inbound_form",
    "send_status_callback",
    "signed_form",
    "status_form",
]

ACCOUNT_SID = "AC" + "5cab1e00" * 4
AUTH_TOKEN = "0ddba11" + "0" * 25
SENDER = "whatsapp:+14155238886"
_API = "2010-04-01"
_LISTS = ("MediaUrl", "PersistentAction")
_CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")


@dataclass(frozen=True)
class ErrorCode(Fault):
    """Refuse with an HTTP status and one of Twilio's codes."""

    http_status: int
    code: int
    message: str = "The stand-in refuses as it was told"


def _failure(status: int, code: int, message: str) -> Reply:
    """Return an error answer as Twilio words it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(status, {"code": code, "message": message, "more_info": more, "status": status})


def _bad(code: int, message: str) -> RefusedError:
    """Return the refusal of a bad request."""
    return RefusedError(_failure(400, code, message))


def _missing(path: str) -> RefusedError:
    """Return the refusal of a resource that does not exist."""
    return RefusedError(_failure(404, 20404, f"The requested resource {path} was not found"))


def _sid(prefix: str) -> str:
    """Return a new identifier of a kind."""
    return prefix + secrets.token_hex(16)


def _without_nulls(value: Any) -> Any:
    """Return a value without the empty fields that the SDK sends along."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _params(request: Request) -> Json:
    """Return the decoded parameters of a request from its query, form or JSON body."""
    params: Json = dict(parse_qsl(request.query, keep_blank_values=True))
    if request.headers.get("Content-Type", "").startswith("application/json"):
        return params | dict(_without_nulls(json.loads(request.body or b"{}")))
    form = parse_qs(request.body.decode(), keep_blank_values=True)
    return params | {name: values if name in _LISTS else values[-1] for name, values in form.items()}


def _variables(text: str) -> dict[str, str]:
    """Return the variables of a content as sent, or refuse them."""
    refused = _bad(21656, "The ContentVariables Parameter is invalid")
    try:
        variables = json.loads(text)
    except ValueError:
        raise refused from None
    if not isinstance(variables, dict):
        raise refused
    if not all(isinstance(value, str) and value for value in variables.values()):
        raise refused
    return variables


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with its placeholders filled in."""
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: variables.get(found[1], found[0]), text)


def _check_rendered(types: Json, variables: Mapping[str, str], *, approved: bool) -> None:
    """Refuse a content that WhatsApp would not take once its variables are filled in."""
    kind, content = next(iter(types.items()))
    if approved and any(re.search(r"[\n\t]| {4}", value) for value in variables.values()):
        raise _bad(21656, "The ContentVariables Parameter is invalid: new-line, tab or more than 4 spaces")
    if kind == "twilio/quick-reply":
        most = 10 if approved else 3
        _check_choices([(one["title"], one["id"]) for one in content["actions"]], variables, most, 20)
    if kind == "twilio/list-picker":
        _check_choices([(one["item"], one["id"]) for one in content["items"]], variables, 10, 24)
        about = [_filled(one.get("description") or "-", variables) for one in content["items"]]
        _check_lengths([_filled(content["button"], variables)], 20)
        _check_lengths(about, 72)
    if kind != "twilio/text":
        _check_lengths([_filled(content["body"], variables)], 1024)


def _check_choices(choices: list[tuple[str, str]], variables: Mapping[str, str], most: int, title: int) -> None:
    """Refuse buttons or items that are too many, too long or alike."""
    titles = [_filled(one, variables) for one, _ in choices]
    ids = [_filled(one, variables) for _, one in choices]
    _check_lengths(titles, title)
    _check_lengths(ids, 200)
    if not 1 <= len(choices) <= most or len(set(titles)) < len(titles) or len(set(ids)) < len(ids):
        raise _bad(63021, "Channel invalid content error: too many options, or two alike")


def _check_lengths(texts: list[str], most: int) -> None:
    """Refuse texts that are empty or longer than so many UTF-16 units."""
    if any(not text.strip() or len(text.encode("utf-16-le", "surrogatepass")) // 2 > most for text in texts):
        raise _bad(63021, f"Channel invalid content error: empty, or longer than {most}")


def _is_rejected(content: Json) -> bool:
    """Tell whether WhatsApp rejects a template for its form alone."""
    kind, made = next(iter(content["types"].items()))
    body = made.get("body", "")
    bare = re.sub(r"\{\{\s*\w+\s*\}\}", " {{}} ", body).split()
    places = bare.count("{{}}")
    touch = any(pair == ("{{}}", "{{}}") for pair in itertools.pairwise(bare))
    at_an_end = not bare or "{{}}" in (bare[0], bare[-1])
    titles = [one["title"] for one in made.get("actions", ())]
    has_odd_buttons = len(titles) > 10 or any("{{" in title or len(title) > 20 for title in titles)
    return kind == "twilio/list-picker" or touch or at_an_end or has_odd_buttons or len(bare) - places < 2 * places + 1


def _moment(text: str) -> datetime:
    """Return the moment that a date filter names."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _dated(message: Json) -> datetime:
    """Return when a message was sent, or made when it is still on its way."""
    return parsedate_to_datetime(message["date_sent"] or message["date_created"])


class TwilioServer(StandIn):
    """One Twilio account: what it was asked stays in ``calls``, what people got in ``messages_to("whatsapp:+51…")``."""

    faults = (*StandIn.faults, ErrorCode)
    recipient_key = "To"

    def __init__(
        self,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Stand in for one account."""
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.clock = clock
        self.contents: dict[str, Json] = {}
        self._approvals: dict[str, Json] = {}
        self._resources: dict[str, Json] = {}
        self._routes = self._table()
        super().__init__()

    def _table(self) -> list[tuple[str, str, str, Callable[..., Reply]]]:
        """Return the verb, path, name and way of carrying out each method."""
        messages, content = rf"/{_API}/Accounts/{self.account_sid}/Messages", "/v1/Content"
        approvals = rf"{content}/(HX\w+)/ApprovalRequests"
        return [
            ("POST", rf"{messages}\.json", "Messages.create", self._create_message),
            ("GET", rf"{messages}\.json", "Messages.list", self._list_messages),
            ("GET", rf"{messages}/(\w+)\.json", "Messages.fetch", self._fetch_message),
            ("POST", content, "Content.create", self._create_content),
            ("GET", content, "Content.list", self._list_contents),
            ("GET", rf"{content}/(HX\w+)", "Content.fetch", self._fetch_content),
            ("POST", rf"{approvals}/whatsapp", "Approval.create", self._ask_approval),
            ("GET", approvals, "Approval.fetch", self._fetch_approval),
        ]

    def fail_next(self, fault: Fault, method: str | None = None, to: str | None = None, times: int = 1) -> None:
        """Let the next calls that suit meet a fault; methods are named as in ``calls``, "Messages.create"."""
        self._plan(fault, method, to, times)

    def add_content(self, types: Json, *, name: str = "", language: str = "es", **variables: str) -> str:
        """Keep a content as if it had been made before, and return its SID."""
        made = {"friendly_name": name, "language": language, "types": types, "variables": variables}
        return str(self._keep_content(made)["sid"])

    def add_inbound(self, form: Mapping[str, str], at: datetime | None = None) -> None:
        """Keep a message from a person, as ``inbound_form`` has it, for the list of messages."""
        when = format_datetime((at or self.clock()).replace(microsecond=0))
        resource = self._resource(form["MessageSid"], form, form["Body"], when)
        received = {"direction": "inbound", "status": "received", "date_sent": when, "num_media": form["NumMedia"]}
        with self._changed:
            self._resources[form["MessageSid"]] = {**resource, **received}

    def set_status(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Move a message on, for those who look it up; ``send_status_callback`` tells the bot."""
        now = format_datetime(self.clock().replace(microsecond=0))
        with self._changed:
            moved = {"status": status, "error_code": error_code, "date_updated": now}
            self._resources[sid].update(moved, date_sent=self._resources[sid]["date_sent"] or now)

    def set_approval(self, sid: str, status: str, rejection_reason: str = "") -> None:
        """Decide on a content as WhatsApp does: "approved", "rejected", "paused"."""
        with self._changed:
            self._approvals[sid].update(status=status, rejection_reason=rejection_reason)

    def messages_to(self, recipient: int | str) -> list[Json]:
        """Return the messages accepted for an address, oldest first: the form as sent and the resource's fields."""
        with self._changed:
            return [{**sent, **self._resources[sent["sid"]]} for sent in super().messages_to(recipient)]

    def _read(self, request: Request) -> tuple[str, Json]:
        """Return the method and the parameters of a call with the account's credentials."""
        expected = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            raise RefusedError(_failure(401, 20003, "Authenticate"))
        return self._route(request)[0], _params(request)

    def _route(self, request: Request) -> tuple[str, Callable[..., Reply], tuple[str, ...]]:
        """Return the name of a method, what carries it out, and the identifiers in its path."""
        for verb, path, name, carry_out in self._routes:
            found = re.fullmatch(path, request.path)
            if found and verb == request.verb:
                return name, carry_out, found.groups()
        raise _missing(request.path)

    def _accept(self, request: Request, method: str, params: Json) -> Reply:
        """Carry out a method."""
        _, carry_out, named = self._route(request)
        with self._changed:
            return carry_out(params, *named)

    def _refusal(self, fault: Fault) -> Reply:
        """Return Twilio's answer for a fault."""
        match fault:
            case TooManyRequests(retry_after=seconds):
                reply = _failure(429, 20429, "Too Many Requests")
                return Reply(429, reply.payload, {"Retry-After": str(seconds)})
            case ErrorCode(http_status=status, code=code, message=message):
                return _failure(status, code, message)
            case ServerError(status=503):
                return _failure(503, 20503, "Service Unavailable")
            case ServerError(status=status):
                return _failure(status, 20500, "Internal Server Error")
        raise TypeError(fault)

    def _create_message(self, params: Json) -> Reply:
        """Accept a message and return its resource."""
        self._check_addresses(params)
        variables = self._check_content(params)
        body = self._body(params, variables)
        sid, now = _sid("SM"), format_datetime(self.clock().replace(microsecond=0))
        resource = self._resource(sid, params, body, now)
        self._resources[sid] = resource
        decoded = {"ContentVariables": variables} if "ContentVariables" in params else {}
        self._keep({**params, **decoded, "sid": sid})
        return Reply(201, dict(resource))

    def _check_addresses(self, params: Json) -> None:
        """Refuse a message that names no recipient, no sender or a useless callback."""
        if not params.get("To"):
            raise _bad(21604, "A 'To' phone number is required.")
        if not params.get("From") and not params.get("MessagingServiceSid"):
            raise _bad(21603, "A 'From' phone number is required.")
        callback = params.get("StatusCallback", "https://")
        if not callback.startswith(("http://", "https://")):
            raise _bad(21609, f"The StatusCallback URL {callback} is not a valid URL.")

    def _check_content(self, params: Json) -> dict[str, str]:
        """Return the variables of a message, or refuse its content."""
        variables = _variables(params["ContentVariables"]) if params.get("ContentVariables") else {}
        if variables and not params.get("ContentSid"):
            raise _bad(21654, "The ContentSid Parameter is Required")
        if params.get("ContentSid"):
            if params["ContentSid"] not in self.contents:
                raise _bad(21655, "The ContentSid Parameter is Invalid")
            content = self.contents[params["ContentSid"]]
            approved = self._approvals[params["ContentSid"]]["status"] == "approved"
            _check_rendered(content["types"], {**content["variables"], **variables}, approved=approved)
        return variables

    def _body(self, params: Json, variables: Mapping[str, str]) -> str:
        """Return the text that the person reads, or refuse it."""
        if params.get("ContentSid"):
            content = self.contents[params["ContentSid"]]
            text = next((kind["body"] for kind in content["types"].values() if "body" in kind), "")
            body = _filled(text, {**content["variables"], **variables})
        else:
            body = str(params.get("Body", ""))
        if not body.strip() and not params.get("ContentSid") and not params.get("MediaUrl"):
            raise _bad(21602, "Message body is required.")
        if len(body) > 1600:
            raise _bad(21617, "The concatenated message body exceeds the 1600 character limit.")
        return body

    def _resource(self, sid: str, form: Mapping[str, Any], body: str, when: str) -> Json:
        """Return a message as Twilio shows it."""
        place = f"/{_API}/Accounts/{self.account_sid}/Messages/{sid}"
        return {
            "sid": sid,
            "account_sid": self.account_sid,
            "api_version": _API,
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "from": form.get("From"),
            "to": form["To"],
            "body": body,
            "direction": "outbound-api",
            "status": "queued",
            "num_segments": "1",
            "num_media": str(len(form.get("MediaUrl", ()))),
            "date_created": when,
            "date_updated": when,
            "date_sent": None,
            "price": None,
            "price_unit": None,
            "error_code": None,
            "error_message": None,
            "uri": f"{place}.json",
            "subresource_uris": {"media": f"{place}/Media.json"},
        }

    def _fetch_message(self, params: Json, sid: str) -> Reply:
        """Return one message."""
        if sid not in self._resources:
            raise _missing(f"/{_API}/Accounts/{self.account_sid}/Messages/{sid}.json")
        return Reply(200, dict(self._resources[sid]))

    def _list_messages(self, params: Json) -> Reply:
        """Return one page of the messages that suit the filters, newest first."""
        suitable = [message for message in reversed(self._resources.values()) if _suits(message, params)]
        suitable.sort(key=_dated, reverse=True)
        place = f"/{_API}/Accounts/{self.account_sid}/Messages.json"
        page, links = _page(suitable, params, place, "uri")
        start = links["page"] * links["page_size"]
        ends = {"start": start, "end": start + max(len(page) - 1, 0)}
        return Reply(200, {"messages": [dict(message) for message in page], **ends, **links})

    def _create_content(self, params: Json) -> Reply:
        """Keep a content and return it."""
        if not params.get("types") or not params.get("language"):
            raise _bad(20001, "Invalid parameter: types and language are required")
        named = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", json.dumps(params["types"])))
        if len(named) > 100 or not named <= set(params.get("variables") or {}):
            raise _bad(20001, "Invalid parameter: a variable has no sample, or there are more than 100")
        return Reply(201, self._keep_content(params))

    def _keep_content(self, made: Json) -> Json:
        """Return a new content as Twilio shows it."""
        sid, now = _sid("HX"), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        url = f"{self.base_url}/v1/Content/{sid}"
        approvals = f"{url}/ApprovalRequests"
        content = {
            "sid": sid,
            "account_sid": self.account_sid,
            "friendly_name": made.get("friendly_name") or "",
            "language": made["language"],
            "variables": made.get("variables") or {},
            "types": made["types"],
            "date_created": now,
            "date_updated": now,
            "url": url,
            "links": {"approval_create": f"{approvals}/whatsapp", "approval_fetch": approvals},
        }
        with self._changed:
            self.contents[sid] = content
            self._approvals[sid] = self._approval(sid, "", "", "unsubmitted")
        return content

    def _fetch_content(self, params: Json, sid: str) -> Reply:
        """Return one content."""
        return Reply(200, self._content(sid))

    def _content(self, sid: str) -> Json:
        """Return a content that exists."""
        if sid not in self.contents:
            raise _missing(f"/v1/Content/{sid}")
        return self.contents[sid]

    def _list_contents(self, params: Json) -> Reply:
        """Return one page of the contents."""
        page, links = _page(list(self.contents.values()), params, f"{self.base_url}/v1/Content", "url")
        return Reply(200, {"contents": page, "meta": links | {"key": "contents"}})

    def _approval(self, sid: str, name: str, category: str, status: str) -> Json:
        """Return the state of a content's approval."""
        kind = next(iter(self.contents[sid]["types"]))
        asked: Json = {"name": name, "category": category, "content_type": kind}
        return {**asked, "status": status, "rejection_reason": "", "allow_category_change": True}

    def _ask_approval(self, params: Json, sid: str) -> Reply:
        """Keep a request for approval."""
        self._content(sid)
        if not re.fullmatch(r"[a-z0-9_]{1,512}", params.get("name", "")):
            raise _bad(20001, "Invalid parameter: name may have only lowercase letters, digits and underscores")
        if params.get("category") not in _CATEGORIES:
            raise _bad(20001, f"Invalid parameter: category must be one of {', '.join(_CATEGORIES)}")
        if self._approvals[sid]["status"] != "unsubmitted":
            raise _bad(20001, "Invalid parameter: the content was submitted before")
        if any(other["name"] == params["name"] for other in self._approvals.values()):
            raise _bad(20001, "Invalid parameter: the name was used before")
        self._approvals[sid] = self._approval(sid, params["name"], params["category"], "received")
        answer = dict(self._approvals[sid])
        if _is_rejected(self.contents[sid]):
            self._approvals[sid] |= {"status": "rejected", "rejection_reason": "INVALID_FORMAT"}
        return Reply(201, answer)

    def _fetch_approval(self, params: Json, sid: str) -> Reply:
        """Return the state of a content's approval."""
        url = f"{self._content(sid)['url']}/ApprovalRequests"
        whatsapp = {"type": "whatsapp", **self._approvals[sid]}
        return Reply(200, {"sid": sid, "account_sid": self.account_sid, "whatsapp": whatsapp, "url": url})


def _suits(message: Json, params: Json) -> bool:
    """Tell whether a message suits the filters of a list."""
    at = _dated(message)
    return (
        params.get("To", message["to"]) == message["to"]
        and params.get("From", message["from"]) == message["from"]
        and ("DateSent>" not in params or at >= _moment(params["DateSent>"]))
        and ("DateSent<" not in params or at <= _moment(params["DateSent<"]))
        and ("DateSent" not in params or at.date() == _moment(params["DateSent"]).date())
    )


def _page(rows: list[Json], params: Json, place: str, kind: str) -> tuple[list[Json], Json]:
    """Return one page of rows and the links between the pages."""
    size, number = int(params.get("PageSize", 50)), int(params.get("Page", 0))
    filters = {name: value for name, value in params.items() if name not in ("Page", "PageSize", "PageToken")}

    def link(page: int) -> str:
        return f"{place}?{urlencode({**filters, 'PageSize': size, 'Page': page})}"

    links = {
        "page": number,
        "page_size": size,
        f"first_page_{kind}": link(0),
        f"previous_page_{kind}": link(number - 1) if number else None,
        f"next_page_{kind}": link(number + 1) if len(rows) > (number + 1) * size else None,
        kind: link(number),
    }
    return rows[number * size : (number + 1) * size], links


def signed_form(url: str, params: Mapping[str, str], auth_token: str = AUTH_TOKEN) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a webhook as Twilio posts and signs it; a fragment is not signed."""
    signature = RequestValidator(auth_token).compute_signature(urldefrag(url).url, dict(params))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        "X-Twilio-Signature": str(signature),
    }
    return urlencode(params).encode(), headers


def inbound_form(from_: str, body: str, *, sid: str | None = None, to: str = SENDER, **extra: str) -> dict[str, str]:
    """Return the fields of a WhatsApp message's webhook; ``extra`` adds or replaces some."""
    sid = sid or _sid("SM")
    return {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": from_,
        "To": to,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "ProfileName": "Rosa",
        "WaId": from_.removeprefix("whatsapp:").removeprefix("+"),
        "SmsStatus": "received",
        "ApiVersion": _API,
        "MessageType": "text",
        **extra,
    }


def status_form(
    sid: str, status: str, error_code: int | None = None, *, to: str = "whatsapp:+51987654321", from_: str = SENDER
) -> dict[str, str]:
    """Return the fields of a status callback."""
    form = {
        "MessageSid": sid,
        "SmsSid": sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "AccountSid": ACCOUNT_SID,
        "From": from_,
        "To": to,
        "ApiVersion": _API,
        "ChannelPrefix": "whatsapp",
    }
    return form if error_code is None else {**form, "ErrorCode": str(error_code)}


def send_status_callback(
    url: str, sid: str, status: str, auth_token: str = AUTH_TOKEN, error_code: int | None = None
) -> int:
    """Post a signed status callback and return the HTTP status of the answer."""
    body, headers = signed_form(url, status_form(sid, status, error_code), auth_token)
    request = urllib.request.Request(urldefrag(url).url, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code
