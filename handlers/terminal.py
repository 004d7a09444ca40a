"""The terminal: the whole of Seuil with no account, no token and no network.

One program, several chairs: `/as moderator` sits you in the moderator's, `/as witness 2` makes you a second
witness. Each chair is an address of its own, so that the house knows no difference between a terminal and a
chat.

It also reads a play from standard input when that is no terminal: one line a turn, `#` starts a remark.
"""

from __future__ import annotations

import asyncio
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from handlers import Abilities, Address, Attachment, Hear, Heard, Screen

CHAIRS: Mapping[str, str] = {
    "witness": "witness",
    "temoin": "witness",
    "moderator": "moderator",
    "moderatrice": "moderator",
    "moderateur": "moderator",
    "owner": "owner",
    "responsable": "owner",
    "auditor": "auditor",
    "auditrice": "auditor",
    "auditeur": "auditor",
    "partner": "partner",
    "partenaire": "partner",
}
"""What may follow /as, folded, and the chair it means."""

GUIDE = """\
  /as witness · /as witness 2      tell (each number is another person)
  /as moderator · /as moderator 2  read and decide (/help there lists the commands)
  /as owner · /as auditor · /as partner
  /send-photo                      send a picture, which is refused kindly
  /edit NEW TEXT                   edit the last message
  /quit                            leave (so does Ctrl-D); drafts stay for their time"""

WIDTH = 84
"""Columns text is folded at: what a terminal of 80 to 100 shows without a ragged edge."""


class Terminal:
    """A channel whose addresses are chairs. `settled` is awaited before each new line of a play."""

    name = "terminal"
    can = Abilities(buttons=False, deletes=False, protects=False, longest=100_000)

    def __init__(
        self,
        *,
        start: int,
        language: str,
        reads: TextIO | None = None,
        writes: TextIO | None = None,
        guide: bool = True,
        received: Path | None = None,
    ) -> None:
        """`start`: a number larger than any update's of an earlier run, such as milliseconds since 1970.

        `received`: the folder where files sent to a chair are put; without one they are only named.
        """
        self._update = start
        self._language = language
        self._in = reads or sys.stdin
        self._out = writes or sys.stdout
        self._chair = Address(self.name, "witness")
        self._is_play = not self._in.isatty()
        self._guide = guide
        self._received = received

    # --- hearing --------------------------------------------------------------------------------------------

    async def listen(self, hear: Hear) -> None:
        """Hand over what is typed, until the end of the input. The next line is read once the last was
        handled."""
        if self._guide and not self._is_play:
            self._print(GUIDE + "\n")
        if not self._is_play:
            await hear(self._said("opened", ""))
        while True:
            line = await self._line()
            if line is None:
                break
            heard = self._heard(line)
            if heard is not None:
                await hear(heard)
        self._print("")

    def _heard(self, line: str) -> Heard | None:
        stripped = line.strip()
        command, _, rest = stripped.partition(" ")
        match command:
            case "/as":
                return self._sit(rest)
            case "/send-photo":
                return self._said("media", "")
            case "/edit":
                return self._said("edit", rest)
            case "":
                return None
        if self._is_play and stripped.startswith("#"):
            return None
        return self._said("text", line.replace("\\n", "\n"))

    def _sit(self, name: str) -> Heard | None:
        word, _, number = name.strip().partition(" ")
        chair = CHAIRS.get(_plain(word))
        if chair is None or (number and not number.isdigit()):
            self._print("The chairs:\n" + GUIDE)
            return None
        seat = chair if number in ("", "1") else f"{chair} {number}"
        self._chair = Address(self.name, seat)
        return self._said("opened", "")

    def _said(self, kind: str, text: str) -> Heard:
        self._update += 1
        assert kind in ("text", "edit", "media", "opened", "gone")  # noqa: S101 - a slip in this file, not input
        return Heard(self._chair, self._update, kind, text, self._language)  # type: ignore[arg-type] # checked above

    async def _line(self) -> str | None:
        if not self._is_play:
            self._out.write(f"\n{self._chair.chat} > ")
            self._out.flush()
        line: str = await asyncio.to_thread(self._in.readline)
        if not line or line.strip() == "/quit":
            return None
        line = line.rstrip("\n")
        if self._is_play and line.strip() and not line.startswith("#"):
            self._print(f"\n{self._chair.chat} > {line}")
        return line

    # --- showing --------------------------------------------------------------------------------------------

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        for screen in screens:
            self._show(who, screen)
        return ()

    def _show(self, who: Address, screen: Screen) -> None:
        head = "" if who == self._chair else f"[{who.chat}] "
        text = "\n".join((head + screen.text, *(f"→ {self._put(who, file)}" for file in screen.files)))
        if screen.row:
            text += "\n" + " · ".join(button.label for button in screen.row)
        lines = [line for paragraph in text.split("\n") for line in folded(paragraph)]
        self._print("\n" + "\n".join(f"  {line}".rstrip() for line in lines))

    def _put(self, who: Address, file: Attachment) -> str:
        """Put a file where this chair finds it; how it is called there."""
        if self._received is None:
            return file.name
        folder = self._received / who.chat.replace(" ", "-")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = folder / Path(file.name).name
        place.write_bytes(file.body)
        return str(place)

    async def forget(self, who: Address, messages: Sequence[int]) -> None:
        """A terminal keeps what it showed: what remains, and how to clear it, is said in words
        (clear-chat)."""

    def _print(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def folded(paragraph: str) -> list[str]:
    """A paragraph in lines of at most `WIDTH`; folded at plain spaces only, never at a non-breaking one."""
    lines = [""]
    for word in paragraph.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if len(joined) <= WIDTH or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
