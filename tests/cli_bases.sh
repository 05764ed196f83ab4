#!/bin/sh
# Files of a chip, engine, model or price list with `base:`, also of one another.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_bases: %s\n' "$*"; failed=1; }
sql() { "$DSE" query "$1" --format csv --sql "$2" | tail -n +2; }
# is GOT WANTED WHAT
is() { [ "$1" = "$2" ] || complain "$3: \"$1\", not \"$2\""; }

mkdir parts
printf 'base: fast.yaml\nmemory_byte: 200 GB\n' >parts/large.yaml
printf 'base: b200\nmemory_byte_per_s: 9 TB/s\n' >parts/fast.yaml
printf 'base: duplex\nbandwidth_ratio: 3\n' >parts/wide.yaml
printf 'base: llama-3.1-8b\nlayers: 30\n' >parts/short.yaml
printf 'base: list.yaml\nhbm3e_usd_per_gb: 20\n' >parts/dear.yaml
printf 'base: 2025\nhbm3e_usd_per_gb: {low: 1, middle: 2, high: 3}\nhbm_stack_usd: 7\n' >parts/list.yaml
cat >based.yaml <<'Y'
study: based
models: [parts/short.yaml]
chip: parts/large.yaml
engine: parts/wide.yaml
prices: {base: parts/dear.yaml, hbm4_usd_per_gb: 18}
plan: {devices: 8}
sweep: {workload.context: [2048, 8192]}
scenarios: {cheap: {prices: parts/list.yaml}}
Y
cat >plain.yaml <<'Y'
study: plain
model: {base: llama-3.1-8b, layers: 30}
chip: {base: b200, memory_byte: 200 GB, memory_byte_per_s: 9 TB/s}
engine: {base: duplex, bandwidth_ratio: 3}
prices: {hbm3e_usd_per_gb: 20, hbm_stack_usd: 7, hbm4_usd_per_gb: 18}
plan: {devices: 8}
sweep: {workload.context: [2048, 8192]}
scenarios: {cheap: {prices: {hbm3e_usd_per_gb: {low: 1, middle: 2, high: 3}}}}
Y
for name in based plain; do
    "$DSE" sweep $name.yaml --quiet >/dev/null || complain "$name fails"
    sql $name.db 'SELECT scenario, verdict, tokens_per_s, system_cost_usd_low, system_cost_usd, system_cost_usd_high, power_w
        FROM point ORDER BY id' >$name.csv
done
[ -s plain.csv ] && cmp -s based.csv plain.csv || complain "files with a base differ from the same values: $(cat based.csv plain.csv)"
is "$(sql based.db "SELECT group_concat(name, ' ') FROM (SELECT name FROM file WHERE name LIKE 'parts/%' ORDER BY name)")" \
    'parts/dear.yaml parts/fast.yaml parts/large.yaml parts/list.yaml parts/short.yaml parts/wide.yaml' 'stored files'
rm -r parts
mkdir elsewhere
for point in 0 1 2 3; do
    (cd elsewhere && "$DSE" eval ../based.db --point $point >/dev/null 2>err.txt) || complain "point $point: $(cat elsewhere/err.txt)"
done

# Cycles, chains without end and bases that do not exist.
refused() { # TEXT
    "$DSE" sweep wrong.yaml --dry-run >out.txt 2>&1
    is $? 2 "$kind: $1"
    grep -qF -- "$1" out.txt || complain "$kind: $(cat out.txt), not $1"
}
for kind in chip engine model prices; do
    printf 'study: wrong\n%s: a.yaml\n' $kind >wrong.yaml
    echo 'base: a.yaml' >a.yaml
    refused 'a.yaml:1:7: base: is its own base: a.yaml -> a.yaml: name another base'
    echo 'base: b.yaml' >a.yaml
    echo 'base: c.yaml' >b.yaml
    echo 'base: b.yaml' >c.yaml
    refused 'c.yaml:1:7: base: is its own base: b.yaml -> c.yaml -> b.yaml: name another base'
    echo 'base: lost.yaml' >c.yaml
    refused 'c.yaml:1:7: base: lost.yaml: cannot be read'
    echo 'base: [b.yaml]' >c.yaml
    refused 'c.yaml:1:7: base: is not a name'
    echo 'about: nothing else' >c.yaml
    [ $kind = engine ] || refused 'or take what is not written from base: NAME' # no value of an engine is required
    case $kind in
    chip) near=b200x right=b200 ;; engine) near=duplx right=duplex ;;
    model) near=llama-3.1-8 right=llama-3.1-8b ;; prices) near=2026 right=2025 ;;
    esac
    echo "base: $near" >c.yaml
    refused "\"$near\": did you mean \"$right\"?"
    for i in 1 2 3 4 5 6 7 8; do echo "base: $((i + 1)).yaml" >$i.yaml; done
    echo "base: $right" >9.yaml
    echo 'base: 1.yaml' >a.yaml
    refused 'over 7 files are each the base of the one before: a.yaml -> 1.yaml'
done

[ $failed -eq 0 ] && echo "cli_bases: all as expected"
exit $failed
