"""Preferences: what is kept, what is refused.

Flow: client → `/api/v1/preferences` → catalog → **here**.
"""

import pytest

PATH = "/api/v1/preferences"
FIRST = {"colours": "system", "density": "comfortable", "language": "", "timeZone": ""}


async def test_what_is_changed_is_kept_and_the_rest_stays(house) -> None:
    assert await house.call("GET", PATH, 200) == FIRST

    await house.call("PATCH", PATH, 200, json={"colours": "dark", "timeZone": "Europe/Zurich"})
    changed = await house.call("PATCH", PATH, 200, json={"density": "compact", "language": "de-CH"})

    assert changed == {"colours": "dark", "density": "compact", "language": "de-CH", "timeZone": "Europe/Zurich"}
    assert await house.call("GET", PATH, 200) == changed


async def test_an_empty_choice_is_the_browsers_again(house) -> None:
    await house.call("PATCH", PATH, 200, json={"timeZone": "Europe/Zurich"})

    assert await house.call("PATCH", PATH, 200, json={"timeZone": ""}) == FIRST


WRONG = [
    pytest.param({"colours": "pink"}, id="colours"),
    pytest.param({"timeZone": "Mars/Olympus"}, id="zone"),
    pytest.param({"language": "../x"}, id="language"),
    pytest.param({"favourite": "x"}, id="something else"),
]


@pytest.mark.parametrize("body", WRONG)
async def test_what_is_no_preference_is_refused(house, body) -> None:
    refused = await house.call("PATCH", PATH, 422, json=body)

    assert next(iter(body)) in refused["field"]
