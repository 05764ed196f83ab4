#!/bin/sh
# The engines of the catalogue: each file states what payoff draws, and the memory that it is
# designed for if that is not the memory of the chip.
set -u
status=0

fail() {
    echo "FAILED: $*"
    status=1
}

for file in "$DSE_SOURCE"/arch/catalogue/engines/*.yaml; do
    name=$(basename "$file" .yaml)
    [ "$name" = none ] && continue
    for key in bandwidth_low_ratio bandwidth_high_ratio ridge_low_ratio ridge_high_ratio \
        efficiency_low_ratio energy_low_ratio energy_high_ratio; do
        grep -q "^$key: [0-9.]*  # ..." "$file" || fail "$name does not state $key with its source"
    done
done
for pair in aim:gddr6 cent:gddr6 lpddr-pim:lpddr5x stratum:3d_dram duplex:hbm; do
    "$DSE" list engines --format csv | grep "^${pair%:*}," | grep -q ",${pair#*:}," ||
        fail "dse list engines does not show the memory of ${pair%:*}"
done
exit $status
