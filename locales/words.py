"""One language's words, ready to be said.

A message without arguments is put together once, when its file is read, so that saying it is a dictionary
look-up and a broken reference is found at start-up. A message whose arguments are only put in place is joined
from its pieces; only messages that choose (plurals) go through Fluent, each time.

Never here: files (`locales.loading`), or a guess: a key that is not there is an error an operator can mend.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import babel
from fluent.syntax import ast

from bot.errors import WordsError
from bot.formats.rendered import HelpSource
from bot.questionnaire import Question
from locales.helplines import countries, help_lines

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
"""Languages in which arguments are wrapped in isolates (U+2068, U+2069), or numbers would change places."""

Argument = str | int
_Pieces = tuple[tuple[str, bool], ...]
"""(text, False) as it stands, (name, True) for the argument of that name."""

Bodies = Mapping[str, ast.Message | ast.Term]


class Words:
    """What one language says. Immutable once made; a key is `message` or `message.attribute`."""

    def __init__(self, language: str, entries: Mapping[str, tuple[ast.Message | ast.Term, str]]) -> None:
        """`entries` are Fluent messages by id (terms with their leading "-"), each with "file, line n"."""
        self.language = _babel_tag(language)
        self._isolates = language.partition("-")[0] in RIGHT_TO_LEFT
        bodies = {id: entry for id, (entry, _) in entries.items()}
        self._bodies: Bodies = bodies
        self._where: dict[str, str] = {}
        self._fixed: dict[str, str] = {}
        self._pieces: dict[str, _Pieces] = {}
        self._chosen: dict[str, tuple[str, str]] = {}
        self._options: dict[tuple[str, str], str] = {}
        self._asked: dict[str, str] = {}
        self._arguments: dict[str, frozenset[str]] = {}
        for id, (entry, where) in entries.items():
            if isinstance(entry, ast.Message):
                self._learn(id, entry, where, bodies)

    def __repr__(self) -> str:
        return f"Words({self.language!r}, {len(self._where)} keys)"

    def _learn(self, id: str, message: ast.Message, where: str, bodies: Bodies) -> None:
        patterns = [("", message.value)] if message.value is not None else []
        patterns += [(attribute.id.name, attribute.value) for attribute in message.attributes]
        for attribute, pattern in patterns:
            key = f"{id}.{attribute}" if attribute else id
            self._where[key] = where
            self._chosen[key] = (id, attribute)
            pieces = _pieces(pattern, bodies)
            if pieces is None:
                self._arguments[key] = frozenset(_arguments(pattern, bodies))
            else:
                self._arguments[key] = frozenset(text for text, is_argument in pieces if is_argument)
            if not self._arguments[key]:
                said = "".join(text for text, _ in pieces) if pieces else self._through_fluent(key, {})
                self._fixed[key] = self._options[id, attribute] = said
            elif pieces is not None and not self._isolates:
                self._pieces[key] = pieces

    @cached_property
    def _bundle(self) -> FluentBundle:
        """Fluent itself, for the few messages that choose: it brings the rules of every language along, which
        would be a tenth of a start."""
        from fluent.runtime import FluentBundle  # noqa: PLC0415 - see above

        bundle = FluentBundle([self.language], use_isolating=self._isolates)
        bundle.add_resource(ast.Resource(list(self._bodies.values())))
        return bundle

    def say(self, key: str, **args: Argument) -> str:
        """The sentence under `key`. Arguments a message does not use are ignored.

        Raises `WordsError` for an unknown key or a missing argument, never holding an argument's value.
        """
        fixed = self._fixed.get(key)
        if fixed is not None:
            return fixed
        pieces = self._pieces.get(key)
        if pieces is None:
            return self._through_fluent(key, args)
        try:
            return "".join([str(args[text]) if is_argument else text for text, is_argument in pieces])
        except KeyError as absent:
            raise self._unsaid(key, f"the argument {absent} was not given") from None

    def _through_fluent(self, key: str, args: Mapping[str, Argument]) -> str:
        try:
            id, attribute = self._chosen[key]
        except KeyError:
            raise WordsError(
                f"{self.language}: nothing is called {key!r}.",
                hint=f"Add `{key.partition('.')[0]} = …` to a .ftl file of locales/{self.language}.",
            ) from None
        message = self._bundle.get_message(id)
        pattern = message.attributes[attribute] if attribute else message.value
        assert pattern is not None  # noqa: S101 - only keys with a pattern are learnt
        said, errors = self._bundle.format_pattern(pattern, dict(args))
        if errors:
            kinds = ", ".join(sorted({type(error).__name__ for error in errors}))
            raise self._unsaid(key, f"a reference or an argument is missing ({kinds})")
        return str(said)

    def _unsaid(self, key: str, reason: str) -> WordsError:
        return WordsError(
            f"{self._where[key]}: {key!r} cannot be said: {reason}.",
            hint="Compare the { … } of this message with the same message in locales/fr.",
        )

    def question(self, words: str, **args: Argument) -> str:
        """The paragraph of a question, by `Question.words`."""
        return self.say(words, **args)

    def option(self, words: str, code: str) -> str:
        """The label of one option: attribute `code` of message `words`."""
        label = self._options.get((words, code))
        return self.say(f"{words}.{code}") if label is None else label

    def asked(self, question: Question) -> str:
        """A question as it is asked. A repeated one says whom it is about, by its `-who` message."""
        if not question.about:
            return self.say(question.words)
        said = self._asked.get(question.id)
        if said is None:
            who = self.say(f"{question.words}-who.{question.about}")
            said = self._asked[question.id] = self.say(question.words, who=who)
        return said

    def help_sources(self) -> tuple[HelpSource, ...]:
        """The help lines of the first country, for readers of a digest, each with its source."""
        return tuple(
            HelpSource(
                line.number,
                line.text("who", self.language),
                line.text("hours", self.language),
                line.text("cost", self.language),
                line.source,
                line.source_date,
            )
            for line in help_lines(countries()[0])
        )

    def has(self, key: str) -> bool:
        return key in self._where

    def keys(self) -> frozenset[str]:
        """Every key, attributes as `message.attribute`."""
        return frozenset(self._where)

    def arguments(self, key: str) -> frozenset[str]:
        """The arguments a message asks for: the same in every language, or one of them is misspelt."""
        return self._arguments[key]

    def where(self, key: str) -> str:
        """The file and line of a key, for a person who mends it."""
        return self._where[key]

    def listed(self, key: str) -> tuple[str, ...]:
        """A message that is a list of words separated by commas, such as `alias-help`."""
        return tuple(word for word in (part.strip() for part in self.say(key).split(",")) if word)


def _babel_tag(language: str) -> str:
    """`language`, if its plural rules are known."""
    try:
        babel.Locale.parse(language.replace("-", "_"))
    except (ValueError, babel.UnknownLocaleError):
        raise WordsError(
            f"locales/{language}: {language!r} is not a language tag that Unicode CLDR knows.",
            hint='Name the folder by its language tag, such as "fr", "pt" or "pt-BR".',
        ) from None
    return language


def _arguments(node: object, bodies: Bodies, followed: frozenset[str] = frozenset()) -> set[str]:
    """The arguments a pattern asks for, itself or through the messages it refers to."""
    match node:
        case ast.VariableReference(id=ast.Identifier(name=name)):
            return {name}
        case ast.MessageReference(id=ast.Identifier(name=name)) if name in bodies and name not in followed:
            return _arguments(bodies[name], bodies, followed | {name})
        case list():
            return {name for child in node for name in _arguments(child, bodies, followed)}
        case ast.BaseNode():
            children = [child for field, child in vars(node).items() if field != "span"]
            return _arguments(children, bodies, followed)
    return set()


def _pieces(pattern: ast.Pattern, bodies: Bodies, within: frozenset[str] = frozenset()) -> _Pieces | None:
    """A pattern as pieces to join, other messages' in their place; None if it does more than that, or refers
    to what is not there, or to itself: Fluent then says what."""
    pieces: list[tuple[str, bool]] = []
    for element in pattern.elements:
        if isinstance(element, ast.TextElement):
            pieces.append((element.value, False))
        elif isinstance(element.expression, ast.VariableReference):
            pieces.append((element.expression.id.name, True))
        elif isinstance(element.expression, ast.StringLiteral):
            pieces.append((str(element.expression.parse()["value"]), False))
        elif isinstance(element.expression, ast.MessageReference):
            name, other = element.expression.id.name, _referred(element.expression, bodies)
            more = None if other is None or name in within else _pieces(other, bodies, within | {name})
            if more is None:
                return None
            pieces += more
        else:
            return None
    return tuple(pieces)


def _referred(reference: ast.MessageReference, bodies: Bodies) -> ast.Pattern | None:
    """What a reference stands for; None where there is no such thing."""
    message = bodies.get(reference.id.name)
    if not isinstance(message, ast.Message):
        return None
    if reference.attribute is None:
        return message.value
    name = reference.attribute.name
    return next((each.value for each in message.attributes if each.id.name == name), None)
