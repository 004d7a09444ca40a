"""The formats of a digest: what a partner reads. A new one is one file here and its line in `FORMATS`.

A format is a function of a frozen digest's bytes and of words, so it can tell nothing that was not frozen,
and tells it again to the byte. Never here: counting, choosing what may be told, sentences. A test holds every
format to the same counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.formats import chart, data, page, pdf, table, text
from bot.formats.rendered import File, Rendered, Says

__all__ = ["FORMATS", "File", "Format", "Rendered", "Says"]

Format = Callable[[bytes, Says], Rendered]

FORMATS: Mapping[str, Format] = {
    "text": text.render,
    "chart": chart.render,
    "page": page.render,
    "pdf": pdf.render,
    "csv": table.render,
    "json": data.render,
}
