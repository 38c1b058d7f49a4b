#!/usr/bin/env bash
# Fetch the real engines that tests/reliability runs the lake on, each checked against its hash: Hadoop's S3 client, an S3
# server (versitygw), DynamoDB Local, and Trino, which answers Athena's SQL.
#   set_up.sh VENV/engines    needs Maven, and Go for versitygw; to run Trino a Java 24 or later.
# What is there already is left alone. What cannot be had is named, and its tests say that they are skipped.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
engines=$(mkdir -p "$1" && cd "$1" && pwd)
missing=()

maven() { timeout 900 mvn --quiet --batch-mode "$@" >"$engines/maven.log" 2>&1; }

# checked FOLDER LIST: every file of the folder stands in the list of hashes with its own.
checked() {
    local listed
    listed=$(awk '{print $2}' "$here/$2" | sort)
    [ "$(cd "$1" && ls | sort)" = "$listed" ] && (cd "$1" && sha256sum --quiet --check "$here/$2")
}

# kept NAME: the engine is complete; only then does it get its name.
kept() { rm -rf "${engines:?}/$1" && mv "$engines/.incoming-$1" "$engines/$1"; }

s3a() { bash "$here/../../cli/spark/set_up_s3a.sh" "${engines%/engines}"; }

dynamodb() {
    maven -f "$here/dynamodb.pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$engines/.incoming-dynamodb" &&
        checked "$engines/.incoming-dynamodb" dynamodb.sha256 && kept dynamodb
}

versitygw() {
    (cd "$here" && timeout 900 go build -mod=readonly -o "$engines/.incoming-versitygw" \
        github.com/versity/versitygw/cmd/versitygw) && kept versitygw
}

trino() {
    local folder="$engines/.incoming-trino" packed="$engines/.packed"
    mkdir -p "$folder" "$packed" &&
        maven dependency:copy -Dartifact=io.trino:trino-server-core:476:tar.gz -DoutputDirectory="$packed" &&
        maven dependency:copy -Dartifact=io.trino:trino-hive:476:zip -DoutputDirectory="$packed" &&
        checked "$packed" trino.sha256 &&
        tar -xzf "$packed/trino-server-core-476.tar.gz" -C "$folder" --strip-components=1 &&
        python3 -m zipfile -e "$packed/trino-hive-476.zip" "$folder/plugin" &&
        mv "$folder/plugin/trino-hive-476" "$folder/plugin/hive" &&
        rm -rf "$packed" && kept trino
}

for engine in s3a versitygw dynamodb trino; do
    [ -e "$engines/$engine" ] && continue
    rm -rf "$engines/.incoming-$engine"
    echo "set-up: $engine"
    if ! ($engine); then
        missing+=("$engine")
        tail -n 3 "$engines/maven.log" 2>/dev/null
    fi
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "not set up: ${missing[*]}; their tests will be skipped"
    exit 1
fi
