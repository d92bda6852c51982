"""The body of an answer as it arrives, unpacked in pieces of bounded size however much was packed into little."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator

import httpx

MOST_AT_ONCE = 1024 * 1024
"""Bytes that are unpacked before they are looked at."""
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_BY_ITS_HEAD, _BARE = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS
"""What zlib is told: to see by the first bytes whether it is gzip or zlib; that there are no such bytes."""


def pieces(response: httpx.Response) -> AsyncIterable[bytes]:
    """What the service said: unpacked where it is packed as was asked for, in any other encoding as it is.

    Raises `httpx.DecodingError` when it cannot be unpacked.
    """
    body = response.stream
    if not isinstance(body, httpx.AsyncByteStream):
        raise TypeError("an answer is read as it arrives")
    named = response.headers.get("content-encoding", "").strip().lower()
    return _unpacked(body, named) if named in _PACKED else body


async def _unpacked(body: AsyncIterable[bytes], named: str) -> AsyncIterator[bytes]:
    unpacker = None
    try:
        async for packed in body:
            if unpacker is None:
                unpacker = zlib.decompressobj(_BARE if named == "deflate" and _is_bare(packed) else _BY_ITS_HEAD)
            rest = packed
            while rest and not unpacker.eof:
                if said := unpacker.decompress(rest, MOST_AT_ONCE):
                    yield said
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    if unpacker is not None and not unpacker.eof:
        raise httpx.DecodingError("it ends too soon")


def _is_bare(packed: bytes) -> bool:
    """Whether the bytes are missing that the standard puts before deflate, as with some services."""
    return packed[0] & 0x0F != zlib.DEFLATED
