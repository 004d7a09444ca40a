"""Text as Telegram counts and marks it: UTF-16 lengths, entities found in what people type, HTML from bots.

Never here: messages and chats.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from .refusals import bad

Entity = dict[str, Any]

FOUND = (
    (
        "url",
        r"https?://[^\s<>]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|fr|eu|invalid|example)\b(?:/[^\s<>]*)?",
    ),
    ("email", r"[\w.+-]+@[\w-]+\.[\w.-]+\w"),
    ("bot_command", r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])"),
    ("mention", r"(?<![\w@])@[A-Za-z]\w{3,31}"),
    ("hashtag", r"(?<!\w)#\w*[^\W\d]\w*"),
    ("phone_number", r"(?<!\w)\+\d[\d \-]{7,15}\d(?!\w)"),
)
"""What Telegram marks in typed text without being asked, the first that matches a place wins."""

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "tg-spoiler": "spoiler", "blockquote": "blockquote", "a": "text_link",
}  # fmt: skip


def utf16(text: str) -> int:
    """Length in UTF-16 units: what Telegram counts, and where its entities begin."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def split(text: str, longest: int = 4096) -> list[str]:
    """What a client sends of a long text: pieces of at most so many UTF-16 units."""
    pieces, piece, units = [], "", 0
    for char in text:
        wide = 1 + (ord(char) > 0xFFFF)
        if units + wide > longest:
            pieces.append(piece)
            piece, units = "", 0
        piece, units = piece + char, units + wide
    return [*pieces, piece]


def found(text: str) -> list[Entity]:
    """Entities Telegram finds by itself."""
    entities: list[Entity] = []
    for kind, pattern in FOUND:
        for match in re.finditer(pattern, text):
            begin, length = utf16(text[: match.start()]), utf16(match[0])
            if all(begin + length <= e["offset"] or begin >= e["offset"] + e["length"] for e in entities):
                entities.append({"offset": begin, "length": length, "type": kind})
    return sorted(entities, key=lambda each: each["offset"])


def command(text: str, entities: list[Entity]) -> tuple[str, str] | None:
    """The command a text begins with, and the bot it names ("" where it names none)."""
    if entities and entities[0]["type"] == "bot_command" and entities[0]["offset"] == 0:
        name, _, bot = text[: entities[0]["length"]].partition("@")
        return name, bot
    return None


def parse(text: str, mode: str | None, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """The text and entities a bot's message has once its markup was read."""
    if mode is None:
        return text, sorted([*(entities or []), *found(text)], key=lambda e: e["offset"]) if text else []
    match mode.lower():
        case "html":
            return html(text)
        case "markdown" | "markdownv2":
            raise bad("Markdown is not simulated")
    raise bad("unsupported parse_mode")


def html(text: str) -> tuple[str, list[Entity]]:
    """Telegram's HTML: a closed list of tags, properly nested, everything else escaped."""
    plain, entities, opened = "", [], list[tuple[str, int, str]]()
    for piece in re.split(r"(<[^<>]*>)", text):
        tag = re.fullmatch(r"<(/?)([a-zA-Z][\w-]*)((?:\s[^<>]*)?)>", piece)
        if tag is None:
            if "<" in piece or ">" in piece:
                raise bad("can't parse entities: Unsupported start tag")
            plain += unescape(piece)
        elif (name := tag[2].lower()) not in TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{name}"')
        elif not tag[1]:
            link = re.search(r'href="([^"]*)"', tag[3])
            opened.append((name, utf16(plain), unescape(link[1]) if link else ""))
        elif not opened or opened[-1][0] != name:
            raise bad(f'can\'t parse entities: Unexpected end tag "{name}"')
        else:
            name, begin, url = opened.pop()
            entity: Entity = {"offset": begin, "length": utf16(plain) - begin, "type": TAGS[name]}
            if name == "a":
                entity["url"] = url
            if entity["length"]:
                entities.append(entity)
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return plain, sorted([*entities, *found(plain)], key=lambda each: each["offset"])
