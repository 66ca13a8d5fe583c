"""HTML: make it from a template or as a table, or extract values from it.

Flow: any node → **html** → any node.
"""

from html import escape
from typing import Any, Literal

from nodes.data.extraction import Extraction, ExtractionOptions, extracted
from nodes.sdk import Blobs, Example, Field, Item, Items, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform.field_types import absent, text
from schemas.errors import MillraceError

STYLES = {
    "table": "border-collapse:collapse;font-family:sans-serif",
    "th": "padding:6px 16px 6px 0;border-bottom:1px solid #ddd;text-align:left;color:#777",
    "td": "padding:6px 16px 6px 0;border-bottom:1px solid #ddd",
}


class HtmlOptions(ExtractionOptions):
    """Rarely needed choices; the second half is of tables."""

    capitalize: bool = Field(False, description="Begin the words of headers with capitals.")
    custom_styling: bool = Field(False, description="Leave the default style out.")
    caption: str = Field("", description="Caption.")
    table_attributes: str = Field("", description="Attributes of the table.")
    header_attributes: str = Field("", description="Attributes of each header cell.")
    row_attributes: str = Field("", description="Attributes of each row.")
    cell_attributes: str = Field("", description="Attributes of each cell.")


class Html(Extraction):
    """What to do."""

    operation: Literal["generateHtmlTemplate", "extractHtmlContent", "convertToHtmlTable"] = Field(
        "generateHtmlTemplate", description="What to do."
    )
    html: Any = Field("", description="The template; `{{ }}` holds expressions.", json_schema_extra={"template": True})
    options: HtmlOptions = HtmlOptions()


@node(
    "html",
    group="data",
    runs="compute",
    title="HTML",
    versions=(1, 1.1, 1.2),
    examples=[
        Example(
            title="fills a template",
            params={"html": "<h1>{{ $json.title }}</h1>"},
            given=[{"title": "News"}],
            then=[{"html": "<h1>News</h1>"}],
        ),
        Example(
            title="extracts",
            params={
                "operation": "extractHtmlContent",
                "extractionValues": {"values": [{"key": "text", "cssSelector": "p", "skipSelectors": "b"}]},
            },
            given=[{"data": "<p>Hello <b>loud</b> World</p>"}],
            then=[{"text": "Hello World"}],
        ),
        Example(
            title="makes a table",
            params={"operation": "convertToHtmlTable", "options": {"customStyling": True, "capitalize": True}},
            given=[{"first name": "Ada <3"}],
            then=[{
                "table": "<table><thead><tr><th>First Name</th></tr></thead>"
                "<tbody><tr><td>Ada &lt;3</td></tr></tbody></table>"
            }],
        ),
        Example(
            title="a selector must be CSS",
            params={
                "operation": "extractHtmlContent",
                "extractionValues": {"values": [{"key": "x", "cssSelector": "[["}]},
            },
            given=[{"data": "<p>"}],
            fails="is not a CSS selector",
        ),
    ],
)  # fmt: skip
async def html(parameters: Parameters[Html], items: Items, run: Run, blobs: Blobs) -> Items:
    """Work with HTML."""
    if not items:
        return []
    if parameters(0).operation == "convertToHtmlTable":
        table = _table(parameters(0).options, items)
        return [Item(json={"table": table}, paired=list(range(len(items))))]
    made: Items = []
    for index, item in enumerate(items):
        try:
            params = parameters(index)
            if params.operation == "extractHtmlContent":
                made += await extracted(params, params.options, item, blobs, (index, run.version))
            else:
                filled = "" if absent(params.html) else text(params.html)
                made.append(Item(json={"html": filled}, paired=index))
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _table(options: HtmlOptions, items: Items) -> str:
    names = list(dict.fromkeys(name for item in items for name in item.json))

    def tag(name: str, attributes: str) -> str:
        style = "" if options.custom_styling or name not in STYLES else f' style="{STYLES[name]}"'
        return f"<{name}{style}{' ' + attributes if attributes else ''}>"

    def row(cells: list[str], kind: str, attributes: str) -> str:
        whole = "".join(f"{tag(kind, attributes)}{cell}</{kind}>" for cell in cells)
        return f"{tag('tr', options.row_attributes)}{whole}</tr>"

    head = row([_header(name, options) for name in names], "th", options.header_attributes)
    body = [row([_cell(item.json.get(name)) for name in names], "td", options.cell_attributes) for item in items]
    caption = f"<caption>{escape(options.caption)}</caption>" if options.caption else ""
    start = tag("table", options.table_attributes)
    return f"{start}{caption}<thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"


def _header(name: str, options: HtmlOptions) -> str:
    shown = " ".join(part[:1].upper() + part[1:] for part in name.replace("_", " ").split(" "))
    return escape(shown if options.capitalize else name)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return f'<input type="checkbox" {"checked " if value else ""}disabled/>'
    return "" if absent(value) else escape(text(value))
