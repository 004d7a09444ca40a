"""How Telegram says no: one exception, its shape on the wire, and the sentences bots meet most.

Never here: who is refused when. Sentences are Telegram's own, because programs match on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class Refused(Exception):
    """A call that Telegram answers with `ok: false`. `code` is the HTTP status as well."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def wire(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


@dataclass(frozen=True, slots=True)
class Fault:
    """A call that was refused: which, with which fields (names, never values), and why."""

    method: str
    fields: tuple[str, ...]
    code: int
    reason: str


def bad(reason: str) -> Refused:
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    return Refused(403, f"Forbidden: {reason}")


def conflict(reason: str) -> Refused:
    return Refused(409, f"Conflict: {reason}")


def too_many(seconds: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def upgraded(to: int) -> Refused:
    return Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=to)


def first_of(faults: Iterable[str]) -> None:
    """Refuse with the first of these faults, if there is one."""
    for fault in faults:
        raise bad(fault)


def unauthorized() -> Refused:
    return Refused(401, "Unauthorized")


def no_such_method() -> Refused:
    return Refused(404, "Not Found: method not found")


def logged_out() -> Refused:
    return Refused(400, "Logged out")


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
