"""Rewrite a zip-based document so that the same content always gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime


def repack(data: bytes, moment: datetime) -> bytes:
    """Return the archive `data` with every member stamped `moment` and compressed alike; the order is kept."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            # OpenDocument demands a first, uncompressed member 'mimetype'
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, old.read(name))
    return packed.getvalue()
