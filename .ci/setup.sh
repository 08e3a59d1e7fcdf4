# Sourced by ./run and ./test, with $here set to the checkout: makes sure that $here/.venv holds what they need.
#
#   set_up run     what the program needs
#   set_up test    that, and the tools of the developers
#
# Both share one .venv. It carries, for each of the two, a stamp of what was installed: the place of the checkout, the
# Python, the whole pyproject.toml. A start whose stamp fits installs nothing and asks nothing. All messages go to
# standard error, since standard output belongs to the program.

venv=$here/.venv
python=$venv/bin/python
unset PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX

say() { printf '%s\n' "packbench: $*" >&2; }

give_up() {
    say "$@"
    exit 1
}

stamp_text() {
    printf '%s\n' "$here" "$("$python" -V 2>&1)"
    cat "$here/pyproject.toml"
}

# Whether what $1 (run, test) needs is installed; the developers' set includes the program's.
is_set_up() {
    [ -x "$python" ] && [ ! -e "$venv/.setting-up" ] || return 1
    wanted=$(stamp_text)
    for stamp in "$1" test; do
        if [ -f "$venv/.set-up-$stamp" ] && [ "$wanted" = "$(cat "$venv/.set-up-$stamp")" ]; then return 0; fi
    done
    return 1
}

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1; }
can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# Prints the command of a Python that suits, rather one that can make a venv; fails when there is none.
find_python() {
    second_best=
    for name in python3 python3.13 python3.12 python3.11 python3.14; do
        suits "$name" || continue
        if can_make_venv "$name"; then
            echo "$name"
            return 0
        fi
        second_best=${second_best:-$name}
    done
    [ -n "$second_best" ] && echo "$second_best"
}

# What Qt loads, as "soname package" with the names of Debian and Ubuntu: first without a display, then what X11 and
# Wayland add. The wheels of PySide6 bring the rest. On Debian libgl1 brings libX11, which the offscreen platform needs.
qt_libraries='libEGL.so.1 libegl1
libGL.so.1 libgl1
libxkbcommon.so.0 libxkbcommon0
libglib-2.0.so.0 libglib2.0-0
libfontconfig.so.1 libfontconfig1
libdbus-1.so.3 libdbus-1-3
libpulse.so.0 libpulse0'
x11_libraries='libX11-xcb.so.1 libx11-xcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-sync.so.1 libxcb-sync1
libxcb-util.so.1 libxcb-util1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
libxkbcommon-x11.so.0 libxkbcommon-x11-0'
wayland_libraries='libwayland-client.so.0 libwayland-client0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1 libwayland-egl1'

# Prints the packages of those libraries of list $2 that the loader does not find, asked through the Python $1.
missing_packages() {
    [ "$(uname -s)" = Linux ] || return 0
    if [ -z "$1" ]; then
        printf '%s\n' "$2" | while read -r _ package; do printf ' %s' "$package"; done
        return 0
    fi
    printf '%s\n' "$2" | "$1" -c '
import ctypes, sys
for line in sys.stdin:
    soname, package = line.split()
    try:
        ctypes.CDLL(soname)
    except OSError:
        print(end=" " + package)'
}

# Installs the Debian packages $@, or says how and fails.
install_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then
        say "missing from this system; the names of Debian's packages are: $*"
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        say "missing from this system. As root, or with sudo:"
        say "    apt-get install --no-install-recommends $*"
        return 1
    fi
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    apt_log=$(mktemp)
    # an update that fails for one foreign source may still have brought the list that counts
    if { apt-get -q update || true; apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"; } \
        >"$apt_log" 2>&1 </dev/null; then
        rm -f "$apt_log"
        return 0
    fi
    tail -n 15 "$apt_log" >&2
    rm -f "$apt_log"
    say "apt-get could not install: $*"
    return 1
}

# Everything from the system: a Python with venv, then the libraries of Qt. Sets $base_python.
have_system() {
    base_python=$(find_python) || base_python=
    needed=
    if [ -z "$base_python" ]; then
        needed="python3 python3-venv"
    elif ! can_make_venv "$base_python"; then
        needed="$base_python-venv"
    fi
    needed="$needed$(missing_packages "$base_python" "$qt_libraries")"
    # shellcheck disable=SC2086  # a list of words is meant
    [ -z "$needed" ] || install_packages $needed || exit 1
    if [ -z "$base_python" ]; then
        base_python=$(find_python) || give_up "Python 3.11, 3.12, 3.13 or 3.14 is needed. Found: $(python3 -V 2>&1)"
    fi
    can_make_venv "$base_python" || give_up "$base_python cannot make a venv: install its modules venv and ensurepip"
}

# What a window needs besides. A missing library stops nothing here: commands without a window work.
have_desktop() {
    [ -z "${DISPLAY:-}" ] || have_libraries_for x11 "$x11_libraries"
    [ -z "${WAYLAND_DISPLAY:-}" ] || have_libraries_for wayland "$wayland_libraries"
}

have_libraries_for() {
    [ ! -e "$venv/.has-$1" ] || return 0
    needed=$(missing_packages "$python" "$2")
    # shellcheck disable=SC2086
    if [ -z "$needed" ] || install_packages $needed; then
        [ ! -w "$venv" ] || : >"$venv/.has-$1"
    fi
}

# What the tests of a window on a screen need: a screen that nobody sees, hands that type, and what Qt needs there.
# Without it these tests are skipped, and say so: nothing else stops.
have_screen_for_tests() {
    [ "$(uname -s)" = Linux ] || return 0
    needed=$(missing_packages "$python" "$x11_libraries")
    command -v Xvfb >/dev/null 2>&1 || needed="$needed xvfb"
    command -v xdotool >/dev/null 2>&1 || needed="$needed xdotool"
    # shellcheck disable=SC2086
    [ -z "$needed" ] || install_packages $needed || say "the tests of a window on a screen are skipped"
}

install_into_venv() {
    if [ -e "$venv" ]; then
        [ -w "$venv" ] || give_up "cannot write $venv: start as its owner, or copy the checkout to a folder of your own"
    else
        [ -w "$here" ] || give_up "cannot write $here: copy the checkout to a folder of your own"
    fi
    have_system
    # a set-up that was cut off may have left half a package, which pip does not mend
    if [ -e "$venv" ] && { [ -e "$venv/.setting-up" ] || ! suits "$python" || ! "$python" -c 'import pip' 2>/dev/null; }; then
        : >"$venv/.setting-up"
        find "$venv" -mindepth 1 ! -path "$venv/.setting-up" -delete
    fi
    if [ ! -x "$python" ]; then
        say "making .venv with $("$base_python" -V 2>&1)"
        mkdir -p "$venv" && : >"$venv/.setting-up"
        "$base_python" -m venv "$venv" >&2 || give_up "could not make $venv"
    fi
    # who stops it leaves the mark behind, as a power cut does
    trap 'exit 130' INT
    trap 'exit 143' TERM
    : >"$venv/.setting-up"
    rm -f "$venv/.set-up-run" "$venv/.set-up-test"
    what=.
    [ "$1" = run ] || what='.[dev]'
    say "installing the Python packages into .venv (the first time this takes minutes)"
    if ! (cd "$here" && "$python" -m pip install --quiet --disable-pip-version-check --no-input -e "$what") \
        >"$venv/set-up.log" 2>&1 </dev/null; then
        rm -f "$venv/.setting-up"
        tail -n 15 "$venv/set-up.log" >&2
        give_up "could not install the Python packages; all that pip said is in $venv/set-up.log"
    fi
    [ "$1" != test ] || have_screen_for_tests
    stamp_text >"$venv/.set-up-$1"
    rm -f "$venv/.setting-up"
    trap - INT TERM
}

set_up() {
    if ! is_set_up "$1"; then
        # one set-up at a time; who waited finds it done. The lock goes with the process that held it.
        exec 9<"$here/pyproject.toml"
        if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
            say "waiting for another set-up of this checkout"
            flock 9
        fi
        is_set_up "$1" || install_into_venv "$1"
        exec 9<&-
    fi
}
