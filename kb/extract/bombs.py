"""Tell PDFs that unpack to a size that pdfium can bear, without parsing them: pdfium has no limits of its own.

Whatever pdfium unpacks stands behind the keyword `stream`, packed as the `/Filter` of a dictionary in plain sight says; only
streams may not lie within other streams. So it is enough to look at every such keyword and every filter, wherever they stand,
and to unpack what zlib can. Everything out of the ordinary, encryption too, makes a file one that pypdf has to look at: it
costs ten times as much. What a file multiplies by naming one stream many times is left to the limits of the child process.
"""

import re

from zlib_ng import zlib_ng as zlib  # unpacks in half the time

MAX_UNPACKED = 64 * 1024 * 1024  # all streams together; pypdf allows 75 MB for one

_STREAM = re.compile(rb"stream(?<!endstream)[^\r\n]*(?:\r\n|\r|\n)")  # pdfium passes over the rest of the line
_CHUNK = 1 << 16
_PIECE = 1 << 15  # what zlib makes in one go without copying it together

# A chain of filters can unpack a thousandfold twice; those of images come last and are not applied when text is read
_PLAIN = rb"/(?:FlateDecode|DCTDecode|JPXDecode|CCITTFaxDecode|JBIG2Decode)"
_OTHER_FILTER = re.compile(rb"/Filter(?!\s*(?:\[\s*%s\s*\]|%s)\s*(?:/|>>))" % (_PLAIN, _PLAIN))
_ENCRYPTION = re.compile(rb"/Encrypt\b")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")  # "/Fil#74er" is a filter, too
_REACH = 3 * len(b"/Encrypt")  # of a name in which every letter is escaped


def is_tame(data: bytes) -> bool:
    """Return whether the PDF is plain and unpacks to `MAX_UNPACKED` bytes at most; if not, it may still be harmless."""
    if _OTHER_FILTER.search(data) or _ENCRYPTION.search(data) or _hides_a_filter(data):
        return False
    left, view = MAX_UNPACKED, memoryview(data)
    for match in _STREAM.finditer(data):
        start = match.end()
        if _is_zlib(data[start : start + 2]):
            left -= _unpacked(view[start:], left)
            if left <= 0:
                return False
    return True


def _hides_a_filter(data: bytes) -> bool:
    for match in _ESCAPE.finditer(data):
        near = data[max(0, match.start() - _REACH) : match.end() + _REACH]
        plain = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), near)
        if any(plain.count(name) > near.count(name) for name in (b"/Filter", b"/Encrypt")):
            return True
    return False


def _is_zlib(head: bytes) -> bool:
    return len(head) == 2 and head[0] & 0x0F == 8 and int.from_bytes(head, "big") % 31 == 0


def _unpacked(packed: memoryview, limit: int) -> int:
    """Return to how many bytes the stream unpacks, or a number above `limit` at which it was not followed any more."""
    unpacker, n_bytes = zlib.decompressobj(), 0
    for start in range(0, len(packed), _CHUNK):
        rest: bytes | memoryview = packed[start : start + _CHUNK]
        while rest and not unpacker.eof and n_bytes <= limit:
            try:
                n_bytes += len(unpacker.decompress(rest, _PIECE))
            except zlib.error:  # type: ignore[misc]  # its stub calls the class an instance; pdfium keeps what came before
                return n_bytes
            rest = unpacker.unconsumed_tail
        if unpacker.eof or n_bytes > limit:
            break
    return n_bytes
