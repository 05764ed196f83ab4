# shellcheck shell=sh
# The study that the tests of searches share, and how they compare stores. Sourced by them, after
# complain().

points() { "$DSE" query "$1" --columns all --sort point --format csv | sed 's/^[0-9]*,[0-9]*,//'; }
# same A B WHY: both stores hold the same points.
same() {
    points "$1" >a.csv
    points "$2" >b.csv
    [ "$(wc -l <a.csv)" -gt 1 ] || complain "$3: $1 is empty"
    cmp -s a.csv b.csv || complain "$3: $(wc -l <b.csv) lines, not those $(wc -l <a.csv)"
}

study() {
    cat <<Y
study: search
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32, tp: 8, dp: 4}
sweep:
  engine: [none, attacc, duplex]
  workload.context: {from: 1024, to: 65536, scale: log}
  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s, steps: 16}
  chip.link_byte_per_s: {from: 100 GB/s, to: 1.8 TB/s, scale: log}
constraints: [die_area_mm2 <= 1700, tokens_per_s >= 2000]
objectives: [+tokens_per_s, -system_cost_usd]
search: {strategy: $1, budget: $2}
keep: $3
Y
}
