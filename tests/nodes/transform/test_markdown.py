"""Tests of Markdown in both directions."""

import pytest

from nodes.transform.markdown_flavour import MarkdownFlavour
from nodes.transform.markdown_reading import read_markdown
from nodes.transform.markdown_writing import MarkdownStyle, write_markdown

PLAIN = MarkdownStyle()


@pytest.mark.parametrize(
    ("source", "style", "found"),
    [
        pytest.param("<p>a <i>b</i> <s>c</s> <code>d`e</code></p>", PLAIN, "a _b_ ~~c~~ `` d`e ``", id="inline"),
        pytest.param("<p>2 * 3 [x]</p><p># no</p><p>1. no</p>", PLAIN, "2 \\* 3 \\[x\\]\n\n\\# no\n\n1\\. no",
                     id="escaped"),
        pytest.param("<ol start=3><li>a<ul><li>b</ul><li>c</ol>", PLAIN, "1. a  \n   * b\n2. c", id="lists"),
        pytest.param("<blockquote><p>a</p><p>b</p></blockquote>", PLAIN, "> a\n> \n> b", id="quote"),
        pytest.param("<pre><code class='language-py'>x\n</code></pre>", PLAIN, "```py\nx\n\n```", id="code"),
        pytest.param("<pre><code>x</code></pre>", MarkdownStyle(fenced=False), "    x", id="indented code"),
        pytest.param("<a href='http://a'>http://a</a>", PLAIN, "<http://a>", id="bare link"),
        pytest.param("<a href=u>t</a>", MarkdownStyle(references=True), "[t][1]\n\n[1]: u", id="references"),
        pytest.param("<img src='data:x' alt=a>b<img src=c alt=d>", PLAIN, "b![d](c)", id="images"),
        pytest.param("<table><tr><th>A<th>B</tr><tr><td>1|2<td>3</tr></table>", PLAIN,
                     "| A    | B |\n| ---- | - |\n| 1\\|2 | 3 |", id="table"),
        pytest.param("<u>x</u><p>y</p>", MarkdownStyle(ignored=frozenset({"u", "p"})), "y", id="ignored"),
        pytest.param("<p>a<br>b</p><hr>", PLAIN, "a  \nb\n\n---", id="breaks"),
        pytest.param("<a><b></b></a>" * 3 + "<p>" * 4000 + "x", PLAIN, "x", id="many paragraphs"),
        pytest.param("<div>" * 900 + "x", PLAIN, "x", id="deeper than any page"),
        pytest.param("<script>x</script>", PLAIN, "", id="script"),
    ],
)  # fmt: skip
def test_writes(source: str, style: MarkdownStyle, found: str) -> None:
    assert write_markdown(source, style) == found


@pytest.mark.parametrize(
    ("source", "flavour", "found"),
    [
        pytest.param("#a b\n\n# a b", {}, '<h1 id="ab">a b</h1>\n<h1 id="ab-1">a b</h1>', id="ids"),
        pytest.param("#a", {"heading_space": True}, "<p>#a</p>", id="space before a heading"),
        pytest.param("# A b!", {"github_ids": True, "first_level": 2}, '<h2 id="a-b">A b!</h2>', id="github ids"),
        pytest.param("# A {x}", {"own_ids": True}, '<h1 id="x">A</h1>', id="own ids"),
        pytest.param("# A", {"no_ids": True}, "<h1>A</h1>", id="no ids"),
        pytest.param("~~a~~", {"strikethrough": True}, "<p><del>a</del></p>", id="deleted"),
        pytest.param("a\nb", {"line_breaks": True}, "<p>a<br />\nb</p>", id="line breaks"),
        pytest.param("a_b_c", {"plain_underscores": True}, "<p>a_b_c</p>", id="underscores"),
        pytest.param("see www.a.de.", {"auto_link": True, "trim_urls": True},
                     '<p>see <a href="http://www.a.de">www.a.de</a>.</p>', id="links"),
        pytest.param("[a](b)", {"new_window": True},
                     '<p><a href="b" rel="noopener noreferrer" target="_blank">a</a></p>', id="new window"),
        pytest.param("@ada :tada:", {"mentions": "https://x/{u}", "emoji": True},
                     '<p><a href="https://x/ada">@ada</a> 🎉</p>', id="mentions"),
        pytest.param("```js\nx\n```", {}, '<pre><code class="js language-js">x\n</code></pre>', id="code"),
        pytest.param("|a|\n|--|\n|b|", {"tables": True},
                     "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>",
                     id="tables"),
    ],
)  # fmt: skip
def test_reads(source: str, flavour: dict[str, object], found: str) -> None:
    assert read_markdown(source, MarkdownFlavour(**flavour)) == found  # type: ignore[arg-type]


def test_task_lists_have_boxes() -> None:
    found = read_markdown("- [x] a\n- [ ] b", MarkdownFlavour(task_lists=True))

    assert found.count('type="checkbox"') == 2
    assert found.count(" checked>") == 1


def test_mail_addresses_are_hidden() -> None:
    assert "a@b.de" not in read_markdown("<a@b.de>", MarkdownFlavour())
    assert "a@b.de" in read_markdown("<a@b.de>", MarkdownFlavour(encode_mails=False))


@pytest.mark.parametrize(
    "source", ["[" * 40_000, "[a" * 20_000 + "]" * 20_000, "<!--\n" * 20_000, "<div>\n" * 20_000, "> " * 20_000]
)
def test_reads_what_never_ends(source: str) -> None:
    assert read_markdown(source, MarkdownFlavour())


def test_what_stands_aside_is_not_taken_from_the_text() -> None:
    assert read_markdown("a \ufdd00\ufdd2 `b`", MarkdownFlavour()) == "<p>a \ufffd0\ufffd <code>b</code></p>"
