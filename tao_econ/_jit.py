"""The one compiler wrapper: cached on disk where that is possible, releasing the GIL always."""

import numba


def kernel(function):
    """Compile a private kernel with ``nogil``; fall back to no cache where no cache folder is writable."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        return numba.njit(nogil=True)(function)
