#!/bin/sh
# A new user's way on a bare Debian, timed: in a fresh chroot the quick start of the README from a clean
# clone, up to the first own answer; there the packages, made as Containerfile makes them; then a second
# bare chroot, where apt installs and a user runs them. Needs root and debootstrap; takes packages from
# where this machine's apt does.
#   sh packaging/chroot.sh bookworm|trixie [FOLDER]     FOLDER: keeps the bare systems; default: a new one
set -eu
suite=${1:?usage: sh packaging/chroot.sh bookworm|trixie [FOLDER]}
folder=$(realpath -m -- "${2:-$(mktemp -d)}")
CDPATH='' cd -- "$(dirname -- "$0")/.."

step() { printf '\n== %s (%s)\n' "$*" "$suite"; }
# begin, then took WHAT: seconds since then, and CPU time. The second line that `times` prints is the CPU
# time of child processes: 0m1.25s 0m0.50s
cpu_s() {
    times >"$folder/$suite.times"
    cpu=$(awk -F '[ms ]+' 'NR == 2 { printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }' "$folder/$suite.times")
}
begin() {
    cpu_s
    began=$(date +%s) spent=$cpu
}
took() {
    cpu_s
    echo "$1: $(($(date +%s) - began)) s, CPU time $((cpu - spent)) s"
}

# The archive that this machine uses, and how it is reached.
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | sort -u | head -n 1)
[ -n "$mirror" ] || { echo "packaging/chroot.sh: apt knows no archive of Debian here" >&2; exit 1; }
mkdir -p "$folder"
apt-config dump | grep -E '^Acquire::(https?|ftp)::' >"$folder/$suite.apt.conf" || true
eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
[ -z "${http_proxy:-}" ] || export http_proxy

base=$folder/$suite.base
if [ ! -e "$base/etc/debian_version" ]; then
    step "bare system"
    begin
    debootstrap --variant=minbase "$suite" "$base" "$mirror" >"$folder/$suite.log"
    took debootstrap
fi

# bare NAME: a copy of the bare system as $root
bare() {
    root=$folder/$suite.$1
    rm -rf "$root"
    cp -a "$base" "$root"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cp "$folder/$suite.apt.conf" "$root/etc/apt/apt.conf.d/90here"
}
# inside COMMAND: by sh in $root, with its own processes; nothing stays mounted
inside() {
    # shellcheck disable=SC2016 # for the shell in the namespace
    unshare --mount --pid --fork sh -c 'mount -t proc proc "$1/proc" && exec chroot "$1" \
        /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive sh -euc "$2"' inside "$root" "$1"
}
# The RUN line of a stage of Containerfile, from 1.
container_step() { sed -n 's/^RUN //p' Containerfile | sed -n "$1p"; }

step "from a clean clone to the first own answer"
bare build
git clone -q . "$root/dse"
git -C "$root/dse" log -1 --format='commit %h'
begin
inside 'cd /dse; sh dse/quickstart.sh'
took "quick start"
inside 'cd /dse; build/dse eval --set model=kimi-k2 --set chip=h200 --set engine=duplex | head -n 12'
took "first own answer"

step "packages"
begin
inside "$(container_step 1)"
took packages
packages=$(find "$root/packages" -maxdepth 1 -name '*.deb')
# shellcheck disable=SC2086 # names without blanks
du -k $packages
for deb in $packages; do
    echo "$(dpkg-deb -f "$deb" Package): $(dpkg-deb -f "$deb" Depends)"
done

step "installed by apt in a bare system"
bare user
mkdir "$root/packages"
# shellcheck disable=SC2086
cp $packages "$root/packages/"
begin
cp -R "$root/packages" "$root/kept"
inside "$(container_step 2)"
took installed
inside 'cd /root
    dse --version
    dse eval --set model=kimi-k2 --set chip=h200 --set engine=duplex | head -n 5
    dse sweep /usr/share/dse/studies/attention-payoff.yaml --quiet
    dse payoff attention-payoff.db --summary
    dse check attention-payoff.db
    apt-get update >/dev/null; apt-get install -y --no-install-recommends man-db bash-completion >/dev/null 2>&1
    man dse | head -n 4; man dse-payoff | grep -c . ; man 5 dse-study | head -n 4
    bash -ic "source /usr/share/bash-completion/bash_completion; _completion_loader dse; complete -p dse" 2>/dev/null'

step "a program with libdse"
cp tests/lib/one_point.c "$root/root/"
inside 'apt-get install -y --no-install-recommends /kept/libdse*.deb gcc libc6-dev pkg-config >/dev/null 2>&1
    cd /root
    gcc -Wall -Wextra -o one_point one_point.c $(pkg-config --cflags --libs dse)
    echo "libdse $(pkg-config --modversion dse)"
    ./one_point model=kimi-k2 chip=h200 | head -n 4
    dse eval --set model=kimi-k2 --set chip=h200 --format json >point.json
    ./one_point model=kimi-k2 chip=h200 | cmp - point.json && echo "the same bytes as dse eval"'

step "Python"
inside 'apt-get install -y --no-install-recommends /kept/python3-dse*.deb >/dev/null 2>&1
    cd /root
    python3 -c "import dse; print(dse.__version__, dse.evaluate(model=\"kimi-k2\", chip=\"h200\").tokens_per_s)"'
inside 'dpkg --purge python3-dse dse libdse-dev libdse0 dse-data >/dev/null; ! ls -d /usr/bin/dse /usr/share/dse /usr/share/doc/*dse* /usr/lib/python3/dist-packages/dse 2>/dev/null'
step "all done"
