"""CPU seconds per page of the PDF reader, against pypdfium2 taking only the text in the same run.

    python -m bench.reading_pdf FOLDER [--out DIR] [--largest 200]

FOLDER holds PDFs, such as ``DIR/mmlongbench/docs``. Each document is opened and read twice: once by
pypdfium2 alone (text of every page), once by the reader (segments, figures, tables, crops). Documents
in which most pages have no text layer are left out of the means, because there reading is OCR.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
from pathlib import Path

import pypdfium2

from clerestory.reading.pdf import read
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings


def text_alone(path: Path) -> tuple[float, int, int]:
    """CPU seconds, pages, and pages with twenty words or more."""
    start = time.process_time()
    worded = 0
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            text_page = page.get_textpage()
            worded += len(text_page.get_text_range().split()) >= 20
            text_page.close()
            page.close()
        pages = len(document)
    return time.process_time() - start, pages, worded


def reader(path: Path) -> tuple[float, dict[str, int]]:
    source = Source(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
    start = time.process_time()
    reading = read(source, ReadingSettings())
    seconds = time.process_time() - start
    kinds = [segment.kind for segment in reading.segments]
    return seconds, {kind: kinds.count(kind) for kind in ("text", "table", "figure")}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--largest", type=int, default=10_000, help="most pages of a document")
    options = parser.parse_args()
    paths = sorted(options.folder.glob("*.pdf"))
    if paths:
        reader(paths[0])  # imports and language model are not counted
    rows = []
    for path in paths:
        alone, pages, worded = text_alone(path)
        if not pages or pages > options.largest:
            continue
        seconds, kinds = reader(path)
        rows.append(
            {
                "name": path.name,
                "pages": pages,
                "born_digital": worded > 0.5 * pages,
                "text_s_per_page": alone / pages,
                "reader_s_per_page": seconds / pages,
                **kinds,
            }
        )
        row = rows[-1]
        print(
            f"{path.name[:40]:<40} {pages:5d} pages  text alone {1e3 * alone / pages:6.1f} ms"
            f"  reader {1e3 * seconds / pages:6.1f} ms  {row['text']:5d} text"
            f" {row['table']:4d} tables {row['figure']:4d} figures",
            flush=True,
        )
    digital = [row for row in rows if row["born_digital"]]
    pages = sum(row["pages"] for row in digital)
    if pages:
        summary = {
            "documents": len(digital),
            "pages": pages,
            "reader_s_per_page": sum(row["reader_s_per_page"] * row["pages"] for row in digital) / pages,
            "reader_s_per_page_median_document": statistics.median(r["reader_s_per_page"] for r in digital),
            "text_s_per_page": sum(row["text_s_per_page"] * row["pages"] for row in digital) / pages,
        }
        summary["ratio"] = summary["reader_s_per_page"] / summary["text_s_per_page"]
        print(json.dumps(summary, indent=1))
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            (options.out / "reading_pdf.json").write_text(json.dumps({"summary": summary, "rows": rows}))


if __name__ == "__main__":
    main()
