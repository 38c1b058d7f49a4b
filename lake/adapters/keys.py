"""What a key may look like, the same in a folder and in a bucket."""

from lake.errors import StorageError


def checked_key(key: str) -> str:
    """Return the key.

    Raises:
        StorageError: it is empty, has an empty or hidden part, or characters that cannot be printed. So no key climbs
            out of the lake, and none names the hidden files that writers use on their way.
    """
    parts = key.split("/")
    if not key.isprintable() or any(not part or part.startswith(".") for part in parts):
        raise StorageError(
            f"{key!r} is no key of an object: use parts joined by '/', none empty, none starting with a dot"
        )
    return key


def checked_prefix(prefix: str) -> str:
    """Return the prefix, which is empty or ends in `/`.

    Raises:
        StorageError: it is neither, or what stands before the `/` could not be a key.
    """
    if not prefix:
        return prefix
    if not prefix.endswith("/"):
        raise StorageError(f"{prefix!r} is no prefix of keys: end it in '/'")
    checked_key(prefix[:-1])
    return prefix
