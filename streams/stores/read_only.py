"""Read-only SQL: which statements of people are let through to the history.

Flow: API, CLI → history → **read only** → engine (which refuses writes and settings once more by itself).
"""

import re

from schemas.errors import UserError

_READS = ("SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN")
_WRAPPED = ("SELECT", "WITH")
_TOKEN = re.compile(
    r"""
    (?P<gap>\s+|--[^\n]*|\#[ !][^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^'\\]|\\.|'')*')
    |(?P<name>`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*"|[^\W\d]\w*)
    |(?P<heredoc>\$\w*\$)
    |(?P<number>\d\w*)
    |(?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)

# Whatever reads or starts something outside the tables, as a table or as a scalar function.
_OUTSIDE = re.compile(
    r"""^(
    file|filecluster|url|urlcluster|s3\w*|gcs|oss\w*|cosn|hdfs\w*|azureblobstorage\w*|remote|remotesecure|cluster
    |clusterallreplicas|mysql|postgresql|mongodb|redis|sqlite|odbc|jdbc|hive|arrowflight|ytsaurus|executable|input
    |python|eval|bigquery|arrowstream|hascolumnintable|reversednsquery|iceberg\w*|deltalake\w*|hudi\w*|paimon\w*|dictionary|dict(get|has|isin)\w*|catboostevaluate|ytsaurus
    |sleep|sleepeachrow|addressto\w+|demangle|gethttp\w*|http\w*|icebergcluster|unity|glue|filesystem\w*|loop
    |generaterandomstructure|fuzzquery|fuzzjson|timeseries\w*|prometheus\w*|ai\w+|llm\w*|reinterpretaspython
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
_QUOTES = frozenset("'\"`“”‘’")


def checked(sql: str) -> tuple[str, bool]:
    """Give the statement without its end mark, and whether it may be wrapped in another SELECT.

    Raises UserError where it is no single reading statement, reaches outside or changes settings.
    """
    tokens = _tokens(sql)
    if not tokens:
        raise UserError("the query is empty")
    first = tokens[0].upper()
    if first not in _READS:
        raise _refusal(f'"{tokens[0]}" is no reading statement')
    for at, name in enumerate(tokens):
        _check(name, [*tokens[at + 1 : at + 3], "", ""])
    return _body(sql), first in _WRAPPED


def _check(name: str, after: list[str]) -> None:
    plain = _unquoted(name)
    if after[0] == "(" and _OUTSIDE.match(plain):
        raise _refusal(f'function "{plain}" reaches outside the history')
    word = name.upper()
    if word in ("OUTFILE", "INFILE") and after[0] == "''":
        raise _refusal("it writes or reads a file")
    if word == "SETTINGS" and after[1] == "=":
        raise _refusal("it changes settings")
    if word == "FORMAT" and after[0] and not after[1]:
        raise _refusal("it chooses a format")


def _tokens(sql: str) -> list[str]:
    found: list[str] = []
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup
        if kind == "gap":
            continue
        if kind == "heredoc":
            raise _refusal('"$" quoting is not allowed here')
        found.append("''" if kind == "text" else match.group())
    while found and found[-1] == ";":
        found.pop()
    if ";" in found:
        raise _refusal("it has more than one statement")
    if not _QUOTES.isdisjoint(found):
        raise _refusal("a quote is not closed")
    return found


def _body(sql: str) -> str:
    end = 0
    for match in _TOKEN.finditer(sql):
        if match.lastgroup != "gap" and match.group() != ";":
            end = match.end()
    return sql[:end]


def _unquoted(name: str) -> str:
    return name[1:-1] if name[:1] in ('"', "`") else name


def _refusal(reason: str) -> UserError:
    return UserError(
        f"query refused: {reason}", hint="one SELECT, WITH, SHOW, DESCRIBE or EXPLAIN over the tables of the history"
    )
