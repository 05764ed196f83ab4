#!/bin/sh
# Prices as axes of a study, as settings, and as columns of a list.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_prices: %s\n' "$*"; failed=1; }
sql() { "$DSE" query "$1" --format csv --sql "$2" | tail -n +2; }
# is GOT WANTED WHAT
is() { [ "$1" = "$2" ] || complain "$3: \"$1\", not \"$2\""; }

study() { # PRICES...
    printf '%s\n' 'study: p' 'models: [gpt3-175b, deepseek-r1]' 'plan: {devices: 16}' \
        'objectives: [+tokens_per_s, -system_cost_usd]' "$@"
}
study 'sweep:' '  prices.hbm3e_usd_per_gb: [10, 14, 18]' '  chip: [h100, b200]' \
    '  engine: [none, duplex]' '  workload.context: [2048, 8192]' '  chip.memory_byte_per_s: [4 TB/s, 8 TB/s]' \
    'scenarios:' '  dear: {prices: {hbm3e_usd_per_gb: 40}}' '  two: {sweep: {prices.hbm3e_usd_per_gb: [5, 6]}}' >swept.yaml
for jobs in 1 2; do
    "$DSE" sweep swept.yaml --db "swept$jobs.db" --jobs $jobs --quiet >/dev/null || complain "a sweep of prices fails"
done
columns='model, chip, engine, workload_context, chip_memory_byte_per_s, verdict, tokens_per_s, system_cost_usd, system_cost_usd_low, usd_per_mtok'
is "$(sql swept1.db 'SELECT * FROM point ORDER BY id')" "$(sql swept2.db 'SELECT * FROM point ORDER BY id')" \
    "threads change the points"
is "$(sql swept1.db 'SELECT scenario, prices_hbm3e_usd_per_gb, count(*) FROM point GROUP BY 1, 2' | tr '\n' ' ')" \
    'base,10,32 base,14,32 base,18,32 dear,40,32 two,5,32 two,6,32 ' 'points by price'

# A swept price is the price: other points, and both ends of its range, are those of that price list.
study 'prices: {hbm3e_usd_per_gb: 14}' 'sweep:' '  chip: [h100, b200]' '  engine: [none, duplex]' \
    '  workload.context: [2048, 8192]' '  chip.memory_byte_per_s: [4 TB/s, 8 TB/s]' >fixed.yaml
"$DSE" sweep fixed.yaml --quiet >/dev/null || complain "a study with one other price fails"
is "$(sql swept1.db "SELECT $columns FROM point WHERE scenario = 'base' AND prices_hbm3e_usd_per_gb = 14 ORDER BY id")" \
    "$(sql fixed.db "SELECT $columns FROM point ORDER BY id")" "points at 14 USD"
groups() { sed '/^$/q' | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NF { print $at["model"], $at["workload_context"], $at["payoff"], $at["payoff_low"], $at["p_median"], $at["verdict"] }'; }
is "$("$DSE" payoff swept1.db --format csv --scenario base | sed '1n; /^$/q; /^[^,]*,[^,]*,[^,]*,14,/!d' | groups)" \
    "$("$DSE" payoff fixed.db --format csv | groups)" "P and its draws at 14 USD"
"$DSE" payoff swept1.db --format csv | head -n 1 | grep -q prices_hbm3e_usd_per_gb || complain "a price does not split a pay-off"
for command in payoff recommend pareto; do
    case $command in recommend) more="--tokens-per-s 1000" ;; *) more= ;; esac
    # shellcheck disable=SC2086
    "$DSE" $command swept1.db $more --over prices.hbm3e_usd_per_gb >out.txt 2>&1
    is $? 2 "$command --over a price"
done

# Every point is evaluated again bit for bit, also from a search that takes any price.
for point in 0 31 32 95 96 127 128 191; do
    "$DSE" eval swept1.db --point $point >/dev/null 2>err.txt
    [ $? -eq 1 ] && complain "point $point is another: $(cat err.txt)"
done
study 'sweep:' '  prices.hbm3e_usd_per_gb: {from: 5, to: 30}' '  chip: [h100, b200]' \
    'search: {strategy: nsga2, budget: 64, population: 16}' >any.yaml
"$DSE" sweep any.yaml --quiet >/dev/null || complain "a search over a range of prices fails"
for point in 0 17 63; do
    "$DSE" eval any.db --point $point >/dev/null 2>err.txt
    [ $? -eq 1 ] && complain "point $point of a search is another: $(cat err.txt)"
done

# One price of one point.
cost() { "$DSE" eval "$@" --set chip=b200 --format json | sed -n 's/.*"system_cost_usd": \([0-9.e+]*\),*/\1/p'; }
is "$(cost fixed.yaml --set prices.hbm3e_usd_per_gb=18)" "$(cost swept.yaml --set prices.hbm3e_usd_per_gb=18)" \
    "--set of a price"
[ "$(cost fixed.yaml)" != "$(cost fixed.yaml --set prices.hbm3e_usd_per_gb=18)" ] || complain "--set of a price has no effect"
printf 'model,prices.hbm3e_usd_per_gb\ngpt3-175b,14\ngpt3-175b,18\n' >points.csv
"$DSE" eval fixed.yaml --set chip=b200 --points points.csv >out.csv || complain "a list with prices fails"
[ "$(cut -d, -f3- out.csv | sort -u | wc -l)" -eq 3 ] || complain "a column of prices has no effect: $(cat out.csv)"

# Mistakes.
refused() { # TEXT PRICES...
    text=$1
    shift
    study "$@" >wrong.yaml
    "$DSE" sweep wrong.yaml --dry-run >out.txt 2>&1
    is $? 2 "$*"
    grep -qF -- "$text" out.txt || complain "$*: $(cat out.txt), not $text"
}
refused 'wrong.yaml:6:3: prices.hbm3e_usd_per_g: unknown price: did you mean "prices.hbm3e_usd_per_gb"?' \
    'sweep:' '  prices.hbm3e_usd_per_g: [10, 14]'
refused 'wrong.yaml:5:28: prices.hbm3e_usd_per_gb: given twice: 12 here, other values by the axis at 6:9' \
    'prices: {hbm3e_usd_per_gb: 12}' 'sweep: {prices.hbm3e_usd_per_gb: [10, 14]}'
refused 'wrong.yaml:6:1: prices.hbm4_usd_per_gb: given twice, at 5:10 too: keep one' \
    'prices: {hbm4_usd_per_gb: 12}' 'prices.hbm4_usd_per_gb: 12'
refused 'wrong.yaml:5:9: prices.board_power_ratio: a factor on what the design states' \
    'sweep: {prices.board_power_ratio: [1, 2]}'
refused 'wrong.yaml:5:48: hbm3e_usd_per_gb: the middle, 20, lies outside low to high, 1000 to 28: give a middle between' \
    'prices: {hbm3e_usd_per_gb: {low: 1000, middle: 20, high: 28}}'
printf 'base: 2025\nhbm3e_usd_per_gb:\n  low: 10\n  middle: 30\n  high: 28\n' >list.yaml
refused 'list.yaml:4:11: hbm3e_usd_per_gb: the middle, 30, lies outside low to high, 10 to 28' 'prices: {base: list.yaml}'
study 'prices: {hbm3e_usd_per_gb: {low: 28, middle: 20, high: 20}}' >reversed.yaml
"$DSE" sweep reversed.yaml --dry-run >out.txt 2>&1 || complain "a cheap end above the middle: $(cat out.txt)"
refused '2 is out of range: from 0.5 to 1' 'sweep: {prices.bond_yield: [2]}'
"$DSE" eval --set prices.hbm3e_usd_per_g=5 >out.txt 2>&1
is $? 2 "--set of an unknown price"
grep -q 'did you mean "prices.hbm3e_usd_per_gb"' out.txt || complain "$(cat out.txt)"

[ $failed -eq 0 ] && echo "cli_prices: all as expected"
exit $failed
