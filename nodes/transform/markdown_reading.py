"""Markdown reading: Markdown as HTML, in the flavour that n8n reads.

Flow: markdown → **markdown reading** → markdown blocks.
"""

import re

from nodes.sdk import NodeError
from nodes.transform.markdown_blocks import Blocks
from nodes.transform.markdown_flavour import MarkdownFlavour

LARGEST = 4 * 1024 * 1024
DOCUMENT = '<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset="utf-8">\n</head>\n<body>\n{body}\n</body>\n</html>'


def read_markdown(source: str, flavour: MarkdownFlavour) -> str:
    """Give HTML."""
    if len(source) > LARGEST:
        raise NodeError(f"Markdown of more than {LARGEST // 1024 // 1024} MB is too large")
    if flavour.straight:
        lead = re.match(r"[ \t]*", source)
        source = re.sub(rf"^{lead[0]}" if lead else "", "", source, flags=re.MULTILINE)
    body = Blocks(flavour).document(source)
    return DOCUMENT.replace("{body}", body) if flavour.document and source else body
