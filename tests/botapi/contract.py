"""What the Bot API takes: each method's fields, their types and limits, read from two descriptions.

The first is aiogram's models (always there), the second Telegram's own manual in machine-readable form, which
lies beside the clone or not at all. Both become the same `Contract`, and one walk checks against either.

Never here: the limits by number (limits.py), what a call does.

Why our own walk over aiogram's models, and not pydantic alone: they let unknown fields and "5" for 5 pass.
"""

from __future__ import annotations

import inspect
import json
import re
import types as python_types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import aiogram.methods
import aiogram.types
from pydantic import BaseModel

from .limits import Limit, limit_of, told_limit

BESIDE = Path(__file__).parents[3] / "shared" / "peers" / "telegram" / "bot-api.json"
"""Where the machine-readable manual is, on machines that have it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One shape a value may have: a scalar by name, an array of kinds, an object by name, or constants."""

    name: str
    of: tuple[Kind, ...] = ()
    values: frozenset[Any] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """A field: any of these kinds, within this limit."""

    kinds: tuple[Kind, ...]
    required: bool
    limit: Limit | None = None

    def takes(self, *names: str) -> bool:
        return any(kind.name in names for kind in self.kinds)


Slots = Mapping[str, Slot]
SCALARS: dict[str, tuple[type, ...]] = {
    "Integer": (int,), "Float": (int, float), "String": (str,), "Boolean": (bool,), "Dict": (dict,),
}  # fmt: skip


class Upload(typing.NamedTuple):
    """A file part of a multipart body."""

    filename: str
    mime: str
    content: bytes


@dataclass(slots=True)
class Contract:
    """Methods and objects by name. `faults` says what is wrong with a call or an object, in field names."""

    methods: dict[str, Slots] = field(default_factory=dict)
    objects: dict[str, Slots] = field(default_factory=dict)

    def faults(self, slots: Slots, given: Mapping[str, Any], where: str) -> Iterator[str]:
        for name in given.keys() - slots.keys():
            yield f'field "{name}" is not known in {where}'
        for name, slot in slots.items():
            if name not in given:
                if slot.required:
                    yield f'field "{name}" of {where} is missing'
                continue
            wrong = self.wrong(slot.kinds, given[name], f"{where}.{name}")
            yield from wrong
            measured_later = "parse_mode" in given and slot.limit is not None and slot.limit.parsed
            if not wrong and slot.limit and not measured_later:
                yield from slot.limit.faults(given[name], f"{where}.{name}")

    def wrong(self, kinds: tuple[Kind, ...], value: Any, where: str) -> list[str]:
        """Faults of the kind that fits best; none where one fits."""
        tried = [self.unlike(kind, value, where) for kind in kinds]
        return min(tried, key=len, default=[f"{where} takes nothing"])

    def unlike(self, kind: Kind, value: Any, where: str) -> list[str]:
        match kind.name:
            case "Any":
                return []
            case "File":
                fits = isinstance(value, Upload)
            case "Constant":
                fits = isinstance(value, str | bool | int) and value in kind.values
            case "Array":
                if isinstance(value, list):
                    return [fault for each in value for fault in self.wrong(kind.of, each, f"{where}[]")]
                fits = False
            case name if name in SCALARS:
                fits = isinstance(value, SCALARS[name]) and (name == "Boolean" or not isinstance(value, bool))
            case name:
                if isinstance(value, dict):
                    return list(self.faults(self.objects[name], value, name))
                fits = False
        # a wrong shape weighs more than a wrong field: unions then name the fault of the shape that was meant
        return [] if fits else [f"{where} has the wrong type"] * 9


# --- aiogram's models ---------------------------------------------------------------------------------------


def kinds_of(annotation: Any, objects: dict[str, type[BaseModel]]) -> Iterator[Kind]:
    """Kinds of one annotation; None and aiogram's own conveniences are no kinds."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, python_types.UnionType):
        for each in inner:
            yield from kinds_of(each, objects)
    elif origin is typing.Annotated:
        yield from kinds_of(inner[0], objects)
    elif origin is typing.Literal:
        yield Kind(
            "Constant", values=frozenset(each.value if isinstance(each, Enum) else each for each in inner)
        )
    elif origin is list:
        yield Kind("Array", tuple(kinds_of(inner[0], objects)))
    elif origin is dict or annotation is dict:
        yield Kind("Dict")
    elif annotation is aiogram.types.InputFile:
        yield Kind("File")
    elif inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        objects[annotation.__name__] = annotation
        yield Kind(annotation.__name__)
    elif annotation in (int, datetime):
        yield Kind("Integer")
    elif annotation in (str, bool, float):
        yield Kind({str: "String", bool: "Boolean", float: "Float"}[annotation])
    elif not inspect.isclass(annotation):  # a recursive union by name: rich text, which nobody here reads
        yield Kind("Any")


def optional(annotation: Any) -> bool:
    return type(None) in typing.get_args(annotation) or annotation is Any


def model_slots(model: type[BaseModel], owner: str, objects: dict[str, type[BaseModel]]) -> Slots:
    slots = {}
    for own_name, info in model.model_fields.items():
        name = info.alias or own_name
        extra = info.json_schema_extra
        if isinstance(extra, dict) and extra.get("deprecated"):
            continue
        slots[name] = Slot(
            tuple(kinds_of(info.annotation, objects)), not optional(info.annotation), limit_of(owner, name)
        )
    return slots


@cache
def models() -> dict[str, type[BaseModel]]:
    """aiogram's method models by the name of the method."""
    found = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    return {
        model.__api_method__: model
        for model in found
        if isinstance(getattr(model, "__api_method__", None), str)
    }


@cache
def by_models() -> Contract:
    """The Bot API as aiogram's models tell it, less what it marks as gone from the API."""
    contract, objects = Contract(), dict[str, type[BaseModel]]()
    for name, model in models().items():
        contract.methods[name] = model_slots(model, name, objects)
    for name in ("Update", "User", "ChatFullInfo", "WebhookInfo", "BotName", "BotDescription"):
        objects[name] = getattr(aiogram.types, name)
    while more := objects.keys() - contract.objects.keys():
        for name in more:
            contract.objects[name] = model_slots(objects[name], name, objects)
    return contract


# --- the manual, where it is --------------------------------------------------------------------------------


@cache
def by_manual() -> Contract | None:
    """The Bot API as Telegram's manual tells it, or None on a machine without it."""
    if not BESIDE.exists():
        return None
    told = json.loads(BESIDE.read_text("utf-8"))
    contract = Contract()
    for name, method in told["methods"].items():
        contract.methods[name] = told_slots(method.get("fields") or [], told["types"])
    for name, each in told["types"].items():
        contract.objects[name] = told_slots(each.get("fields") or [], told["types"])
    return contract


def told_slots(fields: list[dict[str, Any]], types: dict[str, Any]) -> Slots:
    return {
        each["name"]: Slot(
            tuple(kind for name in each["types"] for kind in told_kinds(name, each["description"], types)),
            each["required"],
            told_limit(each["types"], each["description"]),
        )
        for each in fields
    }


def told_kinds(name: str, description: str, types: dict[str, Any]) -> Iterator[Kind]:
    if name.startswith("Array of "):
        yield Kind("Array", tuple(told_kinds(name.removeprefix("Array of "), "", types)))
    elif name == "InputFile":
        yield Kind("File")
    elif name == "RichText":
        yield Kind("Any")
    elif name == "String" and (only := re.search(r'(?:must be|always) ["“]?(\w+)["”]?\.?$', description)):
        yield Kind("Constant", values=frozenset({only[1]}))
    elif name in types:
        subtypes = types[name].get("subtypes") or []
        for each in subtypes:
            yield from told_kinds(each, "", types)
        if not subtypes:
            yield Kind(name)
    else:
        yield Kind({"True": "Boolean"}.get(name, name))
