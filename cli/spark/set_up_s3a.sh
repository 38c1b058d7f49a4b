#!/usr/bin/env bash
# Give the virtual environment Hadoop's S3 client, with which Spark reads and writes a lake in a bucket.
#
#   set_up_s3a.sh VENV
#
# Ivy, which comes with pyspark, fetches the jars from Maven Central; each is checked against its hash.
set -euo pipefail
venv=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$venv/engines/s3a
incoming=$venv/engines/.incoming-s3a
cache=$(mktemp -d)
trap 'rm -rf "$cache" "$incoming"' EXIT

java=$venv/bin/java
[ -x "$java" ] || java=${JAVA_HOME:+$JAVA_HOME/bin/}java
ivy=("$venv"/lib/python3*/site-packages/pyspark/jars/ivy-*.jar)
if ! "$java" -cp "${ivy[0]}" org.apache.ivy.Main -cache "$cache" -ivy "$here/s3a.xml" -types jar \
    -retrieve "$incoming/[artifact]-[revision].[ext]" >"$cache/log" 2>&1; then
    tail -n 20 "$cache/log" >&2
    echo "set-up: the jars could not be fetched from Maven Central; check the network and run it again" >&2
    exit 1
fi
if [ "$(cd "$incoming" && ls | sort)" != "$(awk '{print $2}' "$here/s3a.sha256" | sort)" ]; then
    echo "set-up: Maven Central gave other jars than cli/spark/s3a.sha256 lists; none is used" >&2
    exit 1
fi
(cd "$incoming" && sha256sum --quiet --check "$here/s3a.sha256")
rm -rf "$folder"
mv "$incoming" "$folder"
echo "set-up: $(find "$folder" -name '*.jar' | wc -l) jars of Hadoop's S3 client in $folder"
