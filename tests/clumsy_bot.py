"""A bot for the tests of the measuring crowd: five questions, two messages a turn, and one fault if asked.

python -m tests.clumsy_bot API FOLDER FAULT

none      keeps every answer with its update before it speaks, and confirms after
forgets   keeps nothing
repeats   does not know an update it has handled
swallows  confirms before it handles, and loses what it had read
"""

from __future__ import annotations

import http.client
import json
import sys
from pathlib import Path
from typing import Any

QUESTIONS = 5


class Bot:
    def __init__(self, api: str, kept: Path, fault: str) -> None:
        self.line = http.client.HTTPConnection(api.removeprefix("http://"))
        self.kept, self.fault = kept, fault
        self.answers: dict[int, list[str]] = {}
        self.seen: set[int] = set()
        if kept.exists() and fault != "forgets":
            for line in kept.read_text("utf-8").splitlines():
                self.remember(*json.loads(line))

    def call(self, method: str, said: dict[str, Any]) -> Any:
        self.line.request("POST", f"/bot1:x/{method}", json.dumps(said), {"Content-Type": "application/json"})
        told = json.loads(self.line.getresponse().read())
        return told.get("result")

    def remember(self, chat: int, update: int, answer: str) -> None:
        self.seen.add(update)
        if answer == "/start":
            self.answers[chat] = []
        elif chat in self.answers:
            self.answers[chat].append(answer)

    def handle(self, update: dict[str, Any]) -> None:
        query = update.get("callback_query")
        message = query["message"] if query else update["message"]
        chat, number = message["chat"]["id"], update["update_id"]
        answer = query["data"] if query else message["text"]
        is_new = number not in self.seen or self.fault == "repeats"
        if is_new:
            self.remember(chat, number, answer)
            if self.fault != "forgets":
                with self.kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([chat, number, answer]) + "\n")
        if chat in self.answers:
            self.ask(chat, notes=is_new)

    def ask(self, chat: int, *, notes: bool) -> None:
        told = self.answers[chat]
        at = len(told)
        text = f"Question {at}" if at < QUESTIONS else "Told: " + ", ".join(answer[:3] for answer in told)
        buttons = {"inline_keyboard": [[{"text": "one", "callback_data": "one"}]]}
        if notes:
            self.call("sendMessage", {"chat_id": chat, "text": f"Noted {at}."})
        self.call("sendMessage", {"chat_id": chat, "text": text, "reply_markup": buttons})

    def updates(self, offset: int, *, wait: bool) -> list[dict[str, Any]]:
        said = {"offset": offset, "timeout": 10 if wait else 0, "limit": 5}
        found: list[dict[str, Any]] = self.call("getUpdates", said)
        return found

    def serve(self) -> None:
        """Whatever the fault, it shows at any instant: there is always something read or unconfirmed."""
        match self.fault:
            case "repeats":
                self.serve_late()
            case "swallows":
                self.serve_ahead()
            case _:
                self.serve_well()

    def serve_well(self) -> None:
        offset = 0
        while True:
            for update in self.updates(offset, wait=True):
                self.handle(update)
                offset = update["update_id"] + 1

    def serve_late(self) -> None:
        """Confirms one update at a time of all it has handled; in one life it takes none twice."""
        offset = handled = 0
        while True:
            found = self.updates(offset, wait=True)
            offset = min(handled + 1, found[0]["update_id"] + 1) if found else offset
            for update in found:
                if update["update_id"] > handled:
                    handled = update["update_id"]
                    self.handle(update)

    def serve_ahead(self) -> None:
        """Has always confirmed more than it has handled."""
        offset, queue = 0, list[dict[str, Any]]()
        while True:
            if len(queue) < 5:
                found = self.updates(offset, wait=not queue)
                if found:
                    queue += found
                    offset = found[-1]["update_id"] + 1
                    self.updates(offset, wait=False)
                    continue
            if queue:
                self.handle(queue.pop(0))


if __name__ == "__main__":
    Bot(sys.argv[1], Path(sys.argv[2], "kept"), sys.argv[3]).serve()
