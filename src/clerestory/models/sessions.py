"""Opening an ONNX file for the CPU, the same way for every role."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime


def usable_cores() -> int:
    """Cores this process may use (its affinity, where the system knows it)."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def open_session(path: Path, *, threads: int = 1, arena: bool = True) -> onnxruntime.InferenceSession:
    """A session with ``threads`` threads within one operator; threads that wait sleep.

    ``arena``: it keeps the memory of earlier runs for later ones. Where every run has other
    shapes, as in a decoder, that only grows (300 MB over ten minutes of speech).

    Raises:
        ModelCorrupt: onnxruntime does not accept the file.
    """
    import onnxruntime  # takes a tenth of a second

    from clerestory.errors import ModelCorrupt

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = arena
    # Spinning threads take the core that the other reading process needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated classes
        raise ModelCorrupt(
            f"onnxruntime cannot open it ({type(error).__name__})", where=str(path), fix="Pull it again."
        ) from error
