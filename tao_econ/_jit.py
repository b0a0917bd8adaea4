"""The one compiler wrapper: cached on disk where that is possible, releasing the GIL always."""

import numba


def kernel(function, **options):
    """Compile a private kernel with ``nogil``; fall back to no cache where no cache folder is writable."""
    try:
        return numba.njit(cache=True, nogil=True, **options)(function)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        return numba.njit(nogil=True, **options)(function)


def float_kernel(function):
    """The same without a check for x / 0 in every division, which would keep loops from being vectorized."""
    return kernel(function, error_model="numpy")
