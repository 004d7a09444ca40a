"""Reading the languages from their folders, and saying what each lacks.

Every fault names its file and its line, and how to mend it. A broken line is never skipped: a sentence that
silently falls out of a language is one a person in distress does not get.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeVar

from fluent.syntax import FluentParser, ast
from fluent.syntax.stream import FluentParserStream

from bot.errors import WordsError
from bot.questionnaire import Choice, Gate, Question
from locales.words import Words

FALLBACK: Final = "fr"
"""The original language: every sentence exists in it."""

HERE: Final = Path(__file__).parent
FILES: Final = ("questions.ftl", "talk.ftl", "rights.ftl", "moderation.ftl", "digest.ftl")
"""What a language cannot do without."""

CRISIS: Final = "crisis.txt"
INSULTS: Final = "insults.txt"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


class Languages(Mapping[str, Words]):
    """The languages by tag. One that is not there is answered by its base language, then by French."""

    __slots__ = ("_found", "_words")

    def __init__(self, words: Mapping[str, Words]) -> None:
        self._words = dict(words)
        self._found: dict[str, Words] = dict(words)

    def __getitem__(self, language: str) -> Words:
        found = self._found.get(language)
        if found is not None:
            return found
        base = re.split("[-_]", language.lower(), maxsplit=1)[0]
        return self._words.get(base, self._words[FALLBACK])

    def __contains__(self, language: object) -> bool:
        return language in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def load(folder: Path | None = None) -> Languages:
    """Every language under `folder` (this package by default), French first.

    Raises `WordsError` naming file and line for a folder that cannot be read, a file that is missing or not
    UTF-8, a line that is not Fluent, or a key written twice.
    """
    folder = HERE if folder is None else folder
    return Languages({tag: _language(folder / tag) for tag in spoken(folder)})


def spoken(folder: Path | None = None) -> tuple[str, ...]:
    """The tags of the languages under `folder`, French first; their words are not read.

    Raises `WordsError` where French is missing.
    """
    folder = HERE if folder is None else folder
    tags = sorted(_language_folders(folder), key=lambda tag: (tag != FALLBACK, tag))
    if FALLBACK not in tags:
        raise WordsError(
            f"{folder}: there is no folder {FALLBACK!r}, the language all others fall back to.",
            hint=f"Restore {folder / FALLBACK} from the project.",
        )
    return tuple(tags)


def _language_folders(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir() if entry.is_dir() and LANGUAGE.fullmatch(entry.name)]
    except OSError as error:
        raise _unreadable(folder, error) from None


def _language(folder: Path) -> Words:
    try:
        files = sorted(folder.glob("*.ftl"))
    except OSError as error:
        raise _unreadable(folder, error) from None
    for name in FILES:
        if folder / name not in files:
            raise WordsError(
                f"{folder / name} is missing.",
                hint=f"Translate {name} from locales/{FALLBACK}; every key is needed.",
            )
    entries: dict[str, tuple[ast.Message | ast.Term, str]] = {}
    for file in files:
        for id, entry, line in _entries(file):
            if id in entries:
                raise WordsError(
                    f"{file}, line {line}: {id!r} is already in {entries[id][1]}.",
                    hint="Keep one of the two, or give one another name.",
                )
            entries[id] = (entry, f"{file}, line {line}")
    return Words(folder.name, entries)


class _Parser(FluentParser):
    """Fluent's own, which reads letter by letter: that was a sixth of the whole start. What most messages
    are, a sentence a line with at most arguments in it, is read at once; Fluent reads what else there is."""

    def get_message(self, ps: FluentParserStream) -> ast.Message:
        found = _PLAIN.match(ps.string, ps.index)
        if found is None or not (found["value"] or found["attributes"]):
            return super().get_message(ps)
        value = _pattern(found) if found["value"] else None
        attributes = [_attribute(each) for each in _ATTRIBUTE.finditer(ps.string, *found.span("attributes"))]
        ps.index = found.end()
        ps.reset_peek()
        return _spanned(ast.Message(_identifier(found), value, attributes), *found.span())

    def get_text_element(self, ps: FluentParserStream) -> ast.TextElement:
        start = ps.index
        found = _TEXT_END.search(ps.string, start)
        ps.index = found.start() if found else len(ps.string)
        ps.reset_peek()
        return _text_element(ps.string, start, ps.index)


_TEXT_END = re.compile(r"[{}\n]|\r\n")
_ID = r"[a-zA-Z][a-zA-Z0-9_-]*"
_ARGUMENT = re.compile(rf"\{{ ?\$(?P<id>{_ID}) ?\}}")
_LINE = rf"(?![ \r\n])(?:[^\r\n{{}}]|{_ARGUMENT.pattern.replace('?P<id>', '?:')})+(?<! )(?=\n|\Z)"
_ATTRIBUTE = re.compile(rf"\n +(?P<dot>\.)(?P<id>{_ID}) *= *(?P<value>{_LINE})")
_PLAIN = re.compile(
    rf"(?P<id>{_ID}) *=(?: *(?P<value>{_LINE})| *(?=\n))"
    rf"(?P<attributes>(?:\n +\.{_ID} *= *{_LINE})*)"
    # What stands further in, or begins with a brace or a dot, would go on with the message.
    r"(?=\n*\Z|\n+[^ \r\n{.])"
)
"""A message whose value and attributes have a line each."""

_Node = TypeVar("_Node", bound=ast.SyntaxNode)


def _spanned(node: _Node, start: int, end: int) -> _Node:
    node.add_span(start, end)
    return node


def _identifier(found: re.Match[str]) -> ast.Identifier:
    return _spanned(ast.Identifier(found["id"]), *found.span("id"))


def _attribute(found: re.Match[str]) -> ast.Attribute:
    return _spanned(ast.Attribute(_identifier(found), _pattern(found)), found.start("dot"), found.end())


def _pattern(found: re.Match[str]) -> ast.Pattern:
    """The value that was found: text, argument, text, …"""
    begin, end = found.span("value")
    elements: list[ast.TextElement | ast.Placeable] = []
    at = begin
    for argument in _ARGUMENT.finditer(found.string, begin, end):
        if argument.start() > at:
            elements.append(_text_element(found.string, at, argument.start()))
        named = _identifier(argument)
        reference = _spanned(ast.VariableReference(named), argument.start("id") - 1, argument.end("id"))
        elements.append(_spanned(ast.Placeable(reference), *argument.span()))
        at = argument.end()
    if at < end:
        elements.append(_text_element(found.string, at, end))
    return _spanned(ast.Pattern(elements), begin, end)


def _text_element(text: str, start: int, end: int) -> ast.TextElement:
    return _spanned(ast.TextElement(text[start:end]), start, end)


def _entries(file: Path) -> Iterator[tuple[str, ast.Message | ast.Term, int]]:
    text = _text(file)
    for entry in _Parser(with_spans=True).parse(text).body:
        start = entry.span.start if entry.span else 0
        if isinstance(entry, ast.Junk):
            raise _junk(file, text, entry)
        if isinstance(entry, ast.Message | ast.Term):
            _refuse_double_attributes(file, text, entry)
            if entry.comment is not None and entry.comment.span is not None:
                start = text.index(entry.id.name, entry.comment.span.end)
            yield ("-" if isinstance(entry, ast.Term) else "") + entry.id.name, entry, _line(text, start)


def _junk(file: Path, text: str, junk: ast.Junk) -> WordsError:
    at = junk.span.start if junk.span else 0
    said = "Expected a message"
    for note in junk.annotations:
        at, said = (note.span.start if note.span else at), note.message or said
        break
    return WordsError(
        f"{file}, line {_line(text, at)}: this is not Fluent. {said}.",
        hint="A message is `key = sentence`; its following lines and its `.attributes` are indented.",
    )


def _refuse_double_attributes(file: Path, text: str, entry: ast.Message | ast.Term) -> None:
    seen: set[str] = set()
    for attribute in entry.attributes:
        if attribute.id.name in seen:
            line = _line(text, attribute.span.start if attribute.span else 0)
            raise WordsError(
                f"{file}, line {line}: {entry.id.name} has two attributes .{attribute.id.name}.",
                hint="Keep one of the two, or give one another name.",
            )
        seen.add(attribute.id.name)


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise WordsError(
            f"{file}, line {raw.count(bytes([10]), 0, error.start) + 1}: this is not UTF-8.",
            hint="Save the file as UTF-8.",
        ) from None


def _unreadable(path: Path, error: OSError) -> WordsError:
    return WordsError(
        f"{path} cannot be read: {error.strerror}.",
        hint="Give the user who runs Seuil the right to read it, or restore it from the project.",
    )


def missing(questions: Iterable[Question], languages: Mapping[str, Words]) -> list[str]:
    """What each language lacks, each as a sentence; an empty list is a complete set.

    A key one language has and another has not, a question without its paragraph, an option without its label.
    """
    keys = {tag: languages[tag].keys() for tag in languages}
    everything: frozenset[str] = frozenset().union(*keys.values())
    needed = dict.fromkeys(key for question in questions for key in _needs(question))
    found: list[str] = []
    for tag, has in keys.items():
        found += [f"{tag}: no words for {key} in questions.ftl." for key in needed if key not in has]
        for key in sorted(everything - has - set(needed)):
            other = next(other for other, theirs in keys.items() if key in theirs)
            found.append(f"{tag}: no words for {key}, which {other} has ({languages[other].where(key)}).")
        french = languages[FALLBACK] if FALLBACK in languages else languages[tag]
        found += [
            f"{languages[tag].where(key)}: {key} asks for other arguments in {tag} than in {FALLBACK}."
            for key in sorted(has & french.keys())
            if languages[tag].arguments(key) != french.arguments(key)
        ]
    return found


def _needs(question: Question) -> Iterator[str]:
    yield question.words
    if question.about:
        yield f"{question.words}-who.{question.about}"
    if isinstance(question, Choice | Gate):
        for option in question.options:
            yield f"{question.words}.{option.code}"


def aliases(languages: Mapping[str, Words]) -> dict[str, str]:
    """Every typed word of every language to its action: {"aide": "help", "help": "help", …}.

    Words stand as written in the files; fold them and what a person types the same way before comparing.
    """
    return {
        word: key.removeprefix("alias-")
        for tag in languages
        for key in sorted(languages[tag].keys())
        if key.startswith("alias-")
        for word in languages[tag].listed(key)
    }


def crisis_phrases(folder: Path | None = None, *, about: str = "") -> tuple[str, ...]:
    """The lines of every language's crisis.txt, for `bot.crisis.Phrases`; "#" starts a comment line.

    `about`: only those between `#: about` and `#: end`, such as "despair", for which other lines come first.
    """
    folder = HERE if folder is None else folder
    found: dict[str, None] = {}
    for tag in sorted(_language_folders(folder)):
        part = ""
        for line in _text(folder / tag / CRISIS).splitlines():
            if line.startswith("#:"):
                part = line[2:].strip()
            elif line.strip() and not line.startswith("#") and (not about or part == about):
                found[line.strip()] = None
    return tuple(found)


def insult_phrases(folder: Path | None = None) -> tuple[str, ...]:
    """The lines of every language's insults.txt, for `bot.junk.Insults`; "#" starts a comment line."""
    folder = HERE if folder is None else folder
    files = [folder / tag / INSULTS for tag in sorted(_language_folders(folder))]
    lines = [line.strip() for file in files for line in _text(file).splitlines()]
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
