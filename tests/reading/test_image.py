"""Picture files: seen upright, described by their own metadata, refused with a typed error when bad."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pi_heif
import pytest
from PIL import Image, ImageDraw

from clerestory.errors import TooLarge, UnreadableFile
from clerestory.reading import image, pixels
from clerestory.reading.photodata import photo_metadata
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import WHOLE, PageBox, Region

SETTINGS = ReadingSettings()


def source_of(path: Path) -> Source:
    return Source(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def scene(width: int = 320, height: int = 200) -> Image.Image:
    """A picture with a dark top left corner and a smooth ramp."""
    across = np.linspace(60, 255, width)[None, :].repeat(height, axis=0)
    picture = Image.fromarray(across.astype(np.uint8)).convert("RGB")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 4, height // 4), fill=(10, 10, 10))
    return picture


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        (".jpg", "image/jpeg"),
        (".png", "image/png"),
        (".webp", "image/webp"),
        (".tif", "image/tiff"),
        (".gif", "image/gif"),
        (".bmp", "image/bmp"),
        (".avif", "image/avif"),
    ],
)
def test_each_format_becomes_one_picture_with_a_request(tmp_path, suffix, media_type):
    path = tmp_path / f"harbour{suffix}"
    scene().save(path)
    reading = image.read(source_of(path), SETTINGS, media_type)
    (segment,) = reading.segments
    assert (segment.kind, segment.text, segment.locator) == ("picture", "", Region(WHOLE))
    assert segment.context == ("harbour",)
    assert (segment.attributes["width"], segment.attributes["height"]) == ("320", "200")
    assert len(segment.attributes["phash"]) == 16
    (thumbnail,) = reading.objects
    assert thumbnail.role == "thumbnail" and segment.objects == (thumbnail.digest,)
    (request,) = reading.ocr_requests
    assert request.locator == segment.locator and 0 < request.priority < 1


def test_heic_is_read(tmp_path):
    # the wheel decodes only, so the smallest possible file is checked for a typed refusal
    path = tmp_path / "phone.heic"
    path.write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + b"\x00" * 40)
    assert pi_heif.is_supported(str(path))
    with pytest.raises(UnreadableFile):
        image.read(source_of(path), SETTINGS, "image/heic")


@pytest.mark.parametrize("turn", range(1, 9))
def test_boxes_are_of_the_picture_as_it_is_seen(tmp_path, turn):
    seen = scene()
    back = {5: 5, 6: 8, 7: 7, 8: 6}.get(turn, turn)  # the inverse of a turn
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[pixels.ORIENTATION_TAG] = turn
    pixels.turned(seen, back).save(path, exif=exif, quality=95)
    upright = pixels.load_picture(path, max_pixels=10**6, where="turned.jpg", longest_side=320)
    assert upright.size == seen.size
    assert np.abs(np.asarray(upright, dtype=int) - np.asarray(seen, dtype=int)).mean() < 3
    reading = image.read(source_of(path), SETTINGS, "image/jpeg")
    assert reading.segments[0].attributes["width"] == "320"


def test_metadata_of_a_photograph(tmp_path):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS 6D"
    exif[0x010E] = "Boats at low tide"
    exif[0x013B], exif[0x8298] = "A. Writer", "CC BY 4.0"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    exif.get_ifd(0x8769)[0x9011] = "+02:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "S", (33.0, 30.0, 36.0), "E", (151.0, 12.0, 0.0)
    path = tmp_path / "IMG_1.jpg"
    scene().save(path, exif=exif)
    reading = image.read(source_of(path), SETTINGS, "image/jpeg")
    facts = reading.metadata
    assert facts["camera"] == "Canon EOS 6D"
    assert facts["taken"] == "2024-05-06T07:08:09+02:00"
    assert (facts["latitude"], facts["longitude"]) == ("-33.510000", "151.200000")
    assert (facts["licence"], facts["attribution"]) == ("CC BY 4.0", "A. Writer")
    assert reading.segments[0].caption == "Boats at low tide"


def test_rights_from_xmp_lead(tmp_path):
    xmp = b"""<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
      xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
      xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#"
      cc:attributionName="Harbour Archive">
      <cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Old quay</rdf:li></rdf:Alt></dc:title>
      <dc:subject><rdf:Bag><rdf:li>quay</rdf:li><rdf:li>tide</rdf:li></rdf:Bag></dc:subject>
      </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
    path = tmp_path / "quay.jpg"
    scene().save(path, xmp=xmp)
    reading = image.read(source_of(path), SETTINGS, "image/jpeg")
    assert reading.metadata["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert reading.metadata["attribution"] == "Harbour Archive"
    assert reading.metadata["keywords"] == "quay, tide"
    assert reading.title == "Old quay"


def test_entities_in_xmp_are_not_expanded(tmp_path):
    bomb = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
      <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>&b;</dc:title>
      </rdf:Description></rdf:RDF></x:xmpmeta>"""
    path = tmp_path / "bomb.jpg"
    scene().save(path, xmp=bomb)
    assert "aaaa" not in str(image.read(source_of(path), SETTINGS, "image/jpeg").metadata)


def test_no_place_without_a_fix():
    exif = Image.Exif()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (0.0, 0.0, 0.0), "E", (0.0, 0.0, 0.0)
    buffer = io.BytesIO()
    scene().save(buffer, "JPEG", exif=exif)
    assert "latitude" not in photo_metadata(Image.open(io.BytesIO(buffer.getvalue())))


def test_pages_of_a_tiff_are_pages(tmp_path):
    path = tmp_path / "fax.tif"
    pages = [scene(400, 600), scene(400, 500), scene(300, 300)]
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(100, 100))
    reading = image.read(source_of(path), SETTINGS, "image/tiff")
    assert [segment.locator for segment in reading.segments] == [PageBox(1), PageBox(2), PageBox(3)]
    assert [request.locator for request in reading.ocr_requests] == [PageBox(1), PageBox(2), PageBox(3)]
    assert (reading.pages[1].width_pt, reading.pages[1].height_pt) == pytest.approx((288, 360))
    assert pixels.load_picture(path, max_pixels=10**6, where="fax.tif", frame=2).size == (300, 300)


def test_an_animation_shows_its_first_frame_and_says_so(tmp_path):
    path = tmp_path / "spin.gif"
    scene().save(path, save_all=True, append_images=[scene().rotate(90), scene().rotate(180)])
    reading = image.read(source_of(path), SETTINGS, "image/gif")
    assert len(reading.segments) == 1
    assert [line.code for line in reading.ledger] == ["frames-not-read"]


def test_truncated_pictures_are_unreadable(tmp_path):
    for name in ("cut.jpg", "cut.png", "cut.webp"):
        path = tmp_path / name
        scene().save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(UnreadableFile):
            image.read(source_of(path), SETTINGS, "image/jpeg")


def test_a_picture_over_the_limit_is_refused_before_decoding(tmp_path):
    path = tmp_path / "wide.png"
    Image.new("1", (11_000, 11_000)).save(path)
    with pytest.raises(TooLarge, match="max_pixels"):
        image.read(source_of(path), SETTINGS, "image/png")


def test_deep_and_transparent_pictures_are_seen_as_on_paper():
    deep = Image.fromarray(np.linspace(0, 65535, 10_000).reshape(100, 100).astype(np.uint16))
    shown = np.asarray(pixels.rgb(deep))
    assert shown.min() == 0 and shown.max() >= 254
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert pixels.rgb(clear).getpixel((5, 5)) == (255, 255, 255)


def test_the_perceptual_hash_survives_scaling_and_tells_pictures_apart():
    def bits(one: str, other: str) -> int:
        return (int(one, 16) ^ int(other, 16)).bit_count()

    rng = np.random.default_rng(3)
    rough = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
    picture = rough.resize((640, 480), Image.Resampling.BICUBIC)
    smaller = io.BytesIO()
    picture.resize((200, 150)).save(smaller, "JPEG", quality=60)
    again = pixels.perceptual_hash(Image.open(io.BytesIO(smaller.getvalue())))
    other = pixels.perceptual_hash(picture.rotate(90).resize((640, 480)))
    assert bits(pixels.perceptual_hash(picture), again) <= 4
    assert bits(pixels.perceptual_hash(picture), other) > 12


def test_an_icon_is_not_read_for_text(tmp_path):
    path = tmp_path / "dot.png"
    Image.new("RGB", (16, 16)).save(path)
    assert image.read(source_of(path), SETTINGS, "image/png").ocr_requests == ()
