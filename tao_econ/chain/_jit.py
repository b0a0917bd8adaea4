"""The one compiler wrapper: cached on disk where that is possible, releasing the GIL always.

A kernel that others call is compiled into each of them. numba would also optimize and assemble it
by itself first, and again at every step up to the one that Python calls, a third of the time that a
kernel of many parts takes to compile. Here a part is optimized once, together with its callers.

numba stamps a cached kernel with the hash of its own file alone. A kernel also contains what it
calls, so the cache folder here is named after every source a kernel can see: change one of them and
all kernels are compiled anew.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import NativeLowering
from numba.misc.appdirs import AppDirs

CONFIG: Any = numba.config  # its settings are made when it is loaded: no checker knows them
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


class _PartCode(JITCodeLibrary):
    """Code that is linked into its callers and never run from where it stands."""

    @property
    def codegen(self):
        return self

    def set_env(self, name, env):
        """Only code that runs by itself has an environment."""

    def get_pointer_to_function(self, name):
        self._ensure_finalized()
        return 0

    def _optimize_final_module(self):
        """Its callers will."""

    def _finalize_final_module(self):
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):
    _name = "part_lowering"

    def run_pass(self, state):
        state.library = _PartCode(state.targetctx.codegen(), state.func_id.func_qualname)
        return super().run_pass(state)


class _PartCompiler(CompilerBase):
    def define_pipelines(self):
        pipeline = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pipeline.passes = [
            (_PartLowering if step is NativeLowering else step, said)
            for step, said in pipeline.passes
        ]
        pipeline.finalize()
        return [pipeline]


class _Kernel(CPUDispatcher):
    """A function that Python calls compiled, and that kernels call as a part of theirs."""

    def __init__(self, function, options):
        super().__init__(function, targetoptions=options)
        doors = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        self.part = CPUDispatcher(
            function, targetoptions=options | doors, pipeline_class=_PartCompiler
        )

    def compile(self, sig):
        collecting = gc.isenabled()
        gc.disable()  # a tenth of the time of compilation went into looking through its objects
        try:
            return super().compile(sig)
        finally:
            if collecting:
                gc.enable()

    def get_call_template(self, args, kws):
        return self.part.get_call_template(args, kws)

    def get_overload(self, sig):
        return self.part.get_overload(sig)


@functools.cache
def _folder() -> str:
    """Where compiled kernels of these very sources are kept, or "" where no place is writable."""
    sources = sorted(
        p for p in PACKAGE.rglob("*.py") if not NO_KERNELS & set(p.relative_to(PACKAGE).parts)
    )
    digest = hashlib.sha256()
    for path in sources:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(PACKAGE).as_posix()} {len(content)}\n".encode() + content)
    for place in (
        CONFIG.CACHE_DIR,
        PACKAGE / "__pycache__",
        AppDirs("tao_econ", False).user_cache_dir,
    ):
        folder = Path(place) / f"kernels-{digest.hexdigest()[:16]}"
        with contextlib.suppress(OSError):
            if place:
                folder.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()
                return str(folder)
    return ""


def kernel(function: Callable, **options: Any) -> Any:
    """Compile a private kernel with ``nogil``; no cache where no cache folder is writable."""
    if CONFIG.DISABLE_JIT:  # whole numbers wrap as in a compiled kernel, where nobody warns of it
        return np.errstate(over="ignore")(function)
    compiled: Any = _Kernel(
        function, {"nopython": True, "nogil": True, "no_cfunc_wrapper": True} | options
    )
    if _folder():
        given = CONFIG.CACHE_DIR
        CONFIG.CACHE_DIR = _folder()
        try:
            compiled._cache = _KernelCache(function)
        finally:
            CONFIG.CACHE_DIR = given
    return compiled


def loop_kernel(function: Callable) -> Any:
    """A float kernel that is optimized before it is put into callers too: loops over rows of one
    array vectorize only there, and the block loop would be 1.5 times as slow.
    """
    compiled = float_kernel(function)
    if not CONFIG.DISABLE_JIT:
        compiled.part = CPUDispatcher(function, targetoptions=compiled.part.targetoptions)
    return compiled


def float_kernel(function: Callable) -> Any:
    """The same without a check for x / 0 in every division, which keeps loops from vectorizing."""
    return kernel(function, error_model="numpy")
