"""Markdown: to HTML, and back.

Flow: any node → **markdown** → any node.  One item out per item in.

What stays different from n8n:

- With `completeHTMLDocument` the text within `<div markdown>` stands there as it is; n8n makes a document of that too.
- `___` as the text of an underlined heading stays so; n8n emphasises the middle one.
- The letters of mail addresses are always written as the same entities; n8n draws them at random.
- HTML that is not well-formed is read as browsers read it. A cell without text has a column of its own.
"""

from typing import Any, Literal

from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform import paths
from nodes.transform.field_types import absent, text
from nodes.transform.markdown_flavour import MarkdownFlavour
from nodes.transform.markdown_reading import read_markdown
from nodes.transform.markdown_writing import Escape, MarkdownStyle, write_markdown
from nodes.transform.replacing import once
from schemas.errors import UserError


class Pattern(NodeParams):
    """A text, and what to put in its first place; `$&` stands for the text."""

    pattern: str = ""
    replacement: str = ""


class OnePattern(NodeParams):
    """A pattern, as the editor keeps it."""

    value: Pattern | None = None


class Patterns(NodeParams):
    """Patterns, as the editor keeps them."""

    values: list[Pattern] = []


class MarkdownOptions(NodeParams):
    """Rarely needed choices: first those of Markdown that is written, then of Markdown that is read."""

    bullet_marker: str = Field("*", description="Mark of a list's items.")
    code_fence: str = Field("```", description="Mark of code blocks.")
    em_delimiter: str = Field("_", description="Mark of emphasis.")
    strong_delimiter: str = Field("**", description="Mark of strong emphasis.")
    global_escape: OnePattern = Field(OnePattern(), description="What to replace in each text instead of escaping.")
    line_start_escape: OnePattern = Field(OnePattern(), description="The same instead of what is escaped at starts.")
    ignore: str = Field("", description="Elements to leave out, with commas between; no blocks.")
    block_elements: str = Field("", description="Elements to treat as blocks, with commas between.")
    keep_data_images: bool = Field(False, description="Keep images whose data is in their address.")
    max_consecutive_newlines: int = Field(3, ge=1, description="Most line ends in a row.")
    use_link_reference_definitions: bool = Field(False, description="List links at the end.")
    code_block_style: Literal["fence", "indented"] = Field("fence", description="How code blocks are written.")
    text_replace: Patterns = Field(Patterns(), description="Replacements in the text.")
    open_links_in_new_window: bool = Field(False, description="Links open in a new window.")
    split_adjacent_blockquotes: bool = Field(False, description="An empty line divides quotes.")
    smart_indentation_fix: bool = Field(False, description="Take the first line's indentation off all.")
    disable_forced4_spaces_indented_sublists: bool = Field(
        False,
        alias="disableForced4SpacesIndentedSublists",
        description="Lists below lists need two spaces only.",
    )
    simplified_auto_link: bool = Field(False, description="Make links of addresses in the text.")
    exclude_trailing_punctuation_from_ur_ls: bool = Field(
        False, alias="excludeTrailingPunctuationFromURLs", description="Without the punctuation after them."
    )
    backslash_escapes_html_tags: bool = Field(
        False, alias="backslashEscapesHTMLTags", description="A backslash escapes an HTML tag."
    )
    complete_html_document: bool = Field(False, alias="completeHTMLDocument", description="Give a whole document.")
    customized_header_id: bool = Field(False, description="Take a heading's id from {braces}.")
    emoji: bool = Field(False, description="Read :smile: and others.")
    encode_emails: bool = Field(True, description="Hide mail addresses from robots.")
    gh_code_blocks: bool = Field(True, description="Read fenced code blocks.")
    gh_compatible_header_id: bool = Field(False, description="Make ids of headings as GitHub does.")
    gh_mentions: bool = Field(False, description="Make links of @names.")
    gh_mentions_link: str = Field("https://github.com/{u}", description="Where they lead.")
    tasklists: bool = Field(False, description="Read task lists.")
    header_level_start: int = Field(1, ge=1, le=6, description="Level of the highest headings.")
    require_space_before_heading_text: bool = Field(False, description="#This is no heading.")
    literal_mid_word_asterisks: bool = Field(False, description="Asterisks within words are no marks.")
    literal_mid_word_underscores: bool = Field(False, description="Underscores within words are no marks.")
    no_header_id: bool = Field(False, description="Give headings no ids.")
    parse_img_dimensions: bool = Field(False, description="Read the size of images.")
    prefix_header_id: str = Field("", description="Put this before ids.")
    raw_header_id: bool = Field(False, description="Only replace spaces in ids.")
    raw_prefix_header_id: bool = Field(False, description="Leave the prefix as it is.")
    simple_line_breaks: bool = Field(False, description="A line end is a line break.")
    strikethrough: bool = Field(False, description="Read ~~deleted~~.")
    tables: bool = Field(False, description="Read tables.")
    tables_header_id: bool = Field(False, description="Give table headers ids.")


class Markdown(NodeParams):
    """Which way, and what."""

    mode: Literal["htmlToMarkdown", "markdownToHtml"] = Field("htmlToMarkdown", description="Which way.")
    html: Any = Field("", description="The HTML.")
    markdown: Any = Field("", description="The Markdown.")
    destination_key: str = Field("data", description="Field for the result.")
    options: MarkdownOptions = MarkdownOptions()


@node(
    "markdown",
    group="transform",
    title="Markdown",
    runs="compute",
    examples=[
        Example(
            title="writes Markdown",
            params={
                "html": "<h1>News</h1><p>Read <b>this</b> at <a href='http://a.example/'>A</a>:</p><ul><li>x<li>y</ul>"
            },
            then=[{"data": "# News\n\nRead **this** at [A](http://a.example/):\n\n* x\n* y"}],
        ),
        Example(
            title="reads Markdown",
            params={"mode": "markdownToHtml", "markdown": "# The News\n\nRead *this*...", "destinationKey": "html"},
            then=[{"html": '<h1 id="thenews">The News</h1>\n<p>Read <em>this</em>…</p>'}],
        ),
        Example(
            title="replaces the first of each text",
            params={
                "html": "<p>1 a, 2 a</p>",
                "options": {"textReplace": {"values": [{"pattern": "a", "replacement": "($&)"}]}},
            },
            then=[{"data": "1 (a), 2 a"}],
        ),
        Example(
            title="knows its two ways",
            params={"mode": "markdownToPdf", "markdown": "x"},
            fails="mode",
        ),
    ],
)
async def markdown(parameters: Parameters[Markdown], items: Items, run: Run) -> Items:
    """Convert between Markdown and HTML."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            params = parameters(index)
            fields = dict(item.json)
            paths.put(fields, paths.keys(params.destination_key), _result(params))
            made.append(Item(json=fields, binary=item.binary, paired=index))
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _result(params: Markdown) -> str:
    value = params.html if params.mode == "htmlToMarkdown" else params.markdown
    source = "" if absent(value) else text(value)
    if params.mode == "markdownToHtml":
        return read_markdown(source, _flavour(params.options))
    return write_markdown(source, _style(params.options))


def _style(options: MarkdownOptions) -> MarkdownStyle:
    return MarkdownStyle(
        bullet=options.bullet_marker or "*", fence=options.code_fence or "```", em=options.em_delimiter or "_",
        strong=options.strong_delimiter or "**", fenced=options.code_block_style == "fence",
        references=options.use_link_reference_definitions, keep_data_images=options.keep_data_images,
        most_newlines=options.max_consecutive_newlines, ignored=_names(options.ignore),
        blocks=_names(options.block_elements), escape=_escape(options.global_escape.value),
        escape_start=_escape(options.line_start_escape.value),
        replace=tuple(once(one.pattern, one.replacement) for one in options.text_replace.values),
    )  # fmt: skip


def _names(source: str) -> frozenset[str]:
    return frozenset(name.lower() for name in paths.names(source))


def _escape(one: Pattern | None) -> Escape | None:
    return once(one.pattern, one.replacement) if one else None


def _flavour(options: MarkdownOptions) -> MarkdownFlavour:
    return MarkdownFlavour(
        new_window=options.open_links_in_new_window, auto_link=options.simplified_auto_link,
        trim_urls=options.exclude_trailing_punctuation_from_ur_ls, escape_tags=options.backslash_escapes_html_tags,
        document=options.complete_html_document, own_ids=options.customized_header_id, emoji=options.emoji,
        encode_mails=options.encode_emails, fences=options.gh_code_blocks, github_ids=options.gh_compatible_header_id,
        mentions=options.gh_mentions_link if options.gh_mentions else "", task_lists=options.tasklists,
        first_level=options.header_level_start, heading_space=options.require_space_before_heading_text,
        plain_stars=options.literal_mid_word_asterisks, plain_underscores=options.literal_mid_word_underscores,
        no_ids=options.no_header_id, image_sizes=options.parse_img_dimensions, id_prefix=options.prefix_header_id,
        raw_ids=options.raw_header_id, raw_prefix=options.raw_prefix_header_id, line_breaks=options.simple_line_breaks,
        strikethrough=options.strikethrough, tables=options.tables, table_ids=options.tables_header_id,
        split_quotes=options.split_adjacent_blockquotes, straight=options.smart_indentation_fix,
        short_sublists=options.disable_forced4_spaces_indented_sublists,
    )  # fmt: skip
