"""Values: what JavaScript has and JSON has not, as Python classes.

Flow: literals, globals and calls make **values** → coercion and members read them.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final


class Undefined:
    """JavaScript's ``undefined``: there is one of it, and it is falsy."""

    def __bool__(self) -> bool:
        """Be falsy."""
        return False

    def __repr__(self) -> str:
        """Be named."""
        return "undefined"


UNDEFINED: Final = Undefined()


class JavaScriptError(Exception):
    """What JavaScript itself would throw (TypeError, RangeError…); the end of a template part swallows it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.text = message


class HostObject:
    """An object that is no plain dict or list; subclasses say what its members are."""

    callable = False
    kind = "Object"

    def member(self, key: str) -> Any:
        """Give a property's value; UNDEFINED where there is none."""
        return UNDEFINED

    def primitive(self, hint: str) -> Any:
        """Give the primitive for a hint (default, number, string)."""
        return f"[object {self.kind}]"

    def json(self) -> Any:
        """Give what JSON.stringify would see."""
        return {}

    def result(self) -> Any:
        """Give what an expression that ends with it gives."""
        return self.json()


class Function(HostObject):
    """A function value: ``call`` takes the list of arguments."""

    callable = True
    kind = "Function"
    __slots__ = ("call", "name")

    def __init__(self, call: Callable[[Sequence[Any]], Any], name: str = "") -> None:
        self.call = call
        self.name = name

    def member(self, key: str) -> Any:
        """Know its name."""
        return self.name if key == "name" else UNDEFINED

    def primitive(self, hint: str) -> Any:
        """Look like native code."""
        return f"function {self.name}() {{ [native code] }}"

    def json(self) -> Any:
        """Vanish."""
        return UNDEFINED


class Namespace(HostObject):
    """A global such as ``Math``: fixed members; ``construct`` serves ``new``, ``function`` a bare call."""

    __slots__ = ("callable", "construct", "function", "members", "name")

    def __init__(
        self,
        name: str,
        members: dict[str, Any],
        *,
        function: Callable[[Sequence[Any]], Any] | None = None,
        construct: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name
        self.members = members
        self.function = function
        self.construct = construct
        self.callable = function is not None

    def member(self, key: str) -> Any:
        """Give a member by name."""
        return self.members.get(key, UNDEFINED)

    def call(self, arguments: Sequence[Any]) -> Any:
        """Call it as a function."""
        if self.function is None:
            raise JavaScriptError("TypeError", f"{self.name} is not a function")
        return self.function(arguments)


class Lazy(HostObject):
    """An object whose members are computed when read, such as ``$input``."""

    __slots__ = ("members",)

    def __init__(self, members: dict[str, Callable[[], Any]]) -> None:
        self.members = members

    def member(self, key: str) -> Any:
        """Compute a member."""
        found = self.members.get(key)
        return UNDEFINED if found is None else found()

    def json(self) -> Any:
        """Show the members that are data."""
        return {key: value for key, get in self.members.items() if not isinstance(value := get(), Function)}


class ByName(HostObject):
    """An object with any member, computed from its name, such as ``$node``; ``whole`` gives what JSON shows of it."""

    __slots__ = ("get", "whole")

    def __init__(self, get: Callable[[str], Any], whole: Callable[[], Any] = dict) -> None:
        self.get = get
        self.whole = whole

    def member(self, key: str) -> Any:
        """Compute a member."""
        return self.get(key)

    def json(self) -> Any:
        """Show all members."""
        return self.whole()


class UniqueSet(HostObject):
    """A JavaScript Set, in order of insertion."""

    kind = "Set"
    __slots__ = ("values",)

    def __init__(self, values: list[Any]) -> None:
        seen: dict[Any, Any] = {}
        for value in values:
            seen.setdefault(_identity(value), value)
        self.values = seen

    def member(self, key: str) -> Any:
        """Know its size."""
        return len(self.values) if key == "size" else UNDEFINED

    def has(self, value: Any) -> bool:
        """Say whether the value is in it."""
        return _identity(value) in self.values


class Listing(HostObject):
    """What ``array.keys()`` and its like give: it only spreads."""

    kind = "Array Iterator"
    __slots__ = ("listed",)

    def __init__(self, listed: list[Any]) -> None:
        self.listed = listed


def _identity(value: Any) -> Any:
    if isinstance(value, str | bool) or value is None or value is UNDEFINED:
        return type(value), value
    if isinstance(value, int | float):
        return float, "NaN" if value != value else value
    return id, id(value)


class ScopedFunction(Function):
    """A global function that needs the scope (the time, the zone); the compiler supplies it."""

    __slots__ = ("scoped",)

    def __init__(self, scoped: Callable[[Any, Sequence[Any]], Any], name: str) -> None:
        super().__init__(lambda given: UNDEFINED, name)
        self.scoped = scoped
