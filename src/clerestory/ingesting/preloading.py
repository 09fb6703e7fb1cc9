"""What reading needs, loaded once in the process that workers are forked from.

Only multiprocessing's fork server imports this (``workers`` names it to it), and importing is all that
it is for: each worker then begins with libraries and the language model in memory, shared between them.
Nothing here may start a thread, which a fork would leave behind; pyarrow does, so it is not among them.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os

# Workers run side by side, one per core. Set before numpy, whose BLAS would start its threads now.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

for name in (
    *("numpy.ma", "pypdfium2", "lxml.etree"),
    *("clerestory.reading.reader", "clerestory.reading.pdf", "clerestory.ingesting.tasks"),
    *("clerestory.storing.objects", "clerestory.storing.readings"),
):
    importlib.import_module(name)

from PIL import Image  # noqa: E402 - after the setting above

from clerestory.reading import language  # noqa: E402

Image.preinit()
with contextlib.suppress(OSError):  # a worker that needs the model says what is wrong with it
    language.load()
gc.freeze()  # what is here stays: collections need not look at it, and its memory stays shared
