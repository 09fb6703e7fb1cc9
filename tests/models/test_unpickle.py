"""The reader of torch's old format: reads tensors, runs nothing."""

import contextlib
import io
import os
import pickle
import struct
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerestory.errors import ModelCorrupt
from clerestory.models.unpickle import MAGIC, PROTOCOL, read_tensors


class Named:
    """Pickles as a reference to ``module.name`` without importing it."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class Call:
    """Pickles as a call of ``function`` with ``arguments`` when it is loaded."""

    def __init__(self, function, arguments):
        self.function, self.arguments = function, arguments


class Writer(pickle._Pickler):
    """Writes what an old torch wrote, or worse."""

    def persistent_id(self, thing):
        return thing.pid if isinstance(thing, Storage) else None

    def save(self, thing, save_persistent_id=True):
        if isinstance(thing, Named):
            self.write(pickle.GLOBAL + f"{thing.module}\n{thing.name}\n".encode())
        elif isinstance(thing, Call):
            self.save(thing.function)
            self.save(thing.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(thing, save_persistent_id)


class Storage:
    def __init__(self, key, kind, count):
        self.pid = ("storage", Named("torch", kind), key, "cpu", count, None)


def tensor(key, shape, stride, *, kind="FloatStorage", count=None, offset=0):
    storage = Storage(key, kind, count if count is not None else int(np.prod(shape)))
    rebuild = Named("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, (storage, offset, shape, stride, False, OrderedDict()))


def old_file(path, thing, storages, *, magic=MAGIC):
    out = io.BytesIO()
    facts = {"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": {}}
    for part in (magic, PROTOCOL, facts, thing, sorted(storages)):
        Writer(out, 2).dump(part)
    for key in sorted(storages):
        out.write(struct.pack("<q", len(storages[key])) + storages[key].tobytes())
    path.write_bytes(out.getvalue())
    return path


def test_tensors_come_back_with_shape_stride_and_offset(tmp_path):
    numbers = np.arange(12, dtype="<f4")
    thing = OrderedDict(
        plain=tensor("a", (3, 4), (4, 1)),
        turned=tensor("a", (4, 3), (1, 4), count=12),
        part=tensor("a", (2, 2), (4, 1), count=12, offset=5),
        count=tensor("b", (), (), kind="LongStorage", count=1),
    )
    path = old_file(tmp_path / "w.pth", thing, {"a": numbers, "b": np.array([7], "<i8")})
    read = read_tensors(path)
    assert np.array_equal(read["plain"], numbers.reshape(3, 4))
    assert np.array_equal(read["turned"], numbers.reshape(3, 4).T)
    assert np.array_equal(read["part"], [[5, 6], [9, 10]])
    assert read["count"] == 7


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("posix", "system"),
        ("subprocess", "Popen"),
        ("torch", "load"),
        ("torch._utils", "_rebuild_parameter"),
        ("collections", "namedtuple"),
        ("numpy", "fromfile"),
    ],
)
def test_every_other_name_is_refused(tmp_path, module, name):
    marker = tmp_path / "ran"
    thing = OrderedDict(evil=Call(Named(module, name), (f"touch {marker}",)))
    with pytest.raises(ModelCorrupt, match="which weights do not need"):
        read_tensors(old_file(tmp_path / "w.pth", thing, {}))
    assert not marker.exists()


def test_a_plain_malicious_pickle_runs_nothing(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    (tmp_path / "w.pth").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ModelCorrupt):
        read_tensors(tmp_path / "w.pth")
    assert not (tmp_path / "ran").exists()


def test_views_beyond_the_numbers_are_refused(tmp_path):
    numbers = np.arange(4, dtype="<f4")
    for shape, stride, offset in [
        ((5,), (1,), 0),
        ((2,), (1,), 3),
        ((2,), (-1,), 0),
        ((1,), (1,), -1),
        ((10**12,), (0,), 0),
    ]:
        thing = OrderedDict(x=tensor("a", shape, stride, count=4, offset=offset))
        with pytest.raises(ModelCorrupt):
            read_tensors(old_file(tmp_path / "w.pth", thing, {"a": numbers}))


def test_what_is_no_tensor_and_no_such_file_is_refused(tmp_path):
    for thing in (OrderedDict(x="text"), ["list"], OrderedDict({1: tensor("a", (1,), (1,))})):
        with pytest.raises(ModelCorrupt):
            read_tensors(old_file(tmp_path / "w.pth", thing, {"a": np.zeros(1, "<f4")}))
    with pytest.raises(ModelCorrupt, match="magic"):
        read_tensors(old_file(tmp_path / "w.pth", OrderedDict(), {}, magic=1))


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 400), flip=st.integers(0, 400), value=st.integers(0, 255))
def test_damage_is_a_typed_error_or_numbers(tmp_path_factory, cut, flip, value):
    folder = tmp_path_factory.mktemp("damage")
    thing = OrderedDict(x=tensor("a", (3, 4), (4, 1)))
    content = bytearray(old_file(folder / "w.pth", thing, {"a": np.ones(12, "<f4")}).read_bytes())
    if flip < len(content):
        content[flip] = value
    (folder / "w.pth").write_bytes(bytes(content[: len(content) - cut]))
    with contextlib.suppress(ModelCorrupt):
        assert all(isinstance(array, np.ndarray) for array in read_tensors(folder / "w.pth").values())
