"""The sign of a commune on the screen of a telephone, drawn by Pillow.

A commune's logo on white; without one a house, a sun and a river on its colour.
"""

import io
import math

from PIL import Image, ImageDraw, UnidentifiedImageError

# Of the drawing: a square of 64, as `design` has it; drawn larger, then made smaller.
SQUARE = 64
FINER = 4
SUN, WALL, ROOF = "#f5b94a", "#fff8ec", "#e98a5f"
WHITE = "#ffffff"


class Shape:
    """How an icon is cut: pixels of its side, and the share of it that is safe.

    Android cuts a *maskable* icon to a circle of 80 % (W3C, Web App Manifest); iOS
    rounds the corners of what it gets, and shows what is transparent black.
    """

    def __init__(self, side: int, share: float, opaque: bool = True):
        self.side, self.share, self.opaque = side, share, opaque


SHAPES = {
    "192": Shape(192, 0.84),
    "512": Shape(512, 0.84),
    "maskable": Shape(512, 0.56),
    "apple": Shape(180, 0.76),
    # In the bar of Android, of which it takes the outline alone.
    "badge": Shape(96, 1.0, opaque=False),
}


def draw_icon(name: str, logo: bytes, colour: str) -> bytes:
    """Return a PNG.

    :param name: a key of `SHAPES`
    :param logo: a picture that Pillow reads, b"" if there is none
    :param colour: of the commune, as CSS has it: “#155e75”
    """
    shape = SHAPES[name]
    if not shape.opaque:
        image = _crest(shape, colour, outline=True)
    else:
        image = _of_logo(shape, logo) or _crest(shape, colour)
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def _of_logo(shape, logo):
    """Return the logo on white, None if it is no picture that can be read."""
    try:
        picture = Image.open(io.BytesIO(logo)).convert("RGBA") if logo else None
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    if not picture:
        return None
    picture = picture.crop(picture.getbbox() or (0, 0, *picture.size))
    room = round(shape.side * shape.share)
    factor = min(room / picture.width, room / picture.height)
    size = [max(1, round(length * factor)) for length in picture.size]
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", (shape.side, shape.side), WHITE)
    corner = [(shape.side - length) // 2 for length in size]
    ground.alpha_composite(picture, tuple(corner))
    return ground.convert("RGB")


def _crest(shape, colour, outline=False):
    """Return house, sun and river; as an outline they are white on nothing."""
    side = shape.side * FINER
    # The drawing itself leaves a sixth free on each side.
    scale = side / SQUARE * min(1.0, shape.share * 1.2)
    shift = (side - SQUARE * scale) / 2

    def at(*points):
        return [(shift + x * scale, shift + y * scale) for x, y in points]

    sun, wall, roof = (WHITE,) * 3 if outline else (SUN, WALL, ROOF)
    ground = (0, 0, 0, 0) if outline else colour
    image = Image.new("RGBA", (side, side), ground)
    pen = ImageDraw.Draw(image)
    pen.ellipse(at((37, 15), (49, 27)), fill=sun)
    pen.rectangle(at((16, 30), (48, 48)), fill=wall)
    pen.polygon(at((12, 31), (32, 15), (52, 31)), fill=roof)
    pen.rectangle(at((28, 38), (36, 48)), fill=ground)
    pen.ellipse(at((28, 34), (36, 42)), fill=ground)
    river = [
        (x / 10, 52 - 3.4 * math.sin((x / 10 - 10) / 43.5 * 3 * math.pi))
        for x in range(100, 536)
    ]
    width = round(3 * scale)
    pen.line(at(*river), fill=sun, width=width, joint="curve")
    for x, y in at(river[0], river[-1]):
        half = width / 2
        pen.ellipse([(x - half, y - half), (x + half, y + half)], fill=sun)
    image = image.resize((shape.side, shape.side), Image.Resampling.LANCZOS)
    return image if outline else image.convert("RGB")
