"""HTML extract: values out of HTML; now an operation of HTML.

Flow: any node → **htmlExtract** → any node.
"""

from nodes.data.extraction import Extraction, ExtractionOptions, extracted
from nodes.sdk import Blobs, Example, Field, Items, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from schemas.errors import MillraceError

OLD = 0  # as a version: before those of the HTML node


class HtmlExtractOptions(NodeParams):
    """Rarely needed choices."""

    trim_values: bool = Field(True, description="Cut spaces and line ends from both sides of a value.")


class HtmlExtract(Extraction):
    """Where the HTML is, and what to take of it."""

    options: HtmlExtractOptions = HtmlExtractOptions()


@node(
    "htmlExtract",
    group="data",
    runs="compute",
    title="HTML Extract",
    examples=[
        Example(
            title="takes texts and attributes",
            params={"extractionValues": {"values": [
                {"key": "title", "cssSelector": "h1"},
                {"key": "links", "cssSelector": "a", "returnValue": "attribute", "attribute": "href",
                 "returnArray": True},
            ]}},
            given=[{"data": "<h1>News</h1><a href='/a'>A</a><a href='/b'>B</a>"}],
            then=[{"title": "News", "links": ["/a", "/b"]}],
        ),
        Example(
            title="the field must be there",
            params={"dataPropertyName": "html"},
            given=[{"data": ""}],
            fails='the item has no field "html"',
        ),
    ],
)  # fmt: skip
async def html_extract(parameters: Parameters[HtmlExtract], items: Items, run: Run, blobs: Blobs) -> Items:
    """Extract values from HTML by CSS selectors."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            params = parameters(index)
            options = ExtractionOptions(trim_values=params.options.trim_values)
            made += await extracted(params, options, item, blobs, (index, OLD))
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made
