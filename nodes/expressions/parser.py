"""Parser: tokens to a tree, for the expressions of JavaScript that the compiled tier knows.

Flow: lexer → **parser** → compiler.
Raises SyntaxFault where the text can be no JavaScript at all, NotCompiled where V8 must read it.
"""

from nodes.expressions.lexer import NotCompiled, SyntaxFault, Token, tokenize
from nodes.expressions.syntax import (
    Array,
    Arrow,
    Binary,
    Call,
    Chain,
    Conditional,
    Literal,
    Member,
    Name,
    New,
    Node,
    Object,
    Pattern,
    Regex,
    Spread,
    TemplateText,
    Unary,
)
from nodes.expressions.values import UNDEFINED

BINDING = {
    "??": 1, "||": 2, "&&": 3, "|": 4, "^": 5, "&": 6,
    "==": 7, "!=": 7, "===": 7, "!==": 7,
    "<": 8, ">": 8, "<=": 8, ">=": 8, "in": 8, "instanceof": 8,
    "<<": 9, ">>": 9, ">>>": 9, "+": 10, "-": 10, "*": 11, "/": 11, "%": 11, "**": 12,
}  # fmt: skip
CONSTANTS = {"true": True, "false": False, "null": None}
_STATEMENTS = """
    let const var if for while do switch try throw return function class import export async await yield delete void
    super this debugger with break continue enum
"""
_OTHERS = "in instanceof typeof new else case catch finally default extends"
_ASSIGNMENTS = "= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??= ++ --"
STATEMENTS = frozenset(_STATEMENTS.split())
RESERVED = STATEMENTS | frozenset(_OTHERS.split())
ASSIGNMENTS = frozenset(_ASSIGNMENTS.split())
DEEPEST = 200


def parse(text: str) -> Node:
    """Parse one expression; a trailing semicolon is allowed."""
    parser = Parser(tokenize(text))
    return parser.whole()


class Parser:
    """A recursive-descent reader over a list of tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._grouped: set[int] = set()

    def whole(self) -> Node:
        """Read the expression up to the end of the text."""
        node = self.expression()
        while self._take(";"):
            pass
        if self._next.kind != "end":
            raise self._unexpected()
        return node

    def expression(self) -> Node:
        """Read an expression without a comma operator."""
        node = self._assignment()
        if self._is(","):
            raise NotCompiled("a comma operator")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _is(self, mark: str, ahead: int = 0) -> bool:
        token = self._tokens[min(self._at + ahead, len(self._tokens) - 1)]
        return token.kind == "punctuator" and token.value == mark

    def _take(self, mark: str) -> bool:
        if self._is(mark):
            self._at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise self._unexpected()

    def _advance(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _unexpected(self) -> Exception:
        token = self._next
        if token.kind == "end":
            return SyntaxFault("unexpected end of the expression", token.at)
        if token.kind == "punctuator" and token.value in ASSIGNMENTS:
            return NotCompiled("an assignment")
        if token.kind == "template":
            return NotCompiled("a tagged template")
        if token.newline or (token.kind == "punctuator" and token.value in (";", "{", "#")):
            return NotCompiled("statements")
        if token.kind == "name" and token.value in STATEMENTS:
            return NotCompiled(f"{token.value!r}")
        return SyntaxFault(f"unexpected {token.value!r}" if token.kind != "regex" else "unexpected regex", token.at)

    def _assignment(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotCompiled("deep nesting")
        node = self._arrow() or self._conditional()
        if self._next.kind == "punctuator" and self._next.value in ASSIGNMENTS:
            raise NotCompiled("an assignment")
        self._depth -= 1
        return node

    def _arrow(self) -> Node | None:
        if self._next.kind == "name" and self._is("=>", 1) and self._next.value not in RESERVED:
            parameters = [Pattern(name=self._advance().value)]
        elif self._is("(") and self._closes_before_arrow():
            self._advance()
            parameters = self._patterns(")")
        else:
            return None
        self._expect("=>")
        return Arrow(parameters, self._body())

    def _body(self) -> Node:
        if not self._take("{"):
            return self._assignment()
        if not (self._next.kind == "name" and self._next.value == "return"):
            raise NotCompiled("a function with statements")
        self._advance()
        body = self.expression()
        self._take(";")
        if not self._take("}"):
            raise NotCompiled("a function with statements")
        return body

    def _closes_before_arrow(self) -> bool:
        depth = 0
        for at in range(self._at, len(self._tokens)):
            token = self._tokens[at]
            if token.kind != "punctuator":
                continue
            if token.value in "([{":
                depth += 1
            elif token.value in ")]}":
                depth -= 1
                if depth == 0:
                    after = self._tokens[at + 1] if at + 1 < len(self._tokens) else token
                    return after.kind == "punctuator" and after.value == "=>"
        return False

    def _patterns(self, close: str) -> list[Pattern]:
        patterns: list[Pattern] = []
        while not self._take(close):
            rest = self._take("...")
            pattern = self._pattern()
            patterns.append(
                Pattern(pattern.name, pattern.elements, pattern.properties, pattern.default, rest) if rest else pattern
            )
            if not self._is(close):
                self._expect(",")
        return patterns

    def _pattern(self) -> Pattern:
        pattern = self._target()
        if self._take("="):
            return Pattern(pattern.name, pattern.elements, pattern.properties, self._assignment())
        return pattern

    def _target(self) -> Pattern:
        if self._take("["):
            elements: list[Pattern | None] = []
            while not self._take("]"):
                if self._take(","):
                    elements.append(None)
                    continue
                if self._is("..."):
                    raise NotCompiled("a rest element in a pattern")
                elements.append(self._pattern())
                if not self._is("]"):
                    self._expect(",")
            return Pattern(elements=elements)
        if self._take("{"):
            return Pattern(properties=self._properties())
        if self._next.kind != "name" or self._next.value in RESERVED:
            raise self._unexpected()
        return Pattern(name=self._advance().value)

    def _properties(self) -> list[tuple[str, Pattern]]:
        properties: list[tuple[str, Pattern]] = []
        while not self._take("}"):
            token = self._advance()
            if token.kind not in ("name", "string"):
                raise NotCompiled("a computed or rest key in a pattern")
            if self._take(":"):
                properties.append((token.value, self._pattern()))
            else:
                default = self._assignment() if self._take("=") else None
                properties.append((token.value, Pattern(name=token.value, default=default)))
            if not self._is("}"):
                self._expect(",")
        return properties

    def _conditional(self) -> Node:
        test = self._binary(0)
        if not self._take("?"):
            return test
        then = self._assignment()
        self._expect(":")
        return Conditional(test, then, self._assignment())

    def _operator(self) -> str | None:
        token = self._next
        operator = token.value if token.kind == "punctuator" or token.value in ("in", "instanceof") else None
        return operator if isinstance(operator, str) and operator in BINDING and token.kind != "string" else None

    def _binary(self, least: int) -> Node:
        left = self._unary()
        while (operator := self._operator()) is not None and BINDING[operator] > least:
            self._advance()
            if operator == "**":
                if isinstance(left, Unary) and id(left) not in self._grouped:
                    raise NotCompiled("a sign before **")
                right = self._binary(BINDING["**"] - 1)
            else:
                right = self._binary(BINDING[operator])
            left = Binary(operator, left, right)
            self._no_mix(left)
        return left

    def _no_mix(self, node: Binary) -> None:
        mixed = {"??": ("||", "&&"), "||": ("??",), "&&": ("??",)}.get(node.operator, ())
        for side in (node.left, node.right):
            if isinstance(side, Binary) and side.operator in mixed and id(side) not in self._grouped:
                raise NotCompiled("?? beside || or &&")

    def _unary(self) -> Node:
        token = self._next
        if (token.kind == "punctuator" and token.value in ("!", "-", "+", "~")) or (
            token.value == "typeof" and token.kind == "name"
        ):
            self._advance()
            self._depth += 1
            if self._depth > DEEPEST:
                raise NotCompiled("deep nesting")
            node = Unary(token.value, self._unary())
            self._depth -= 1
            return node
        if token.kind == "punctuator" and token.value in ("++", "--"):
            raise NotCompiled("an assignment")
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        optional = False
        while True:
            if self._take("?."):
                optional = True
                if self._is("("):
                    node = Call(node, self._arguments(), True)
                elif self._take("["):
                    node = Member(node, self._until("]"), True)
                else:
                    node = Member(node, self._key(), True)
            elif self._take("."):
                node = Member(node, self._key())
            elif self._take("["):
                node = Member(node, self._until("]"))
            elif self._is("("):
                node = Call(node, self._arguments())
            elif self._next.kind == "template":
                raise NotCompiled("a tagged template")
            else:
                return Chain(node) if optional else node

    def _until(self, close: str) -> Node:
        node = self.expression()
        self._expect(close)
        return node

    def _key(self) -> Node:
        if self._next.kind != "name":
            raise self._unexpected()
        return Literal(self._advance().value)

    def _arguments(self) -> list[Node]:
        self._expect("(")
        return self._list(")")

    def _list(self, close: str) -> list[Node]:
        values: list[Node] = []
        while not self._take(close):
            if self._is(",") and close == "]":
                raise NotCompiled("a hole in an array")
            values.append(Spread(self._assignment()) if self._take("...") else self._assignment())
            if not self._is(close):
                self._expect(",")
        return values

    def _primary(self) -> Node:
        token = self._next
        if token.kind in ("number", "string"):
            return Literal(self._advance().value)
        if token.kind == "template":
            strings, sources = self._advance().value
            return TemplateText(strings, [Parser(tokenize(source)).whole() for source in sources])
        if token.kind == "regex":
            return Regex(*self._advance().value)
        if token.kind == "name":
            return self._named()
        if self._take("("):
            node = self._until(")")
            self._grouped.add(id(node))
            return node
        if self._take("["):
            return Array(self._list("]"))
        if self._take("{"):
            return self._object()
        raise self._unexpected()

    def _named(self) -> Node:
        name = self._advance().value
        if name in CONSTANTS:
            return Literal(CONSTANTS[name])
        if name == "undefined":
            return Literal(UNDEFINED)
        if name == "new":
            return self._new()
        if name in RESERVED:
            self._at -= 1
            raise NotCompiled(f"{name!r}") if name in STATEMENTS else self._unexpected()
        return Name(name)

    def _new(self) -> Node:
        if self._next.kind != "name" or self._next.value in RESERVED:
            raise NotCompiled("'new' of a computed class")
        callee: Node = Name(self._advance().value)
        while self._take("."):
            callee = Member(callee, self._key())
        return New(callee, self._arguments() if self._is("(") else [])

    def _object(self) -> Node:
        entries: list[tuple[Node | None, Node]] = []
        while not self._take("}"):
            entries.append(self._entry())
            if not self._is("}"):
                self._expect(",")
        return Object(entries)

    def _entry(self) -> tuple[Node | None, Node]:
        if self._take("..."):
            return None, self._assignment()
        if self._take("["):
            key = self._until("]")
            self._expect(":")
            return key, self._assignment()
        token = self._advance()
        if token.kind not in ("name", "string", "number"):
            self._at -= 1
            raise self._unexpected()
        if self._take(":"):
            return Literal(token.value), self._assignment()
        if token.kind != "name" or self._is("(") or not (self._is(",") or self._is("}")):
            raise NotCompiled("a method in an object")
        return Literal(token.value), Name(token.value)
