"""From a request to a checked call: which method, which fields, decoded as Telegram decodes them, and refused
as strictly as both descriptions of the Bot API allow.

Never here: what a call does, who may be written to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from aiogram.types import BufferedInputFile
from aiohttp import BodyPartReader, web
from pydantic import ValidationError
from telegram.constants import ChatAction, InlineKeyboardMarkupLimit

from .contract import Contract, Slot, Upload, by_manual, by_models, models
from .refusals import bad, first_of, no_such_method

ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay", "disabled",
)  # fmt: skip
YES, NO = {"true", "True", "1"}, {"false", "False", "0"}


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose shape is right."""

    method: str
    args: dict[str, Any]

    @property
    def chat(self) -> int | None:
        """The chat it is about, when it names one by number."""
        named = str(self.args.get("chat_id"))
        return int(named) if named.lstrip("-").isdigit() else None


@dataclass(frozen=True, slots=True)
class Given:
    """Fields as they came. `native`: from JSON, where types are told; else all are text or files."""

    fields: dict[str, Any]
    native: bool = False


def canonical(name: str) -> str:
    """The method's own spelling; Telegram does not mind capitals."""
    known = spellings().get(name.lower())
    if known is None:
        raise no_such_method()
    return known


@cache
def spellings() -> dict[str, str]:
    return {name.lower(): name for name in models()}


# --- bytes to fields ----------------------------------------------------------------------------------------


async def given(request: web.BaseRequest) -> Given:
    """Query, form, multipart or JSON; what the body says wins over the query."""
    fields: dict[str, Any] = dict(pairs(request.query_string))
    kind = request.content_type
    if kind == "multipart/form-data":
        return Given(fields | await parts(request))
    body = await request.read()
    if not body:
        return Given(fields)
    if kind == "application/json":
        return Given(fields | from_json(body), native=True)
    if kind == "application/x-www-form-urlencoded":
        return Given(fields | dict(pairs(utf8(body))))
    raise bad(f"content type {kind} is not understood")


def pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        raise bad("strings must be encoded in UTF-8") from None


def utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise bad("strings must be encoded in UTF-8") from None


def from_json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(utf8(body))
        json.dumps(told, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise bad("can't parse JSON object") from None
    if not isinstance(told, dict):
        raise bad("can't parse JSON object: an object is expected")
    return told


async def parts(request: web.BaseRequest) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            raise bad("a part of the multipart body has no name")
        name = part.name
        content = bytes(await part.read(decode=False))
        if part.filename is None:
            fields[name] = utf8(content)
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            fields[name] = Upload(part.filename, mime, content)
    return fields


# --- fields to a call ---------------------------------------------------------------------------------------


def read(name: str, came: Given) -> Call:
    """The call, or Refused with the first thing that is wrong with it."""
    method = canonical(name)
    slots = by_models().methods[method]
    uploads = {key: value for key, value in came.fields.items() if isinstance(value, Upload)}
    named = {key: value for key, value in came.fields.items() if key in slots or key not in uploads}
    args = {
        key: decoded(slots[key], key, value, came.native) if key in slots else value
        for key, value in named.items()
    }
    used = {ref for value in came.fields.values() for ref in re.findall(r"attach://([^\"\\]+)", str(value))}
    if lonely := uploads.keys() - used - slots.keys():
        raise bad(f"{len(lonely)} files came that no field speaks of")
    if absent := used - uploads.keys():
        raise bad(f"{len(absent)} files that fields speak of did not come")
    args = {key: attached(value, uploads) for key, value in args.items()}
    check(method, args)
    return Call(method, args)


def decoded(slot: Slot, name: str, value: Any, native: bool) -> Any:
    """Text to what the field takes; JSON in text is read, as Telegram reads it."""
    if not isinstance(value, str):
        return value
    deep = any(kind.name not in FLAT for kind in slot.kinds)
    if deep:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            if not slot.takes("String"):
                raise bad(f"can't parse {name}: it is no JSON") from None
    if native:
        return value
    if slot.takes("Integer") and re.fullmatch(r"-?\d{1,19}", value):
        return int(value)
    if slot.takes("Float") and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if slot.takes("Boolean") and value in YES | NO:
        return value in YES
    return value


FLAT = {"Integer", "Float", "String", "Boolean", "File", "Constant", "Any"}


def attached(value: Any, uploads: Mapping[str, Upload]) -> Any:
    if isinstance(value, str) and value.startswith("attach://"):
        return uploads[value.removeprefix("attach://")]
    return value


def check(method: str, args: dict[str, Any]) -> None:
    """Refuse what aiogram's models, the manual where it is, or Telegram's own habits refuse."""
    first_of(shape(by_models(), method, args))
    if manual := by_manual():
        if method not in manual.methods:
            raise bad(f"{method} is newer than the manual")
        first_of(shape(manual, method, args))
    try:
        models()[method].model_validate({key: for_models(value) for key, value in args.items()})
    except ValidationError as error:
        where = ".".join(str(each) for each in error.errors()[0]["loc"] if isinstance(each, str))
        raise bad(f'field "{where}" is not valid') from None
    first_of(habits(method, args))


def shape(contract: Contract, method: str, args: dict[str, Any]) -> Iterator[str]:
    return contract.faults(contract.methods[method], args, method)


def for_models(value: Any) -> Any:
    return BufferedInputFile(b"", value.filename) if isinstance(value, Upload) else value


def habits(method: str, args: dict[str, Any]) -> Iterator[str]:
    """What the descriptions say in prose."""
    markup = args.get("reply_markup") or {}
    yield from keyboard(markup.get("inline_keyboard") or [])
    if sum(len(row) for row in markup.get("keyboard") or []) > 300:
        yield "reply markup is too long"
    if method == "sendChatAction" and args["action"] not in set(ChatAction):
        yield "wrong parameter action in request"
    if "parse_mode" in args and ("entities" in args or "caption_entities" in args):
        yield "entities and parse_mode were both given"


def keyboard(rows: list[list[dict[str, Any]]]) -> Iterator[str]:
    if sum(len(row) for row in rows) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
        yield "reply markup is too long"
    if any(len(row) > InlineKeyboardMarkupLimit.BUTTONS_PER_ROW for row in rows):
        yield "a row of the reply markup is too long"
    for button in (each for row in rows for each in row):
        does = [action for action in ACTIONS if action in button]
        if not does:
            yield "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        if len(does) > 1:
            yield "can't parse inline keyboard button: it has more than one action"
        if not re.match(r"(https?|tg|ton|mailto)://?\S+|$", button.get("url", "")):
            yield "inline keyboard button URL is invalid"
        if button.get("style", "danger") not in ("danger", "success", "primary"):
            yield "can't parse inline keyboard button: invalid button style specified"
