"""Parameters as a model: camelCase on the outside, snake_case inside, defaults as in n8n.

Flow: `parameters` of a workflow's node → expressions resolved → **NodeParams** → node function.
An unknown field is kept and reported, never an error.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from schemas.errors import ParameterError

__all__ = ["Field", "NodeParams", "validate"]


class NodeParams(BaseModel):
    """Base of every node type's parameters. Validation is lax: ``"5"`` is a number where one is wanted."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="allow",
        protected_namespaces=(),
        frozen=True,
        defer_build=True,  # at its first use: a start has use for few of them
    )

    def unknown(self) -> list[str]:
        """Name the fields that this node type does not know."""
        return sorted(self.model_extra or ())


P = TypeVar("P", bound=NodeParams)


def validate(model: type[P], raw: dict[str, Any]) -> P:
    """Make the model; raise ParameterError naming the field."""
    try:
        return model.model_validate(raw)
    except ValidationError as bad:
        first = bad.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ParameterError(f'parameter "{where}": {first["msg"].lower()}', field=where) from None
