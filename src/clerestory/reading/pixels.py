"""Pictures as people see them: bytes of a picture file in, an upright 8-bit RGB image out.

Applies the EXIF orientation, flattens transparency on white and scales 16-bit and
floating values to 8 bits. Decodes only the formats named here (others of Pillow's, such
as EPS, start programs). Knows no segments. Errors are typed; sizes are checked on the
header, before any pixel is decoded.
"""

from __future__ import annotations

import contextlib
import io
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.errors import ClerestoryError, FileDenied, FileVanished, TooLarge, UnreadableFile

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

FORMATS = (
    "JPEG",
    "PNG",
    "WEBP",
    "TIFF",
    "GIF",
    "BMP",
    "DIB",
    "HEIF",
    "AVIF",
    "JPEG2000",
    "ICO",
    "PPM",
)
ORIENTATION_TAG = 0x0112
_WHITE_FROM = 240
# What Pillow's decoders raise on damaged files; anything else is a defect of ours and stays visible.
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    EOFError,
    RuntimeError,
    AssertionError,
    struct.error,
)


@contextlib.contextmanager
def typed_errors(where: str) -> Iterator[None]:
    """Turns what a decoder raises on a bad file into our errors."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata; reported where it is used
            yield
    except ClerestoryError:
        raise
    except FileNotFoundError as error:
        raise FileVanished("the file is gone", where=where, fix="Add it again.") from error
    except PermissionError as error:
        raise FileDenied("no permission to read", where=where) from error
    except UnidentifiedImageError as error:
        raise UnreadableFile(
            "no picture of a known format, or its beginning is damaged", where=where
        ) from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise TooLarge(f"too many pixels to decode ({error or 'out of memory'})", where=where) from error
    except DECODER_ERRORS as error:
        raise UnreadableFile(
            f"the picture is damaged or incomplete ({error})", where=where, fix="Open it and save it again."
        ) from error


def open_picture(file: Path | bytes, *, max_pixels: int, where: str) -> Image:
    """The picture with its header read and nothing decoded yet; use inside ``typed_errors``.

    Raises:
        UnreadableFile, TooLarge, FileVanished, FileDenied
    """
    from PIL import Image

    _know_heif()
    with typed_errors(where):
        image = Image.open(io.BytesIO(file) if isinstance(file, bytes) else file, formats=FORMATS)
    pixels = image.width * image.height
    if pixels > max_pixels:
        image.close()
        raise TooLarge(
            f"{image.width:,} x {image.height:,} pixels are over the limit of {max_pixels:,}",
            where=where,
            fix="Raise reading.max_pixels to read it.",
        )
    if pixels == 0:
        raise UnreadableFile("the picture has no pixels", where=where)
    return image


def load_picture(
    file: Path | bytes, *, max_pixels: int, where: str, longest_side: int = 0, frame: int = 0
) -> Image:
    """The picture (or its ``frame``, from 0) upright in RGB; shrunk to ``longest_side`` when given.

    Raises:
        UnreadableFile, TooLarge, FileVanished, FileDenied
    """
    with typed_errors(where), open_picture(file, max_pixels=max_pixels, where=where) as image:
        if frame:
            image.seek(frame)
        return upright(image, max_pixels=max_pixels, where=where, longest_side=longest_side)


def upright(image: Image, *, max_pixels: int, where: str, longest_side: int = 0) -> Image:
    """The opened picture's current frame, decoded; use inside ``typed_errors``."""
    if image.width * image.height > max_pixels:  # frames of a TIFF differ in size
        raise TooLarge(
            f"a page has {image.width:,} x {image.height:,} pixels, over the limit of {max_pixels:,}",
            where=where,
            fix="Raise reading.max_pixels to read it.",
        )
    turn = orientation(image)
    if longest_side and image.format in ("JPEG", "MPO"):
        # decodes at 1/2, 1/4 or 1/8 where that is still large enough: a quarter of the time
        image.draft(None, (longest_side, longest_side))
    image.load()
    seen = image
    if longest_side and image.mode in ("RGB", "L"):  # before the copies below: less memory
        seen = fitted(image, longest_side)
    seen = turned(rgb(seen), turn)
    if seen is image:
        seen = image.copy()  # the file behind it closes
    return fitted(seen, longest_side) if longest_side else seen


def fitted(image: Image, longest_side: int) -> Image:
    """The image, shrunk so that its longest side is at most ``longest_side`` pixels."""
    from PIL import Image as pil

    scale = longest_side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, pil.Resampling.LANCZOS, reducing_gap=2.0)


def orientation(image: Image) -> int:
    """EXIF orientation 1..8; 1 when there is none or its block is damaged."""
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def turned(image: Image, turn: int) -> Image:
    """The image as EXIF orientation ``turn`` means it to be seen."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[turn]) if turn in turns else image


def rgb(image: Image) -> Image:
    """8-bit RGB: transparency on white, or on black where all that can be seen is itself white;
    deeper values scaled to their own range."""
    from PIL import Image as pil

    if image.mode == "RGB":
        return image
    if image.mode.startswith(("I", "F")):
        return pil.fromarray(_scaled(image)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        shown = pil.alpha_composite(pil.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
        if _is_blank(shown) and not _is_clear(rgba):  # as signs for dark pages are
            return pil.alpha_composite(pil.new("RGBA", rgba.size, "black"), rgba).convert("RGB")
        return shown
    return image.convert("RGB")


def _is_blank(image: Image) -> bool:
    """Nothing on it is darker than paper by what an eye would see."""
    import numpy as np

    return int(np.asarray(image).min()) >= _WHITE_FROM


def _is_clear(rgba: Image) -> bool:
    """Nothing of it can be seen, or it lets nothing through: another backdrop shows no more."""
    import numpy as np

    alpha = np.asarray(rgba.getchannel("A"))
    return int(alpha.max()) == 0 or int(alpha.min()) == 255


def _scaled(image: Image) -> np.ndarray:
    import numpy as np

    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    low, high = float(values.min()), float(values.max())
    if low == high:  # one shade has no range of its own
        low, high = 0.0, 1.0 if image.mode.startswith("F") and 0 <= high <= 1 else max(high, 65_535.0)
    return np.clip((values - low) * (255.0 / (high - low)), 0, 255).astype(np.uint8)


def encoded(image: Image, *, quality: int = 80) -> bytes:
    """The image as JPEG, without any metadata."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def perceptual_hash(image: Image) -> str:
    """64 bits in hex that hardly change when a picture is scaled, recompressed or toned.

    Low frequencies of the discrete cosine transform of a 32 x 32 grey copy against their
    median (Zauner 2010, "Implementation and benchmarking of perceptual image hash
    functions", section 3.2.1). Two pictures look alike when few bits differ (about 10).
    """
    import numpy as np
    from PIL import Image as pil

    grey = np.asarray(image.convert("L").resize((32, 32), pil.Resampling.LANCZOS), dtype=np.float64)
    k, n = np.arange(8)[:, None], np.arange(32)[None, :]
    cosine = np.cos(np.pi * k * (2 * n + 1) / 64)  # (8, 32), DCT-II
    low = (cosine @ grey @ cosine.T).round(3)  # rounded so that flat pictures give a stable hash
    bits = (low > np.median(low.ravel()[1:])).ravel()
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def _know_heif() -> None:
    import pi_heif  # registers HEIC with Pillow; again is harmless

    pi_heif.register_heif_opener()
