"""Make the sample files of the demo again (needs the development packages).

    python scripts/make_samples.py [FOLDER]

Writes a manual (PDF), slides (PPTX), a workbook (XLSX), a scanned log page (PDF that
holds only a picture) and a photograph-like picture with text (PNG). The device, the
station and the people are invented. Pictures and noise come from fixed seeds, so the
pixels are the same each time; only time stamps inside the office files differ.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from samples import manual, scan, slides, workbook

FOLDER = Path(__file__).parents[1] / "src" / "clerestory" / "cli" / "samples"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    manual.write(folder / "tide-gauge-manual.pdf")
    slides.write(folder / "station-review-2025.pptx")
    workbook.write(folder / "station-workbook.xlsx")
    scan.write_log(folder / "maintenance-log-scan.pdf")
    scan.write_plate(folder / "type-plate.png")
    for file in sorted(folder.iterdir()):
        print(f"{file.stat().st_size / 1000:8.0f} kB  {file.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
