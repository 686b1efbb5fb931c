"""Media inside of a page: data URIs."""

import base64
import io

from PIL import Image


def uri(kind: str, data: bytes) -> str:
    """The data of a media type, `audio/mpeg` say, as a URI."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def jpeg(picture: Image.Image, size: int, quality: int) -> str:
    """A picture as a JPEG of at most `size` px on its longer side; the picture itself shrinks."""
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True)
    return uri("image/jpeg", file.getvalue())
