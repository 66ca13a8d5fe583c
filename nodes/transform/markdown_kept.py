"""Markdown kept: finished HTML that stands aside, so that later rules do not read it as Markdown.

Flow: markdown blocks, markdown spans → **markdown kept** → HTML.
"""

import re

# characters that no text may hold stand for what is kept: a block, something within a line, and the end of its number
_BLOCK, _SPAN, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_ANY = re.compile(rf"[{_BLOCK}{_SPAN}](\d+){_END}")
_WHOLE = re.compile(rf"\s*{_BLOCK}\d+{_END}\s*")
_JOIN = re.compile(rf"\n*({_BLOCK}\d+{_END})\n*")


class Kept:
    """Finished texts by number."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def cleaned(self, source: str) -> str:
        """Take out of a source what would pass for something kept."""
        return re.sub(f"[{_BLOCK}{_SPAN}{_END}]", "\ufffd", source)

    def block(self, html: str) -> str:
        """Keep a block; give what stands for it."""
        self._texts.append(html.strip("\n"))
        return f"\n\n{_BLOCK}{len(self._texts) - 1}{_END}\n\n"

    def span(self, html: str) -> str:
        """Keep something within a line."""
        self._texts.append(html)
        return f"{_SPAN}{len(self._texts) - 1}{_END}"

    def is_block(self, text: str) -> bool:
        """Say whether a text is one kept block."""
        return _WHOLE.fullmatch(text) is not None

    def joined(self, text: str) -> str:
        """Take away the empty lines around blocks."""
        return _JOIN.sub(r"\1", text)

    def restored(self, text: str) -> str:
        """Put everything back."""
        while _ANY.search(text):
            text = _ANY.sub(lambda found: self._texts[int(found[1])], text)
        return text
