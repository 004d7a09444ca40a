"""The fake for people: `python -m tests.botapi --port 8081 --token 5000000001:AA…`, then type as anybody.

    ana /start        Ana writes            ana !1   she presses the first button of the last one
    ana -blocks       blocks, unblocks      -faults  what it was refused, -calls  how often it called what

Never here: anything a test needs.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from . import TOKEN, FakeTelegram, Message, Person


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def shown(person: Person, message: Message) -> str:
    buttons = [f"    [{at}] {button.label}" for at, button in enumerate(message.buttons, 1)]
    return "\n".join([f"{person.first_name} ← {message.text}", *buttons])


async def follow(person: Person) -> None:
    """Print whatever the bot writes to this person, as it comes."""
    while True:
        for message in await person.hears(timeout=10**9):
            say(shown(person, message))


async def act(person: Person, told: str) -> None:
    match told[:1], told[1:]:
        case "!", number if number.isdigit() and 0 < int(number) <= len(person.chat.last().buttons):
            await person.presses(person.chat.last().buttons[int(number) - 1])
        case "-", "blocks":
            await person.blocks()
        case "-", "unblocks":
            await person.unblocks()
        case _:
            await person.says(told)


async def talk(fake: FakeTelegram) -> None:
    people: dict[str, Person] = {}
    followers = set[asyncio.Task[None]]()
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        name, _, told = line.strip().partition(" ")
        if name == "-faults":
            say("\n".join(map(repr, fake.faults)) or "none")
        elif name == "-calls":
            say(repr(dict(fake.calls)))
        elif told:
            if name not in people:
                people[name] = fake.person(first_name=name)
                followers.add(asyncio.create_task(follow(people[name])))
            try:
                await act(people[name], told)
            except (AssertionError, ValueError) as error:
                say(str(error))
        elif name:
            say("a name, then what is said: ana /start")
    for task in followers:
        task.cancel()


async def serve(port: int, token: str) -> None:
    async with FakeTelegram(token, port=port, allow_http_webhook=True) as fake:
        say(f"{fake.base} with the token {fake.token}")
        await talk(fake)


def main() -> None:
    options = argparse.ArgumentParser(description="A strict Bot API server to talk with a bot by hand.")
    options.add_argument("--port", type=int, default=8081)
    options.add_argument("--token", default=TOKEN)
    chosen = options.parse_args()
    asyncio.run(serve(chosen.port, chosen.token))


if __name__ == "__main__":
    main()
