"""Variables: values that every workflow reads as `$vars.key`. They are no secrets.

Flow: `/api/v1/variables` → **variables** → commands; vault view → **variables** → client.
"""

from collections.abc import Callable

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.changing import Changing, Conditions
from gateway.endpoints import Endpoint, Outcome
from schemas.errors import NotFoundError
from schemas.identifiers import digest_id, new_id
from schemas.vault import DeleteVariable, PutVariable, present_vault
from streams.stores.vault_view import VaultView

PATH = "/api/v1/variables"


class Variable(msgspec.Struct, rename="camel"):
    """A variable. Times are epoch ms."""

    id: str
    key: str
    value: str
    revision: int
    created_at: int
    updated_at: int


class VariableList(msgspec.Struct, rename="camel"):
    """Every variable, by key."""

    data: list[Variable]
    next_cursor: str | None = None


class VariableBody(BaseModel):
    """A variable's key and value."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(description="Letters, digits and underscores.")
    value: str = Field("", description="A text.")


class Variables:
    """The resource."""

    def __init__(self, view: Callable[[], VaultView], changing: Changing) -> None:
        self._view = view
        self._changing = changing

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, changes = f"{PATH}/{{variable}}", (404, 409, 412, 422, 504)
        return [
            Endpoint("GET", PATH, self.browse, "variables", {200: VariableList}),
            Endpoint("POST", PATH, self.create, "variables", {201: Variable}, (409, 422, 504)),
            Endpoint("GET", one, self.get, "variables", {200: Variable}, (404,)),
            Endpoint("PUT", one, self.update, "variables", {200: Variable}, changes),
            Endpoint("DELETE", one, self.delete, "variables", {204: None}, changes),
        ]

    async def browse(self) -> Outcome:
        """List variables by key."""
        return Outcome(
            VariableList([msgspec.convert(present_vault(each), Variable) for each in self._view().variables()])
        )

    async def get(self, variable: str) -> Outcome:
        """Read a variable."""
        found = self._view().variable(variable)
        if found is None:
            raise NotFoundError(f'no variable has the id "{variable}"', hint=f"GET {PATH} lists them")
        shown = msgspec.convert(present_vault(found), Variable)
        return Outcome(shown, headers={"ETag": f'"{found.revision}"'})

    async def create(self, body: VariableBody, headers: Conditions) -> Outcome:
        """Make a variable."""
        key = headers.idempotency_key
        name = digest_id("variable.create", key).replace("-", "") if key else new_id()
        answer = await self._changing.change(PutVariable(name, body.key, body.value, fresh=True), headers)
        made = msgspec.convert(answer.body, Variable)
        return Outcome(made, 201, {"ETag": f'"{made.revision}"', "Location": f"{PATH}/{name}"})

    async def update(self, variable: str, body: VariableBody, headers: Conditions) -> Outcome:
        """Change a variable; executions see the new value from their next node on."""
        change = PutVariable(variable, body.key, body.value, headers.revision)
        answer = await self._changing.change(change, headers)
        changed = msgspec.convert(answer.body, Variable)
        return Outcome(changed, headers={"ETag": f'"{changed.revision}"'})

    async def delete(self, variable: str, headers: Conditions) -> Outcome:
        """Forget a variable."""
        answer = await self._changing.change(DeleteVariable(variable, headers.revision), headers)
        return Outcome(None, 204, {"Millrace-Offset": f"0:{answer.offset}"})
