"""What the demo asks, looks for and takes in: data, no code that runs it."""

from __future__ import annotations

from dataclasses import dataclass, field

from clerestory.types import Filter

PHOTOGRAPHS = "sample-photographs"


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph of the catalogue entry ``PHOTOGRAPHS``: a speaking name, and who gave it."""

    file: str
    name: str
    licence: str
    attribution: str


# As stated in the notes of scikit-image's own loader of each picture (skimage/data/_fetchers.py, 0.25.2).
PHOTOGRAPHS_TAKEN: tuple[Photograph, ...] = (
    Photograph("astronaut.png", "astronaut-eileen-collins.png", "public domain", "NASA"),
    Photograph("rocket.jpg", "rocket-launch-dscovr.jpg", "public domain", "SpaceX"),
    Photograph(
        "hubble_deep_field.jpg", "hubble-deep-field-galaxies.jpg", "public domain", "NASA, HubbleSite"
    ),
    Photograph("chelsea.png", "cat-chelsea.png", "CC0-1.0", "Stefan van der Walt"),
    Photograph("coffee.png", "cup-of-coffee.png", "CC0-1.0", "Rachel Michetti, Pikolo Espresso Bar"),
    Photograph("coins.png", "greek-coins-pompeii.png", "no known restrictions", "Brooklyn Museum"),
    Photograph("clock_motion.png", "wall-clock-motion-blur.png", "public domain", "Stefan van der Walt"),
    Photograph("retina.jpg", "retina-of-left-eye.jpg", "CC0-1.0", "Mikael Häggström"),
    Photograph("camera.png", "photographer-with-camera.png", "CC0-1.0", "Lav Varshney"),
)

# They show in turn: the scanned log, a row of a table, a line of a photograph, a manual's sentence, a
# sheet's row, a figure's caption, a recording, a video, and one thing that is not there.
QUESTIONS: tuple[str, ...] = (
    "Which relay was replaced, and when?",
    "What does error code E07 mean, and what should be done?",
    "What is the serial number of the TG-3?",
    "To how many Nm are the bolts of the base plate tightened?",
    "How many spare relays are in stock?",
    "How high above the highest tide must the cabinet stand?",
    "Where is the second key of the cabinet?",
    "What must go dark before you touch the wires?",
    "Who invented the espresso machine?",
)


@dataclass(frozen=True, slots=True)
class Look:
    query: str
    told: str
    filter: Filter = field(default_factory=Filter)


LOOKS: tuple[Look, ...] = (
    Look(
        "block diagram with battery, fuse and relay",
        "A figure is found by its caption and by the words inside it.",
    ),
    Look(
        "mussels in the inlet",
        "Papers and recordings answer together: the manual, the log, the briefing, the film.",
    ),
    Look(
        "VHF channel for questions",
        "What stands in the picture of a film is found with its seconds and its box.",
        Filter(media_types=("video/*",)),
    ),
    Look("storm surge above the predicted tide", "A chart, the text around it and the slides about it."),
    Look(
        "spare parts and prices",
        "Tables only, from the manual, the slides and the workbook.",
        Filter(kinds=("table",)),
    ),
    Look(
        "a man with a tripod",
        "Photographs are found by what they show: nothing in the library says so in words.",
        Filter(media_types=("image/*",)),
    ),
)
