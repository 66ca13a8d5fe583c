"""Edit image: pictures cut, drawn on, put together and written in another format.

Flow: any node → **editImage** → any node.  Images beyond a number of pixels are refused before they are read.
"""

from typing import Literal

from nodes.files import binary, picture_steps, pictures
from nodes.files.picture_steps import Operation, Step
from nodes.sdk import Blobs, Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node

MOST_STEPS = 100
MOST_WORK = 10 * pictures.MOST_PIXELS
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


class OneStep(Step):
    """One of several steps."""

    operation: Operation


class Steps(NodeParams):
    """Several steps, as the editor keeps them."""

    operations: list[OneStep] = Field([], max_length=MOST_STEPS)


class ImageOptions(NodeParams):
    """What is made of the result."""

    destination_key: str = Field("", description="Binary part for the result; the one that was read, if not told.")
    file_name: str = Field("", description="Name of the file.")
    font: str = Field("", description="Kept for n8n: the built-in font is used.")
    format: Literal["", "bmp", "gif", "jpeg", "png", "tiff", "webp"] = Field("", description="Format to write.")
    quality: int = Field(100, ge=0, le=100, description="Quality of lossy formats, effort of others.")


class EditImage(Step):
    """What to do with which image."""

    operation: Operation | Literal["information", "multiStep"] = Field("border", description="What to do.")
    data_property_name: binary.PartName = Field("data", description="Binary part that holds the image.")
    operations: Steps = Field(Steps(), description="The steps of multiStep.")
    options: ImageOptions = ImageOptions()


@node(
    "editImage",
    group="files",
    title="Edit Image",
    runs="compute",
    versions=(1, 1.1),
    examples=[
        Example(
            title="changes a picture",
            params={"operation": "resize", "width": 4, "height": 4, "resizeOption": "ignoreAspectRatio"},
            given=[{"n": 1}],
            binary={"data": {"data": DOT, "mimeType": "image/png"}},
            then=[{"n": 1}],
        ),
        Example(
            title="what is no image fails",
            binary={"data": {"data": "aGVsbG8=", "mimeType": "image/png"}},
            fails="the data is not a valid image",
        ),
    ],
)
async def edit_image(parameters: Parameters[EditImage], items: Items, run: Run, blobs: Blobs) -> Items:
    """Edit images, or tell what is known of them."""

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        if params.operation == "information":
            data = await binary.read(item, params.data_property_name, blobs)
            known = await binary.aside(pictures.information, data)
            return [Item(json={**item.json, **known}, binary=item.binary, paired=index)]
        return [await _edited(params, item, index, run.version, blobs)]

    return await binary.each(items, run, one)


async def _edited(params: EditImage, item: Item, index: int, version: float, blobs: Blobs) -> Item:
    steps = _steps(params)
    new = bool(steps) and steps[0][0] == "create"
    part = {} if new else binary.part(item, params.data_property_name)
    data = None if new else await binary.content(part, blobs)
    names = {step.data_property_name_composite for operation, step in steps if operation == "composite"} - {""}
    overlays = {name: await binary.read(item, name, blobs) for name in names}
    image, format_ = await binary.aside(_worked, params, steps, data, overlays, version)
    source = "data" if isinstance(params.data_property_name, dict) else params.data_property_name
    name = params.options.file_name or _renamed(str(part.get("fileName") or ""), format_)
    made = binary.make(image, mime=pictures.MIME_TYPES[format_], name=name)
    parts = {**(item.binary or {}), params.options.destination_key or source: made}
    return Item(json=item.json, binary=parts, paired=index)


def _steps(params: EditImage) -> list[tuple[str, Step]]:
    if params.operation != "multiStep":
        return [(params.operation, params)]
    return [(step.operation, step) for step in params.operations.operations]


def _worked(
    params: EditImage, steps: list[tuple[str, Step]], data: bytes | None, overlays: dict[str, bytes], version: float
) -> tuple[bytes, str]:
    picture, format_ = (pictures.blank(1, 1, "#ffffff"), "png") if data is None else pictures.opened(data)
    work = 0
    for operation, step in steps:
        work += picture.width * picture.height
        if work > MOST_WORK:
            raise NodeError("so many steps on so large an image are too much work", hint="make it smaller first")
        overlay = overlays.get(step.data_property_name_composite)
        picture = picture_steps.applied(picture, operation, step, overlay, version)
    format_ = params.options.format or format_
    return pictures.written(picture, format_, params.options.quality), format_


def _renamed(name: str, format_: str) -> str:
    """Give the file's name the extension of its format, where it has another."""
    stem, dot, extension = name.rpartition(".")
    if not dot or extension.lower() in (format_, {"jpeg": "jpg", "tiff": "tif"}.get(format_)):
        return name
    return f"{stem}.{binary.extension(pictures.MIME_TYPES[format_])}"
