"""A file of arrays of which every byte is sealed: what is read back is what was written, or it is refused by name.

The file is a first line, the arrays one after the other, an index in JSON, and an end of fixed length: how long the
index is and its SHA-256. The index holds a SHA-256 for each array, so each byte of the file is covered by a comparison.
Arrays are cut into chunks, and a chunk is packed (Zstandard, level 1: records shrink to a third, faster than disks
write) and unpacked on its way: no second copy of an array is ever in memory (docs/decisions/0010).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Self, TypeVar

import numpy as np
import pyarrow as pa

from sim.errors import InputError

FIRST_LINE = b"labour-migration-sim: sealed arrays, form 1\n"
_CODEC = "zstd"
_CHUNK = 1 << 22  # bytes before packing
_LENGTH = 16  # digits of the index's length, in the end
_END = _LENGTH + 64 + 1
ALLOWED = "a file that sim run ... checkpoint=YYYY-MM has written, unchanged"

T = TypeVar("T")


class SealedWriter:
    """Writes arrays one after the other; the file is whole when the block ends without an error.

    Parameters
    ----------
    path
        A new file, in a folder that takes its name when it is complete (:mod:`sim.output.durable`).
    head
        What the index tells beside the arrays; plain values of JSON.
    threads
        Chunks packed at the same time.
    """

    def __init__(self, path: Path, head: Mapping[str, Any], threads: int = 1) -> None:
        self.path, self.head, self.threads = path, dict(head), threads
        self.parts: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self.file = self.path.open("xb")
        self.pool = ThreadPoolExecutor(self.threads)
        self.file.write(FIRST_LINE)
        return self

    def add(self, name: str, array: np.ndarray) -> None:
        """Append an array under a name of its own."""
        codec = pa.Codec(_CODEC, compression_level=1)
        data = memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
        seal, lengths = hashlib.sha256(), []
        starts = range(0, len(data), _CHUNK)
        for some in _batches(starts, self.threads):
            for packed in self.pool.map(lambda start: codec.compress(data[start : start + _CHUNK]), some):
                seal.update(packed)
                self.file.write(packed)
                lengths.append(packed.size)
        part = {"name": name, "dtype": dtype_words(array.dtype), "shape": list(array.shape), "chunks": lengths}
        self.parts.append({**part, "sha256": seal.hexdigest()})

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.pool.shutdown()
        with self.file:
            if kind is None:
                index = json.dumps({**self.head, "parts": self.parts}, sort_keys=True).encode()
                end = f"{len(index):0{_LENGTH}d}{hashlib.sha256(index).hexdigest()}\n"
                self.file.write(index + end.encode())
                self.file.flush()
                os.fsync(self.file.fileno())


class SealedReader:
    """Reads the arrays of a sealed file by name.

    Raises
    ------
    InputError
        It is no such file, cut short, or altered; an array that is altered is found when it is read.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self.path, self.threads = path, threads
        with _told(path), path.open("rb") as file:
            self.head = _read_index(file, path)
        self.seal: str = self.head.pop("seal")
        self.parts: dict[str, dict[str, Any]] = {}
        at = len(FIRST_LINE)
        for part in self.head.pop("parts"):
            self.parts[part["name"]] = {**part, "at": at}
            at += sum(part["chunks"])

    def verify(self) -> None:
        """Compare every array with its seal."""
        for name in self.parts:
            seal = hashlib.sha256()
            for packed in self._packed(name):
                seal.update(packed)
            self._compare(name, seal.hexdigest())

    def read(self, name: str, into: np.ndarray | None = None) -> np.ndarray:
        """An array, into memory that is given or new; its dtype is that of `into`, or of plain numbers as written."""
        part = self.parts[name]
        array = np.empty(part["shape"], np.dtype(part["dtype"])) if into is None else into
        data = array.reshape(-1).view(np.uint8)
        seal, codec, at = hashlib.sha256(), pa.Codec(_CODEC), 0
        with _each(min(self.threads, len(part["chunks"]))) as each:
            for some in _batches(self._packed(name), self.threads):
                sizes = [min(_CHUNK, len(data) - start) for start in range(at, at + _CHUNK * len(some), _CHUNK)]
                unpacked = each(codec.decompress, some, sizes)
                for packed in some:
                    seal.update(packed)
                try:
                    for chunk in unpacked:
                        data[at : at + chunk.size] = np.frombuffer(chunk, np.uint8)
                        at += chunk.size
                except (OSError, ValueError) as error:
                    raise _altered(self.path, name) from error
        self._compare(name, seal.hexdigest())
        return array

    def _packed(self, name: str) -> Iterator[bytes]:
        part = self.parts[name]
        with _told(self.path), self.path.open("rb") as file:
            file.seek(part["at"])
            for length in part["chunks"]:
                yield file.read(length)

    def _compare(self, name: str, seal: str) -> None:
        if seal != self.parts[name]["sha256"]:
            raise _altered(self.path, name)


def dtype_words(dtype: np.dtype) -> str | list[list[Any]]:
    """A dtype in plain values: ``<i8``, or for records a list of field, dtype and count."""
    return dtype.str if dtype.names is None else [list(field) for field in json.loads(json.dumps(dtype.descr))]


def _read_index(file: BinaryIO, path: Path) -> dict[str, Any]:
    """The index of a sealed file, after comparing everything that is no array."""
    whole = path.stat().st_size
    if file.read(len(FIRST_LINE)) != FIRST_LINE:
        raise InputError(str(path), "is no checkpoint: it does not begin as one", ALLOWED)
    file.seek(max(len(FIRST_LINE), whole - _END))
    end = file.read()
    digits = end[:_LENGTH]
    length = int(digits) if len(end) == _END and digits.isdigit() else -1
    start = whole - _END - length
    if length < 0 or start < len(FIRST_LINE):
        raise InputError(str(path), "is altered or cut short: its end is not that of a whole file", ALLOWED)
    file.seek(start)
    index = file.read(length)
    seal = hashlib.sha256(index).hexdigest()
    if end[_LENGTH:] != f"{seal}\n".encode():
        raise InputError(str(path), "is altered: its index is not the one that was sealed", ALLOWED)
    head = json.loads(index)
    if len(FIRST_LINE) + sum(sum(part["chunks"]) for part in head["parts"]) != start:
        raise InputError(str(path), "is altered: its arrays are longer or shorter than its index says", ALLOWED)
    return {**head, "seal": seal}


@contextmanager
def _each(threads: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """`map` by so many threads: most arrays are small, and a thread takes longer to start than they to unpack."""
    if threads < 2:
        yield map
        return
    with ThreadPoolExecutor(threads) as pool:
        yield pool.map


def _altered(path: Path, name: str) -> InputError:
    return InputError(str(path), f"is altered: {name} is not what was sealed", ALLOWED)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell in one line what the operating system refuses."""
    try:
        yield
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", ALLOWED) from error


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` consecutive items: no more chunks than these are in memory at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
