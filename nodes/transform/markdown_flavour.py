"""Markdown flavour: what of Markdown is read, and how it is shown.

Flow: markdown → **markdown flavour** → markdown reading.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MarkdownFlavour:
    """What is read, and how it is shown."""

    new_window: bool = False
    auto_link: bool = False
    trim_urls: bool = False
    escape_tags: bool = False
    document: bool = False
    own_ids: bool = False
    emoji: bool = False
    encode_mails: bool = True
    fences: bool = True
    github_ids: bool = False
    mentions: str = ""
    task_lists: bool = False
    first_level: int = 1
    heading_space: bool = False
    plain_stars: bool = False
    plain_underscores: bool = False
    no_ids: bool = False
    image_sizes: bool = False
    id_prefix: str = ""
    raw_ids: bool = False
    raw_prefix: bool = False
    line_breaks: bool = False
    strikethrough: bool = False
    table_ids: bool = False
    tables: bool = False
    split_quotes: bool = False
    straight: bool = False
    short_sublists: bool = False
