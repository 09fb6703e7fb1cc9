"""PyAV, imported when a recording or video comes; it is an extra of the package.

Its wheels carry encoders under the GPL (x264, x265), which nothing here calls; that is why
it is not among the dependencies that every installation has (docs/dependencies.md).
"""

from __future__ import annotations

from types import ModuleType

from clerestory.errors import UnsupportedFile


def av() -> ModuleType:
    """The module ``av``.

    Raises:
        UnsupportedFile: PyAV is not installed.
    """
    try:
        import av as module
    except ImportError as error:
        raise UnsupportedFile(
            "recordings and videos need PyAV, which is not installed",
            fix="Run pip install 'clerestory[media]'.",
        ) from error
    return module
