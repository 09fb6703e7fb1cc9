"""Make the sample files of the demo again (needs the development packages).

    python scripts/make_samples.py [--only papers|recordings] [FOLDER]

Writes a manual (PDF), slides (PPTX), a workbook (XLSX), a scanned log page (PDF that
holds only a picture), a photograph-like picture with text (PNG), a spoken briefing (MP3)
and a narrated film (WebM); `--only recordings` makes the last two alone. They need flite
(Debian, Ubuntu: ``apt-get install flite``) and the extra ``media``. The device, the
station and the people are invented. Pictures and noise come from fixed seeds, so the
pixels are the same each time; only time stamps inside the office files differ.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from samples import film, manual, recording, scan, slides, workbook

FOLDER = Path(__file__).parents[1] / "src" / "clerestory" / "cli" / "samples"


def papers(folder: Path) -> None:
    manual.write(folder / "tide-gauge-manual.pdf")
    slides.write(folder / "station-review-2025.pptx")
    workbook.write(folder / "station-workbook.xlsx")
    scan.write_log(folder / "maintenance-log-scan.pdf")
    scan.write_plate(folder / "type-plate.png")


def recordings(folder: Path) -> None:
    """Also prints what is said when, for the tests that know it."""
    for write, name in ((recording.write, "station-briefing.mp3"), (film.write, "gauge-service.webm")):
        for cue in write(folder / name):
            print(f"{name}  {cue.start_s:6.2f}–{cue.end_s:5.2f}  {cue.text}")


def main() -> None:
    arguments = argparse.ArgumentParser(description="Make the sample files of the demo.")
    arguments.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    arguments.add_argument("--only", choices=("papers", "recordings"))
    chosen = arguments.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.only != "recordings":
        papers(chosen.folder)
    if chosen.only != "papers":
        recordings(chosen.folder)
    for file in sorted(chosen.folder.iterdir()):
        print(f"{file.stat().st_size / 1000:8.0f} kB  {file.name}")


if __name__ == "__main__":
    main()
