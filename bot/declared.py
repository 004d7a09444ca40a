"""Classes whose values are declared once: what each is, what it usually is, how it is read and checked.

Here: the mechanism `bot.settings` stands on, and the few kinds of value that people write as text. Never
here: a setting, an environment, a file, a sentence. A value is never part of what is raised; whoever catches
a `Fault` tells its shape.

Every value is read in the order of the declaration, and each may look at those before it. So two that
contradict each other are told among all other faults, and all faults at once.

Why not pydantic, which did this: importing it cost more than everything else between a restart and the first
answer, for five kinds of value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, LiteralString, Self, TypeVar, dataclass_transform

from bot.secret import SecretStr

T = TypeVar("T")

Before = Mapping[str, Any]
"""The values that stand before one, by name. One that is at fault itself is missing."""


# --- what can be wrong --------------------------------------------------------------------------------------


class Told(ValueError):
    """A fault in its own words: what was expected, what was found, the way out. No part of a value."""

    def __init__(self, sentence: LiteralString) -> None:
        super().__init__(sentence)


class TooSmall(ValueError):
    """A number under the lowest one."""


class TooLarge(ValueError):
    """A number over the highest one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that is not as expected: whose, what was given (or is usual), and why not."""

    name: str
    given: object = field(repr=False)
    why: ValueError = field(repr=False)


class NotAsExpected(ValueError):
    """Values are not as expected; `faults` holds every one. Its text names them and repeats none."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(fault.name for fault in faults))
        self.faults = faults


# --- a declaration ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """A check that looks at what stands before. `when_usual`: also where nothing was given."""

    check: Callable[[Any, Before], Any]
    when_usual: bool = True


@dataclass(frozen=True, slots=True)
class Derived:
    """A usual value that follows from those before it."""

    make: Callable[[Before], Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """One value: how it is read, what is checked then, what it usually is, what to expect (for people)."""

    read: Callable[[object], Any]
    checks: tuple[Callable[[Any], Any] | Beside, ...]
    default: object
    expected: str
    shown: bool
    """Whether it stands in a repr."""

    def usual(self, before: Before) -> object:
        return self.default.make(before) if isinstance(self.default, Derived) else self.default

    def taken(self, given: object) -> Any:
        """What was given, read. Nothing may be said to be nothing where that is usual. Raises ValueError."""
        return None if given is None and self.default is None else self.read(given)

    def checked(self, value: Any, before: Before, *, given: bool) -> Any:
        """The value as it is kept. Raises ValueError."""
        for check in self.checks:
            if not isinstance(check, Beside):
                value = check(value)
            elif given or check.when_usual:
                value = check.check(value, before)
        return value


def declared(
    read: Callable[[object], T],
    *checks: Callable[[Any], Any] | Beside,
    default: T,
    expected: str,
    shown: bool = True,
) -> T:
    """Declares a value in the body of a `Frozen`. `checks` follow each other; each gives the value on, as it
    is or in a better form, or raises ValueError."""
    about: Any = Declared(read, checks, default, expected, shown)
    return about  # type: ignore[no-any-return]  # what stands there once it is read is a T


def derived(make: Callable[[Before], Any]) -> Any:
    """A default that follows from the values before it."""
    return Derived(make)


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Frozen:
    """Base of a class of declared values, which are given by name, read, checked, and never change.

    Raises NotAsExpected with every fault, TypeError for a name that is not declared.
    """

    _declared: ClassVar[Mapping[str, Declared]] = MappingProxyType({})

    def __init_subclass__(cls) -> None:
        own = {name: about for name, about in vars(cls).items() if isinstance(about, Declared)}
        cls._declared = MappingProxyType({**cls._declared, **own})

    def __init__(self, **given: object) -> None:
        self.__dict__.update(self._read({**self._elsewhere(), **given}, kept={}))

    @classmethod
    def declared(cls) -> Mapping[str, Declared]:
        """What can be given, by name, in order."""
        return cls._declared

    @classmethod
    def _elsewhere(cls) -> Mapping[str, object]:
        """What is given in another place than the call, which wins."""
        return {}

    def but(self, **given: object) -> Self:
        """The same with other values for these names, which are read and checked in their places."""
        kept = {name: value for name, value in vars(self).items() if name not in given}
        other = object.__new__(type(self))
        other.__dict__.update(self._read(given, kept))
        return other

    @classmethod
    def _read(cls, given: Mapping[str, object], kept: Mapping[str, object]) -> dict[str, object]:
        if strange := given.keys() - cls._declared.keys():
            raise TypeError(f"{cls.__name__} has no {', '.join(sorted(strange))}")
        values: dict[str, object] = {}
        faults = []
        for name, about in cls._declared.items():
            if name in kept:
                values[name] = kept[name]
                continue
            found = given[name] if name in given else about.usual(values)
            try:
                value = about.taken(found) if name in given else found
                values[name] = about.checked(value, values, given=name in given)
            except ValueError as why:
                faults.append(Fault(name, found, why))
        if faults:
            raise NotAsExpected(tuple(faults))
        return values

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"{name} does not change")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"{name} does not change")

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __repr__(self) -> str:
        shown = (f"{name}={vars(self)[name]!r}" for name, about in self._declared.items() if about.shown)
        return f"{type(self).__name__}({', '.join(shown)})"


# --- kinds of value, each from text as people write it, or from what it becomes -----------------------------


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise ValueError("not text")
    return given


@dataclass(frozen=True, slots=True)
class Text:
    """Text of at most `longest` characters that matches `pattern` whole, after `change`."""

    longest: int | None = None
    pattern: str | None = None
    change: Callable[[str], str] = str

    def __call__(self, given: object) -> str:
        text = self.change(_text(given))
        if self.longest is not None and len(text) > self.longest:
            raise ValueError("too long")
        if self.pattern is not None and not re.fullmatch(self.pattern, text):
            raise ValueError("another form")
        return text


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words, after `change`."""

    words: tuple[Any, ...]
    change: Callable[[str], str] = str

    def __call__(self, given: object) -> Any:
        word = self.change(_text(given))
        if word not in self.words:
            raise ValueError("another word")
        return word


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two limits, which are allowed themselves, in digits of ASCII."""

    low: int
    high: int

    def __call__(self, given: object) -> int:
        number = given if type(given) is int else self._of(_text(given))
        if number < self.low:
            raise TooSmall
        if number > self.high:
            raise TooLarge
        return number

    def _of(self, text: str) -> int:
        try:
            return int(text.encode("ascii"))
        except ValueError:  # also too many digits, and letters no one encodes: their words repeat the text
            raise ValueError("not a whole number") from None


_YES_NO = {
    **dict.fromkeys(("1", "on", "t", "true", "y", "yes"), True),
    **dict.fromkeys(("0", "off", "f", "false", "n", "no"), False),
}


def yes_no(given: object) -> bool:
    """true or false, or other words for them that configurations know."""
    if isinstance(given, bool):
        return given
    try:
        return _YES_NO[_text(given).lower()]
    except KeyError:
        raise ValueError("neither yes nor no") from None


def folder(given: object) -> Path:
    """A path, its ~ replaced."""
    if not isinstance(given, (str, os.PathLike)) or "\0" in str(given):
        raise ValueError("not a path")
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise ValueError("the home of nobody here") from None


def secret(given: object) -> SecretStr:
    return given if isinstance(given, SecretStr) else SecretStr(_text(given))
