"""HTML: make it from a template or as a table, or extract values from it.

Flow: any node → **html** → any node.

What stays different from n8n:
- a table shows the characters `<`, `>` and `&` of its values, header and caption as such; n8n takes them as markup.
- a value that is not there leaves its place in a template empty; n8n writes `undefined`.
"""

from html import escape
from typing import Any, Literal

from nodes.data.extraction import Extraction, ExtractionOptions, extracted
from nodes.expressions.coercion import UNDEFINED, to_string
from nodes.sdk import Blobs, Example, Field, Item, Items, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform.field_types import absent, text
from schemas.errors import MillraceError

CHECKED, UNCHECKED = '<input type="checkbox" checked="checked"/>', '<input type="checkbox" />'
CELL = "margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee"
STYLES = {
    "table": "border-spacing:0; font-family:helvetica,arial,sans-serif",
    "thead": f"{CELL}; text-align:left; color:#888; font-weight:normal",
    "td": CELL,
}


class HtmlOptions(ExtractionOptions):
    """Rarely needed choices; the second half is of tables."""

    capitalize: bool = Field(False, description="Begin the words of headers with capitals.")
    custom_styling: bool = Field(False, description="Leave the default style out.")
    caption: str = Field("", description="Caption.")
    table_attributes: str = Field("", description="Attributes of the table.")
    header_attributes: str = Field("", description="Attributes of the header.")
    row_attributes: str = Field("", description="Attributes of each row below the header.")
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
            given=[{"first_name": "Ada <3"}],
            then=[{
                "table": "<table  ><thead  ><tr><th>First Name</th></tr></thead>"
                "<tbody><tr  ><td  >Ada &lt;3</td></tr></tbody></table>"
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
                filled = "" if absent(params.html) else _filled(params.html)
                made.append(Item(json={"html": filled}, paired=index))
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _filled(made: Any) -> str:
    return to_string(made) if isinstance(made, list) else text(made)


def _table(options: HtmlOptions, items: Items) -> str:
    names = list(dict.fromkeys(name for item in items for name in item.json))

    def tag(name: str, attributes: str) -> str:
        styled = name in STYLES and not options.custom_styling
        style = f"style='{STYLES[name]}'" if styled else ""
        return f"<{name} {style} {attributes}>"

    def row(item: Item) -> str:
        values = [_cell(item.json.get(name, UNDEFINED)) for name in names]
        cells = "".join(f"{tag('td', options.cell_attributes)}{value}</td>" for value in values)
        return f"{tag('tr', options.row_attributes)}{cells}</tr>"

    head = "".join(f"<th>{_header(name, options)}</th>" for name in names)
    caption = f"<caption>{_escaped(options.caption)}</caption>" if options.caption else ""
    return (
        f"{tag('table', options.table_attributes)}{caption}{tag('thead', options.header_attributes)}"
        f"<tr>{head}</tr></thead><tbody>{''.join(map(row, items))}</tbody></table>"
    )


def _header(name: str, options: HtmlOptions) -> str:
    shown = " ".join(part[:1].upper() + part[1:] for part in name.split("_"))
    return _escaped(shown if options.capitalize else name)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return CHECKED if value else UNCHECKED
    return _escaped(to_string(value))


def _escaped(source: str) -> str:
    return escape(source, quote=False)
