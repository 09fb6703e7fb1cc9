"""PDFium's functions with plain addresses as arguments, for what is called some thousand times per page.

Through pypdfium2's own signatures each call builds and checks pointer objects, which takes longer than the
call itself. Addresses of handles come from ``address_of``; buffers must outlive the call.
"""

from __future__ import annotations

import ctypes
from typing import Any


def by_address(function: Any, result: Any, *arguments: Any) -> Any:
    """``function`` of pypdfium2.raw with these C types: pointers are ``c_void_p``, as a result ``c_size_t``.

    Python's lock is kept meanwhile: for calls of less than a microsecond.
    """
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


def address_of(handle: Any) -> int:
    """Of what a handle of pypdfium2.raw points to; 0 for none."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0
