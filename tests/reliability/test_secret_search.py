"""The search for secrets finds a planted one in each kind of place."""

import gzip
import json
import subprocess
import sys
import zipfile
from base64 import b64encode, urlsafe_b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import quote, urlencode

import duckdb
import pytest
from support.planted_secrets import Search, new_secret, watched_arguments


def wrapped(secret: str) -> dict[str, bytes]:
    """Return a secret in every wrapping in which a run could write it."""
    url = f"http://somebody:{quote(secret)}@proxy:80"
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside", gzip.compress(f"so it is: {secret}".encode()))
    return {
        "plain": f"Authorization: Bearer {secret}".encode(),
        "its first half": secret[:24].encode(),
        "its last half": secret[-24:].encode(),
        "cut as errors cut": repr(f"{secret} is what you sent".encode()[:40]).encode(),
        "repr": repr({"auth": secret}).encode(),
        "JSON": json.dumps({"reason": secret}).encode(),
        "JSON in JSON": json.dumps({"message": json.dumps({"reason": secret})}).encode(),
        "HTML": escape(secret).encode(),
        "form": urlencode({"client_secret": secret}).encode(),
        "URL": url.encode(),
        "Basic": b"Basic " + b64encode(f"somebody:{secret}".encode()),
        "URL-safe Base64": urlsafe_b64encode(f"x{secret}".encode()),
        "hexadecimal": secret.encode().hex().encode(),
        "UTF-16": secret.encode("utf-16"),
        "gzip": gzip.compress(secret.encode()),
        "gzip behind something": b"log\n" + gzip.compress(gzip.compress(secret.encode())),
        "zip": packed.getvalue(),
    }


@pytest.mark.parametrize("wrapping", wrapped("").keys())
@pytest.mark.parametrize("is_token", [False, True])
def test_the_search_finds_a_secret_in(wrapping: str, is_token: bool, tmp_path: Path) -> None:
    secret = token_urlsafe(32) if is_token else new_secret()
    search = Search({"planted": secret})
    data = wrapped(secret)[wrapping]
    assert search.in_bytes(data)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(data)
    assert search.in_files(tmp_path).keys() == {str(tmp_path / "deep" / "file")}
    assert not Search({"another": new_secret()}).in_bytes(data)


def test_the_search_finds_a_secret_in_a_name_a_parquet_file_and_an_argument(tmp_path: Path) -> None:
    secret = new_secret().replace("/", "")
    search = Search({"planted": secret})
    (tmp_path / f"x-{secret}").touch()
    parquet = tmp_path / "rows.parquet"
    with duckdb.connect() as connection:
        connection.sql(f"select * from (values ('{'x' * 50}')) as t(c)").write_parquet(str(tmp_path / "other.parquet"))
        connection.execute(f"create table t as select '{secret.replace(chr(39), chr(39) * 2)}' as text from range(9)")
        connection.table("t").write_parquet(str(parquet), compression="zstd")
    with watched_arguments() as arguments:
        subprocess.run([sys.executable, "-c", "import time; time.sleep(0.5)", secret], check=True)
    assert search.in_files(tmp_path).keys() == {str(tmp_path / f"x-{secret}"), str(parquet)}
    assert search.in_bytes(b"".join(arguments))
