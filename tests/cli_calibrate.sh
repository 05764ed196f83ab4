#!/bin/sh
# dse calibrate recovers the constants of a generated table and reports what it cannot fit.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

complain() { printf 'cli_calibrate: %s\n' "$*"; failed=1; }

# GEMMs of an H100 (989 TFLOP/s, 3.35 TB/s) with 5 us of start-up, 0.7 of both peaks and 0.4 us
# per 1000 of k, as arch/calibration.h combines them.
mkdir -p "$work/silicon"
awk 'BEGIN {
    print "gpu,engine,engine_version,kernel_source,dtype,m,n,k,lat_us"
    for (m = 1; m <= 16384; m *= 4) for (n = 512; n <= 32768; n *= 4) for (k = 1024; k <= 16384; k *= 2) {
        c = 2 * m * n * k / (0.7 * 989e12); b = 2 * (k * n + m * (k + n)) / (0.7 * 3.35e12)
        printf "h100,x,1,x,bfloat16,%d,%d,%d,%.9g\n", m, n, k,
            5 + 0.4 * k / 1000 + 1e6 * (c ^ 4 + b ^ 4) ^ 0.25
    } }' >"$work/silicon/gemm.csv"
"$DSE" calibrate "$work" --chips h100 >"$work/x.yaml" || complain "fails"
is() {
    sed -n "s/^$1: \([0-9.]*\).*/\1/p" "$work/x.yaml" | awk -v want="$2" '
        { seen = 1; if ($1 < 0.99 * want || $1 > 1.01 * want) bad = 1 } END { exit bad || !seen }' ||
        complain "$1 is not $2: $(grep "^$1" "$work/x.yaml")"
}
is gemm_bf16_start_s 5
is gemm_bf16_compute 0.7
is gemm_bf16_memory 0.7
is gemm_bf16_depth_s 400
grep -q '^moe' "$work/x.yaml" && complain "constants without rows"

# A user's chip file names the calibration and is timed with it; missing classes are an error.
sed "s|^calibration: .*|calibration: $work/x.yaml|" "$DSE_CATALOGUE/chips/h100.yaml" >"$work/mine.yaml"
"$DSE" eval --set "chip=$work/mine.yaml" --set model=llama-3.1-8b --set plan.devices=1 \
    --set timing=calibrated >"$work/out.txt" 2>&1
[ $? -eq 3 ] && grep -q 'calibration: kernels of this kind were not measured' "$work/out.txt" ||
    complain "$(cat "$work/out.txt")"

refused() {
    want=$1
    shift
    "$DSE" "$@" >"$work/out.txt" 2>"$work/err.txt"
    [ $? -eq 2 ] && grep -q "$want" "$work/err.txt" || complain "$*: $(cat "$work/err.txt")"
}
refused 'chips: nothing to fit' calibrate "$work"
refused 'no kernel tables' calibrate "$DSE_SOURCE/tests" --chips h100
sed 's|^calibration: .*|calibration: hoper|' "$DSE_CATALOGUE/chips/h100.yaml" >"$work/typo.yaml"
refused 'typo.yaml:[0-9]*:[0-9]*: calibration: unknown calibration "hoper": did you mean "hopper"' \
    eval --set "chip=$work/typo.yaml"

# A chip that cannot be read is no chip without rows.
cp -r "$DSE_CATALOGUE" "$work/catalogue"
echo 'compute_units: many' >"$work/catalogue/chips/h100.yaml"
DSE_CATALOGUE=$work/catalogue refused 'h100.yaml:1:16: chip.compute_units' calibrate "$work" --chips h100
exit "$failed"
