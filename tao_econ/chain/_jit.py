"""The one compiler wrapper: cached on disk where that is possible, releasing the GIL always; plain
Python where there is no numba.

numba stamps a cached kernel with the hash of its own file alone. A kernel also contains what it
calls, so the cache folder here is named after every source a kernel can see: change one of them and
all kernels are compiled anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

numba: Any
FunctionCache: Any
IndexDataCacheFile: Any
try:
    import numba
    from numba.core.caching import FunctionCache, IndexDataCacheFile
    from numba.misc.appdirs import AppDirs
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] != "numba":
        raise
    numba = None  # kernels then run as plain Python: the same values, far slower
    FunctionCache = IndexDataCacheFile = object

CONFIG: Any = numba and numba.config  # made when it is loaded: no checker knows its settings
PACKAGE = Path(__file__).resolve().parents[1]
NO_KERNELS = {"claims", "views", "publish"}  # rooms that no kernel can import


class _EntryPerSignature(IndexDataCacheFile):
    """numba numbers its files: two processes at once may give one name to two signatures."""

    def save(self, key, data):
        name = self._data_name(int(hashlib.sha256(repr(key).encode()).hexdigest()[:16], 16))
        self._save_data(name, data)  # before the index speaks of it
        self._save_index(self._load_index() | {key: name})


class _KernelCache(FunctionCache):
    def __init__(self, function):
        super().__init__(function)
        self._cache_file.__class__ = _EntryPerSignature

    def save_overload(self, sig, data):
        with contextlib.suppress(OSError):  # a full disk: it is compiled again next time
            super().save_overload(sig, data)


@functools.cache
def sources() -> str:
    """A hash of every source that decides what a model returns."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE)
        if not NO_KERNELS & set(name.parts):
            content = path.read_bytes()
            digest.update(f"{name.as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


@functools.cache
def _folder() -> str:
    """Where compiled kernels of these very sources are kept, or "" where no place is writable."""
    for place in (
        CONFIG.CACHE_DIR,
        PACKAGE / "__pycache__",
        AppDirs("tao_econ", False).user_cache_dir,
    ):
        folder = Path(place) / f"kernels-{sources()[:16]}"
        with contextlib.suppress(OSError):
            if place:
                folder.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()
                return str(folder)
    return ""


def kernel(function: Callable, **options: Any) -> Any:
    """Compile a private kernel with ``nogil``; no cache where no cache folder is writable."""
    if (
        numba is None or CONFIG.DISABLE_JIT
    ):  # whole numbers wrap as in a compiled kernel, where nobody warns of it
        return np.errstate(over="ignore")(function)
    compiled = numba.njit(nogil=True, **options)(function)
    if _folder():
        given = CONFIG.CACHE_DIR
        CONFIG.CACHE_DIR = _folder()
        try:
            compiled._cache = _KernelCache(function)
        finally:
            CONFIG.CACHE_DIR = given
    return compiled


def float_kernel(function: Callable) -> Any:
    """The same without a check for x / 0 in every division, which keeps loops from vectorizing."""
    return kernel(function, error_model="numpy")
