# Shared by ./demo, ./chaos, ./bench and ./assent: finds a JDK and builds what is needed, showing what it does. To be sourced, after these
# are set: command (its name, for messages), state (directory for logs), modules (to be built), jars (what they make). May be set:
# maven_options (such as a profile), further_sources (directories besides those of the modules in the root).

log=$state/logs/build.log
stamp=$state/build.stamp

fail() {
  printf '%s\n' "$@" >&2
  exit 3
}

find_jdk() {
  if [ -n "${JAVA_HOME:-}" ]; then
    [ -x "$JAVA_HOME/bin/java" ] || fail "JAVA_HOME is $JAVA_HOME, where there is no bin/java. Set it to a JDK, 17 or newer."
    java=$JAVA_HOME/bin/java
  else
    java=$(command -v java) || fail "No Java was found. Install a JDK, 17 or newer, or set JAVA_HOME to one."
  fi
  local settings version
  settings=$("$java" -XshowSettings:properties -version 2>&1) || fail "$java does not run:" "$settings"
  version=$(sed -n 's/^ *java\.specification\.version = //p' <<<"$settings")
  JAVA_HOME=$(sed -n 's/^ *java\.home = //p' <<<"$settings")
  export JAVA_HOME
  case $version in
    '' | *[!0-9]*) version=8 ;; # 1.8 and older
  esac
  [ "$version" -ge 17 ] || fail "$java is Java $version; ./$command needs 17 or newer. Set JAVA_HOME to such a JDK."
  java=$JAVA_HOME/bin/java
  javac=$JAVA_HOME/bin/javac
}

# Whether something that goes into the jars is newer than they are. A deleted file shows in its directory.
needs_build() {
  local jar
  [ -f "$stamp" ] || return 0
  for jar in "${jars[@]}"; do
    [ -f "$jar" ] || return 0
  done
  [ -n "$(find pom.xml ./{,examples/}*/pom.xml ./{,examples/}*/src/main ${further_sources:-} \
    -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

stop_build() {
  trap - INT TERM
  if [ -n "${build:-}" ]; then
    kill "$build" 2>/dev/null || true
    wait "$build" 2>/dev/null || true
  fi
  printf '\n' >&2
  exit 130
}

# What the build does now, from its log.
build_progress() {
  local module downloads
  module=$(sed -n 's/^\[INFO\] Building \(Assent :: .*\) .*\[\(.*\)\]$/\1 (\2)/p' "$log" | tail -n 1)
  downloads=$(grep -c 'Downloaded from' "$log" || true)
  printf 'Building: %s' "${module:-getting ready}"
  [ "$downloads" -eq 0 ] || printf ', %s files downloaded' "$downloads"
}

build() {
  [ -x "$javac" ] || fail "$JAVA_HOME is a runtime without a compiler. Set JAVA_HOME to a JDK, 17 or newer."
  mkdir -p "$state/logs"
  local begun=$SECONDS text shown= projects
  projects=$(IFS=,; printf '%s' "${modules[*]}")
  : >"$state/build.begun"
  : >"$log"
  trap stop_build INT TERM
  ./mvnw --batch-mode -T 1C ${maven_options:-} -pl "$projects" -am -Dmaven.test.skip=true -Dspotless.check.skip=true package \
    </dev/null >"$log" 2>&1 &
  build=$!
  while kill -0 "$build" 2>/dev/null; do
    text=$(build_progress)
    if [ -t 1 ]; then
      printf '\r\033[K%4d s    %s ...' $((SECONDS - begun)) "$text"
    elif [ "${text%%,*}" != "$shown" ]; then
      shown=${text%%,*}
      printf '%4d s    %s ...\n' $((SECONDS - begun)) "$text"
    fi
    sleep 0.5
  done
  [ ! -t 1 ] || printf '\r\033[K'
  if ! wait "$build"; then
    tail -n 40 "$log" >&2
    fail "" "The build failed; all of its output is in $log."
  fi
  build=
  trap - INT TERM
  # As old as the begin: what was changed while it built is built the next time.
  mv "$state/build.begun" "$stamp"
  printf '%4d s    Built\n' $((SECONDS - begun))
}

# Builds unless everything is as new as its sources, or the user only has a question about the options.
build_if_needed() {
  find_jdk
  case " $* " in
    *' --help '* | *' -h '* | *' --version '* | *' -V '*) [ -f "${jars[0]}" ] || build ;;
    *) ! needs_build || build ;;
  esac
  mkdir -p "$state/logs"
}
