"""Models from a model hub, when a person asks for one by name (``hub:owner/name``).

Needs ``huggingface_hub``, which is not a dependency of ours; its own settings (mirror,
token, cache) are honoured. Only files of data that the models load are taken.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from clerestory.errors import BadSettings, DownloadFailed

# No pickles, no code: data that onnxruntime, tokenizers and CTranslate2 (model.bin and its
# vocabulary) read.
PATTERNS = (
    *("*.json", "model.onnx", "onnx/model.onnx", "model.onnx_data", "onnx/model.onnx_data"),
    *("model.bin", "vocabulary.txt"),
)
# Encoders of pictures and words have two models, and often both in one file again.
TOWERS = tuple(
    f"{folder}{name}_model.onnx{ending}"
    for folder in ("", "onnx/")
    for name in ("vision", "text")
    for ending in ("", "_data")
)


def fetch_hub(repository: str, target: Path) -> None:
    """Copies the repository's model files into ``target``.

    Raises:
        BadSettings: not of the form owner/name, or huggingface_hub is not installed.
        DownloadFailed: the hub does not deliver.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository) or ".." in repository:
        raise BadSettings(f"{repository!r} is not owner/name", where="models", fix="Write hub:owner/name.")
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise BadSettings(
            "models from a hub need the package huggingface_hub",
            where=f"hub:{repository}",
            fix="Run `pip install huggingface_hub`, or name a local folder.",
        ) from error
    part = target.with_name(target.name + ".part")
    try:
        snapshot_download(repository, allow_patterns=["*.json", *TOWERS], local_dir=str(part))
        if not any(part.rglob("vision_model.onnx")):
            snapshot_download(repository, allow_patterns=list(PATTERNS), local_dir=str(part))
    except Exception as error:  # the hub's client raises classes of three libraries
        raise DownloadFailed(
            f"the hub did not deliver ({type(error).__name__})",
            where=f"hub:{repository}",
            fix="Check the name and the connection; it goes on where it stopped.",
        ) from error
    shutil.rmtree(part / ".cache", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    part.replace(target)
