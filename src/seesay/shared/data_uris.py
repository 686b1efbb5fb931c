"""Media inside a page, as data URIs."""

import base64
import io

from PIL import Image


def uri(kind: str, data: bytes) -> str:
    """Data of a media type, such as `audio/mpeg`, as a URI."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def jpeg(picture: Image.Image, size: int, quality: int) -> str:
    """The picture as a JPEG of at most `size` px on its longer side; shrinks the picture itself."""
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True)
    return uri("image/jpeg", file.getvalue())
