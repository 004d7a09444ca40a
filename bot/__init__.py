"""The thinking: what is asked, what is kept, what is sealed, what may be told.

Everything here is a value or a function of values. Nothing here waits, reads a clock, opens a file or a
socket, or holds a sentence a person would read: those live in `handlers`, `storage` and `locales`, which
import this room and are never imported by it. `bot.__main__` is the front door and the one exception.
"""

VERSION = "0.1.0"
"""As in pyproject.toml (a test holds the two together): a clone that runs is not an installed package."""
