"""Pictures: bytes of an image opened within bounds, and written again.

Flow: bytes → **pictures** → Pillow image → picture steps → **pictures** → bytes.
"""

import io
import re
from typing import Any

from PIL import Image, ImageColor

from nodes.files import binary
from nodes.sdk import NodeError

Color = tuple[int, int, int, int]
Picture = Image.Image
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 30_000
FORMATS = {"bmp": "BMP", "gif": "GIF", "jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WEBP"}
MIME_TYPES = {name: f"image/{name}" for name in FORMATS}
NAMES = {
    "BMP": "Microsoft Windows bitmap image",
    "GIF": "CompuServe graphics interchange format",
    "JPEG": "Joint Photographic Experts Group JFIF format",
    "PNG": "Portable Network Graphics",
    "TIFF": "Tagged Image File Format",
    "WEBP": "WebP Image Format",
}


def opened(data: bytes) -> tuple[Picture, str]:
    """Open an image (of an animation the first frame) as RGBA; give it and the name of its format."""
    with binary.refusing("image"):
        image = _lazy(data)
        return image.convert("RGBA"), str(image.format).lower()


def written(image: Picture, format_: str, quality: int = 100) -> bytes:
    """Write an image; what has no transparency gets a white ground."""
    if format_ not in FORMATS:
        raise NodeError(f'"{format_}" is not a format that images are written in', field="options.format")
    if format_ in ("jpeg", "bmp"):
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, image).convert("RGB")
    options: dict[str, Any] = {"quality": max(quality, 1)} if format_ in ("jpeg", "webp") else {}
    if format_ == "png":
        options = {"compress_level": min(max(quality // 10, 0), 9)}
    out = io.BytesIO()
    with binary.refusing("image"):
        image.save(out, FORMATS[format_], **options)
    return out.getvalue()


def information(data: bytes) -> dict[str, Any]:
    """Tell what is known of an image without changing it."""
    with binary.refusing("image"):
        image = _lazy(data)
        format_, (width, height) = str(image.format), image.size
        bits = 1 if image.mode == "1" else 16 if image.mode.startswith("I;16") else 8
        made: dict[str, Any] = {
            "format": format_,
            "Format": f"{format_} ({NAMES.get(format_, format_)})",
            "size": {"width": width, "height": height},
            "Geometry": f"{width}x{height}",
            "Class": "PseudoClass" if image.mode in ("1", "P", "L") else "DirectClass",
            "Type": _kind(image.mode),
            "depth": bits,
            "Depth": f"{bits} bits-per-pixel component",
            "Filesize": binary.size(len(data)),
            "Frames": getattr(image, "n_frames", 1),
        }
        if found := image.info.get("dpi"):
            made["Resolution"] = f"{float(found[0]):g}x{float(found[1]):g} pixels/inch"
        return made


def blank(width: int, height: int, ground: str) -> Picture:
    """Make an image of one color."""
    check(width, height)
    return Image.new("RGBA", (width, height), color(ground))


def color(given: str) -> Color:
    """Read a color: a name, `#rgb`, `#rrggbb`, or `#rrggbbtt` where tt says how transparent it is."""
    plain = given.strip().lower()
    try:
        if re.fullmatch(r"#[0-9a-f]{8}", plain):
            red, green, blue, clear = bytes.fromhex(plain[1:])
            return red, green, blue, 255 - clear
        found = ImageColor.getcolor(plain, "RGBA")
    except ValueError:
        raise NodeError(f'"{given}" is not a color', hint="write it as #ff0000") from None
    return found  # type: ignore[return-value]  # of four parts, by its mode


def check(width: float, height: float) -> None:
    """Raise NodeError for a size that is none, or too large."""
    if width < 1 or height < 1:
        raise NodeError("an image has at least one pixel each way")
    if width > LONGEST_SIDE or height > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise NodeError(
            f"an image of {width:g} by {height:g} pixels is too large",
            hint=f"at most {MOST_PIXELS // 1_000_000} million pixels",
        )


def _lazy(data: bytes) -> Picture:
    try:
        image = Image.open(io.BytesIO(data), formats=tuple(FORMATS.values()))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NodeError("the image is too large", hint=f"at most {MOST_PIXELS // 1_000_000} million pixels") from None
    check(*image.size)
    return image


def _kind(mode: str) -> str:
    match mode:
        case "1":
            return "bilevel"
        case "L" | "I;16":
            return "grayscale"
        case "P":
            return "palette"
        case "RGBA" | "LA" | "PA":
            return "true color with transparency"
        case "CMYK":
            return "color separated"
    return "true color"
