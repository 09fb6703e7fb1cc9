"""Tensors from a file in torch's old format (before 2020), without torch and without risk.

The format is a row of pickles (magic number, protocol, system facts, the object, keys of
the storages), then per storage a count and raw numbers. Pickles can run code; this reader
resolves only the names that a dictionary of tensors needs, each to a plain function or
type of ours, and refuses everything else.
"""

from __future__ import annotations

import io
import math
import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import ModelCorrupt

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
STORAGE_KINDS = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ByteStorage": np.dtype("u1"),
}


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Arrays by name from a state dictionary saved by an old torch.

    Raises:
        ModelCorrupt: not such a file, damaged, or with anything but tensors in it.
    """
    content = path.read_bytes()
    try:
        return _read(content)
    except ModelCorrupt:
        raise
    except Exception as error:  # a pickle machine fails in many ways on damaged bytes
        raise ModelCorrupt(
            f"not a readable dictionary of tensors ({type(error).__name__}: {error})", where=str(path)
        ) from error


class _Storage:
    """Numbers whose bytes come at the end of the file."""

    def __init__(self, kind: np.dtype, count: int) -> None:
        self.kind, self.count = kind, count
        self.numbers: np.ndarray | None = None


class _Tensor:
    """A view of a storage, resolved once the numbers are read."""

    def __init__(
        self, storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]
    ) -> None:
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def array(self) -> np.ndarray:
        numbers = self.storage.numbers
        if numbers is None:
            raise ValueError("a tensor without numbers")
        last = self.offset + sum((n - 1) * s for n, s in zip(self.size, self.stride, strict=True))
        if self.offset < 0 or min(self.stride, default=0) < 0 or min(self.size, default=1) < 0:
            raise ValueError("a tensor with negative sizes")
        if 0 in self.size:
            return np.zeros(self.size, self.storage.kind)
        if last >= len(numbers) or math.prod(self.size) > len(numbers):
            raise ValueError("a tensor beyond its numbers")
        steps = tuple(s * self.storage.kind.itemsize for s in self.stride)
        view = np.lib.stride_tricks.as_strided(numbers[self.offset :], self.size, steps, writeable=False)
        return view.copy()


def _rebuild(storage: object, offset: int, size: tuple, stride: tuple, *_rest: object) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise ValueError("a tensor without a storage")
    return _Tensor(storage, int(offset), tuple(map(int, size)), tuple(map(int, stride)))


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in STORAGE_KINDS:
            return STORAGE_KINDS[name]
        raise ModelCorrupt(f"the file asks for {module}.{name}, which weights do not need", where="pickle")

    def persistent_load(self, pid: Any) -> _Storage:
        word, kind, key, _place, count, *_view = pid
        if word != "storage" or not isinstance(kind, np.dtype):
            raise ValueError("an unknown reference")
        return self.storages.setdefault(str(key), _Storage(kind, int(count)))


def _read(content: bytes) -> dict[str, np.ndarray]:
    file = io.BytesIO(content)
    if _Reader(file).load() != MAGIC or _Reader(file).load() != PROTOCOL:
        raise ValueError("other magic number or protocol")
    facts = _Reader(file).load()
    if not isinstance(facts, dict) or facts.get("little_endian") is not True:
        raise ValueError("not little-endian")
    reader = _Reader(file)
    tensors = reader.load()
    keys = _Reader(file).load()
    if not isinstance(tensors, dict) or not isinstance(keys, list):
        raise ValueError("not a dictionary of tensors")
    for key in keys:
        storage = reader.storages[str(key)]
        (count,) = struct.unpack("<q", file.read(8))
        if count != storage.count:
            raise ValueError("a storage of another length")
        raw = file.read(count * storage.kind.itemsize)
        storage.numbers = np.frombuffer(raw, storage.kind, count)
    if not all(isinstance(name, str) and isinstance(t, _Tensor) for name, t in tensors.items()):
        raise ValueError("not only tensors")
    return {name: tensor.array() for name, tensor in tensors.items()}
