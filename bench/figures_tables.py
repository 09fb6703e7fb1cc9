"""What was found on the pages of PDFs, drawn for a person to look at and count.

    python -m bench.figures_tables FOLDER --out DIR [--seed 9] [--sample 10] [--pages 12]

Takes ``--sample`` documents of FOLDER by ``--seed`` and writes one sheet per ``--pages`` pages: tables in
green, figures in red with their captions, text in blue, what the ledger names as decoration in orange, and
captions whose figure was not found in magenta. ``found.json`` lists every figure and table with page, box,
caption and rows, so that a list made by looking can be compared with it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw

from clerestory.reading.pdf import read
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Box, Reading

COLOURS = {"text": (150, 150, 255), "table": (0, 160, 0), "figure": (220, 0, 0)}
HEIGHT = 900  # pixels of a page
COLUMNS = 4


def drawn(document: pypdfium2.PdfDocument, reading: Reading, number: int) -> Image.Image:
    page = document[number - 1]
    image = page.render(scale=HEIGHT / page.get_height()).to_pil().convert("RGB")
    page.close()
    pen = ImageDraw.Draw(image)

    def frame(box: Box, colour: tuple[int, int, int], width: int, words: str = "") -> None:
        place = (
            box.x0 * image.width,
            box.y0 * image.height,
            box.x1 * image.width,
            box.y1 * image.height,
        )
        pen.rectangle(place, outline=colour, width=width)
        pen.text((place[0] + 3, place[1] + 1), words.encode("latin-1", "replace").decode("latin-1"), colour)

    for line in reading.ledger:
        if line.locator is None or getattr(line.locator, "page", 0) != number or line.kind == "page":
            continue
        if line.code == "decorative":
            frame(line.locator.box, (255, 165, 0), 2)
        elif line.code == "no-figure-for-caption":
            frame(line.locator.box, (255, 0, 255), 2)
    for segment in reading.segments:
        if getattr(segment.locator, "page", 0) == number:
            width = 1 if segment.kind == "text" else 3
            frame(segment.locator.box, COLOURS[segment.kind], width, segment.caption[:40])
    pen.text((3, 3), str(number), (255, 0, 0))
    return image


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--sample", type=int, default=10)
    parser.add_argument("--pages", type=int, default=12, help="pages on a sheet")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in options.folder.glob("*.pdf"))
    found = {}
    for name in random.Random(options.seed).sample(names, min(options.sample, len(names))):
        path = options.folder / name
        source = Source(path, hashlib.sha256(path.read_bytes()).hexdigest(), name)
        reading = read(source, ReadingSettings())
        found[name] = [
            {
                "kind": segment.kind,
                "page": segment.locator.page,
                "box": list(segment.locator.box),
                "caption": segment.caption,
                "part": segment.attributes.get("part", ""),
                "header_rows": segment.table.header_rows if segment.table else 0,
                "rows": [list(row.cells) for row in segment.table.rows] if segment.table else [],
            }
            for segment in reading.segments
            if segment.kind in ("table", "figure")
        ]
        with pypdfium2.PdfDocument(path) as document:
            for first in range(0, len(document), options.pages):
                numbers = range(first + 1, min(first + options.pages, len(document)) + 1)
                images = [drawn(document, reading, number) for number in numbers]
                width = max(image.width for image in images)
                sheet = Image.new("RGB", (COLUMNS * width, -(-len(images) // COLUMNS) * HEIGHT), "grey")
                for index, image in enumerate(images):
                    sheet.paste(image, ((index % COLUMNS) * width, (index // COLUMNS) * HEIGHT))
                sheet.save(options.out / f"{path.stem}-{first + 1:04d}.png")
        kinds = [entry["kind"] for entry in found[name]]
        print(f"{name:<60} {kinds.count('figure'):4d} figures {kinds.count('table'):4d} tables", flush=True)
    (options.out / "found.json").write_text(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
