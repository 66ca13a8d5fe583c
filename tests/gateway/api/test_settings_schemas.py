"""Settings schemas: they say what the settings are, and forms of them can be made of nothing else.

Flow: `/api/v1/settings-schemas` → **here**.
"""

from schemas.flow import NodeFlow
from schemas.workflow import Settings

PATH = "/api/v1/settings-schemas"


async def test_every_setting_is_there_and_says_what_it_is(house) -> None:
    told = await house.call("GET", PATH, 200)

    for schema, model in ((told["workflow"], Settings), (told["nodeFlow"], NodeFlow)):
        assert set(schema["properties"]) == {field.alias or name for name, field in model.model_fields.items()}
        shown = {
            **schema["properties"],
            **{k: v for part in schema["$defs"].values() for k, v in part["properties"].items()},
        }
        assert [name for name, field in shown.items() if not {"description", "title", "x-label"} & field.keys()] == []


async def test_an_optional_part_names_what_it_needs(house) -> None:
    parts = (await house.call("GET", PATH, 200))["nodeFlow"]["$defs"]

    assert parts["Rate"]["required"] == ["limit"]
    assert parts["Rate"]["properties"]["limit"]["examples"] == [10]
