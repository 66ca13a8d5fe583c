"""Tests of images: every operation, by the pixels it makes, and images that are too large.

Flow: picture + parameters → editImage → **here**.
"""

import base64
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from nodes.files.compositing import OPERATORS
from nodes.files.edit_image import edit_image
from nodes.sdk import Item, Items
from nodes.sdk.harness import Harness, outputs
from schemas.errors import MillraceError, NodeError

RED, BLUE, BLACK, WHITE = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 255), (255, 255, 255, 255)


def picture(width: int = 20, height: int = 10, color: Any = RED, format_: str = "PNG") -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGBA" if format_ == "PNG" else "RGB", (width, height), color).save(out, format_)
    return {"data": base64.b64encode(out.getvalue()).decode(), "mimeType": "image/png", "fileName": "a.png"}


async def run(params: dict[str, Any], version: float = 1.1, **parts: Any) -> Items:
    item = Item(json={"n": 1}, binary={"data": picture(), **parts})
    return outputs(await Harness(edit_image).run(params, [[item]], version=version))[0]


def shown(items: Items, name: str = "data") -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode((items[0].binary or {})[name]["data"]))).convert("RGBA")


STEPS: list[Any] = [
    pytest.param({"operation": "border", "borderWidth": 1, "borderHeight": 2}, (22, 14), (0, 0), BLACK, id="border"),
    pytest.param({"operation": "create", "width": 3, "height": 4, "backgroundColor": "#0000ff"}, (3, 4), (0, 0), BLUE,
                 id="create"),
    pytest.param({"operation": "crop", "width": 5, "height": 5, "positionX": 15}, (5, 5), (0, 0), RED, id="crop"),
    pytest.param({"operation": "draw", "color": "#0000ff00", "startPositionX": 0, "startPositionY": 0,
                  "endPositionX": 5, "endPositionY": 5}, (20, 10), (2, 2), BLUE, id="draw a rectangle"),
    pytest.param({"operation": "draw", "color": "#0000ff", "primitive": "circle", "startPositionX": 10,
                  "startPositionY": 5, "endPositionX": 12, "endPositionY": 5}, (20, 10), (10, 5), BLUE, id="a circle"),
    pytest.param({"operation": "draw", "color": "#0000ff", "primitive": "line", "startPositionX": 0,
                  "startPositionY": 0, "endPositionX": 19, "endPositionY": 0}, (20, 10), (10, 0), BLUE, id="a line"),
    pytest.param({"operation": "resize", "width": 10, "height": 10, "resizeOption": "ignoreAspectRatio"}, (10, 10),
                 (5, 5), RED, id="resize"),
    pytest.param({"operation": "resize", "width": 10, "height": 5}, (10, 5), (0, 0), RED, id="to an area"),
    pytest.param({"operation": "resize", "width": 10, "height": 10, "resizeOption": "minimumArea"}, (20, 10), (0, 0),
                 RED, id="to cover"),
    pytest.param({"operation": "resize", "width": 50, "height": 200, "resizeOption": "percent"}, (10, 20), (0, 0), RED,
                 id="by percent"),
    pytest.param({"operation": "resize", "width": 10, "height": 10, "resizeOption": "onlyIfLarger"}, (10, 5), (0, 0),
                 RED, id="only if larger"),
    pytest.param({"operation": "resize", "width": 40, "height": 40, "resizeOption": "onlyIfSmaller"}, (40, 20), (0, 0),
                 RED, id="only if smaller"),
    pytest.param({"operation": "rotate", "rotate": 90}, (10, 20), (5, 5), RED, id="rotate"),
    pytest.param({"operation": "shear", "degreesX": 45}, (30, 10), (15, 5), RED, id="shear"),
    pytest.param({"operation": "transparent", "color": "#ff0000"}, (20, 10), (0, 0), (255, 0, 0, 0), id="transparent"),
    pytest.param({"operation": "blur"}, (20, 10), (10, 5), RED, id="blur"),
    pytest.param({"operation": "multiStep", "operations": {"operations": [
        {"operation": "create", "width": 5, "height": 5, "backgroundColor": "#0000ff"},
        {"operation": "border", "borderWidth": 1, "borderHeight": 1},
    ]}}, (7, 7), (3, 3), BLUE, id="several steps"),
]  # fmt: skip


@pytest.mark.parametrize(("params", "size", "at", "color"), STEPS)
async def test_steps(params: dict[str, Any], size: tuple[int, int], at: tuple[int, int], color: Any) -> None:
    made = await run(params)

    assert shown(made).size == size
    assert shown(made).getpixel(at) == color
    assert (made[0].json, made[0].paired) == ({"n": 1}, 0)


@pytest.mark.parametrize("version", [1, 1.1])
async def test_text_is_written(version: float) -> None:
    params = {"operation": "text", "text": "Hello my friend", "positionX": 0, "positionY": 10, "fontSize": 10}

    pixels = shown(await run(params, version, data=picture(100, 40, WHITE))).getcolors(maxcolors=5000) or []

    assert any(color != WHITE for _, color in pixels)


@pytest.mark.parametrize("operator", sorted(OPERATORS))
async def test_every_operator_lays_one_on_the_other(operator: str) -> None:
    params = {"operation": "composite", "dataPropertyNameComposite": "top", "operator": operator, "positionX": -2}

    made = shown(await run(params, top=picture(6, 6, (0, 0, 255, 128))))

    assert made.size == (20, 10)
    assert made.getpixel((10, 8)) == RED


@pytest.mark.parametrize(
    ("operator", "color"),
    [("Over", BLUE), ("Plus", (255, 0, 255, 255)), ("Multiply", BLACK), ("Difference", (255, 0, 255, 255)),
     ("CopyBlue", (255, 0, 255, 255)), ("Xor", (0, 0, 0, 0)), ("Minus", RED)],
)  # fmt: skip
async def test_operators(operator: str, color: Any) -> None:
    params = {"operation": "composite", "dataPropertyNameComposite": "top", "operator": operator}

    found = shown(await run(params, top=picture(20, 10, BLUE))).getpixel((0, 0))

    assert found == color or (isinstance(found, tuple) and found[3] == color[3] == 0)


@pytest.mark.parametrize("format_", ["bmp", "gif", "jpeg", "png", "tiff", "webp"])
async def test_formats(format_: str) -> None:
    params = {"operation": "blur", "options": {"format": format_, "destinationKey": "out", "quality": 80}}

    made = await run(params)

    part = (made[0].binary or {})["out"]
    assert part["mimeType"] == f"image/{format_}"
    assert part["fileName"] == f"a.{'jpg' if format_ == 'jpeg' else format_}"
    assert Image.open(io.BytesIO(base64.b64decode(part["data"]))).format == format_.upper()
    assert (made[0].binary or {})["data"] == picture()


async def test_information() -> None:
    made = await run({"operation": "information"})

    assert made[0].json["size"] == {"width": 20, "height": 10}
    assert made[0].json["format"] == "PNG"
    assert made[0].json["n"] == 1


def huge_png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("params", "data"),
    [
        pytest.param({"operation": "blur"}, huge_png(20_000, 20_000), id="an image that says it is huge"),
        pytest.param({"operation": "information"}, huge_png(2**31 - 1, 1), id="a long one"),
        pytest.param({"operation": "resize", "width": 100_000, "height": 100_000, "resizeOption": "percent"}, None,
                     id="made huge by resizing"),
        pytest.param({"operation": "border", "borderWidth": 10**9}, None, id="by its border"),
        pytest.param({"operation": "create", "width": 10**5, "height": 10**5}, None, id="by creating it"),
        pytest.param({"operation": "shear", "degreesX": 89.9999}, None, id="by shearing"),
    ],
)  # fmt: skip
async def test_huge_images_are_refused(params: dict[str, Any], data: bytes | None) -> None:
    given = {"data": {"data": base64.b64encode(data).decode(), "mimeType": "image/png"}} if data else {}

    with pytest.raises(NodeError, match="is too large"):
        await run(params, **given)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"operation": "border", "borderColor": "nope"}, "is not a color"),
        ({"operation": "composite"}, "name the binary part"),
        ({"operation": "composite", "dataPropertyNameComposite": "none"}, 'no binary data "none"'),
        ({"operation": "crop", "positionX": 500}, "outside of the picture"),
        ({"operation": "composite", "dataPropertyNameComposite": "data", "operator": "Magic"}, "unknown operator"),
    ],
)
async def test_what_makes_no_sense_fails(params: dict[str, Any], message: str) -> None:
    with pytest.raises(MillraceError, match=message):
        await run(params)


@pytest.mark.parametrize("data", [b"", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\x89PNG\r\n\x1a\nrubbish", b"<svg/>"])
async def test_what_is_no_image_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(NodeError, match="not a valid image"):
        await run({"operation": "blur"}, data={"data": base64.b64encode(data).decode(), "mimeType": "image/png"})
