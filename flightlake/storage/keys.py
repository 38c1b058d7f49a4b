"""Checks of keys and byte ranges, the same for folders and buckets."""

from flightlake.errors import StorageError


def is_key(key: str) -> bool:
    """Tell whether the text can name an object: printable parts joined by `/`, none empty, none starting with a dot.

    So no key climbs out of the lake, none is the marker of a folder (`x/`), and none names the hidden files that
    writers use on their way.
    """
    return key.isprintable() and all(part and not part.startswith(".") for part in key.split("/"))


def checked_key(key: str) -> str:
    """Return the key.

    Raises:
        StorageError: it cannot name an object.
    """
    if not is_key(key):
        raise StorageError(
            f"{key!r} is no key of an object: use parts joined by '/', none empty, none starting with a dot"
        )
    return key


def checked_prefix(prefix: str) -> str:
    """Return the prefix, which is empty or ends in `/`.

    Raises:
        StorageError: it is neither, or what stands before the `/` could not be a key.
    """
    if prefix and not (prefix.endswith("/") and is_key(prefix[:-1])):
        raise StorageError(f"{prefix!r} is no prefix of keys: use '' or parts that each end in '/', none hidden")
    return prefix


def checked_range(data: bytes, place: object, offset: int, length: int) -> bytes:
    """Return the bytes that were read of an object, checked for their length.

    Raises:
        StorageError: it is not as long as it was asked for.
    """
    if len(data) != length:
        raise StorageError(
            f"cannot read {length} bytes of {place} from byte {offset} on: it ends after {len(data)} of them; "
            "put the whole object back from a copy"
        )
    return data
