#!/bin/sh
# Runs every study of this folder and writes README.md: each question with the output of dse as the
# answer. Needs build/dse; the databases stay in build/studies/. The studies run side by side.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
dse=build/dse
mkdir -p build/studies

# Prints the comment at the top of a study.
question() { sed -n '/^#/!q; s/^# \{0,1\}//p' "dse/studies/$1.yaml"; }

run() {
    rm -f "build/studies/$1.db"
    "$dse" sweep "dse/studies/$1.yaml" --db "build/studies/$1.db" --quiet >/dev/null
}

begin() {
    printf '\n## %s\n\n' "$1"
    question "$1"
    run "$1"
}

# Prints which engines of a study are hypothetical, or cannot be fed or cooled as stated.
caveats() { "$dse" pareto "build/studies/$1.db" --format md | grep '^Not as stated' | sed 's/^/\n/'; }

# Lines of model, context and cell, between tabs, as a table: a row per model, a column per context length.
grid() {
    awk -F '\t' '
        {
            if (!($1 in seen)) { seen[$1] = 1; model[++m] = $1 }
            if (!($2 in known)) { known[$2] = 1; context[++n] = $2 }
            cell[$1, $2] = $3
        }
        END {
            printf "| model |"; for (j = 1; j <= n; j++) printf " %s |", context[j]
            printf "\n| --- |"; for (j = 1; j <= n; j++) printf " --- |"
            print ""
            for (i = 1; i <= m; i++) {
                printf "| %s |", model[i]
                for (j = 1; j <= n; j++) printf " %s |", cell[model[i], context[j]]
                print ""
            }
        }'
}

# P with the best engine at the best batch.
best() {
    "$dse" payoff "build/studies/$1.db" --flips --over workload.batch --format csv | awk -F, '
        NR > 1 && NF {
            mark = $8 == "pays" ? "" : $8 == "does not pay" ? " -" : " ?"
            printf "%s\t%s\t%.2f %s%s\n", $1, $2, $4, $3, mark
        }' | grid
}

# Prints the answer in words, then the tables of dse payoff with lines cut to a width.
text() {
    db=build/studies/$1.db
    shift
    "$dse" payoff "$db" --details "$@" >build/studies/answer.txt
    sed -n '1,/^$/p' build/studies/answer.txt | sed 's/^  /- /'
    printf '```\n'
    sed -n '/^P: /,$p' build/studies/answer.txt | sed '1,/^$/d; /^$/,$d' | cut -c1-120
    printf '\n'
    sed -n '/^The best engine/,$p' build/studies/answer.txt | sed '1,/^$/d; /^$/,$d' | cut -c1-130
    printf '```\n'
    stops=$(sed -n '/^Stop points/,$p' build/studies/answer.txt | sed '1,2d' | cut -c1-130 | head -n 14)
    case $stops in none*) ;; *) printf '\nWhere P = 1:\n\n```\n%s\n```\n' "$stops" ;; esac
}

flips() {
    printf '\n# The headline under other conditions\n\n## flips\n\n'
    question flips
    printf '\nP and the best engine (?: too close to call, -: does not pay, *: another verdict than in base),\n'
    printf 'also as a [map](../../docs/flips.svg); `sh dse/studies/flips.sh` makes both:\n\n'
    sh dse/studies/flips.sh
}

attention() {
    begin "$1"
    printf '\nP with the best engine and batch by context length (?: too close to call, -: does not pay):\n\n'
    best "$1"
    printf '\n'
    "$dse" payoff "build/studies/$1.db" --details --over workload.batch | sed -n '1,/^$/p' | sed 's/^  /- /'
}

# Table of P with the best engine, and of P if engines run attention or state updates only.
classes() {
    begin "$1"
    printf '\nP with the best engine by context length (?: too close to call, -: does not pay); in brackets P if\n'
    printf 'engines run attention alone, and state updates alone:\n\n'
    "$dse" payoff "build/studies/$1.db" --format csv | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) { at[$i] = i; back[$i] = NF - i } } # texts between hold commas
        NR > 1 && !NF { exit }
        NR > 1 {
            mark = $at["verdict"] == "pays" ? "" : $at["verdict"] == "does not pay" ? " -" : " ?"
            printf "%s\t%s\t%.2f %s%s (%.2f, %.2f)\n", $1, $2, $at["payoff"], $at["engine"], mark, $(NF - back["p_attention"]), $(NF - back["p_state"])
        }' | grid
    caveats "$1"
}

# small NAME [OPTION]...: a study whose tables are shown.
small() {
    begin "$1"
    printf '\n'
    text "$@"
}

# sql NAME: the rows of a statement on standard input, as a table.
sql() {
    printf '\n'
    "$dse" query "build/studies/$1.db" --format md --sql "$(cat)"
}

disaggregation() {
    begin disaggregation
    printf '\nUSD per million tokens of the cheapest system of each kind, prompts included (empty: none is fast enough):\n'
    sql disaggregation <<'END'
SELECT model, workload_input AS prompt, round(1000 * workload_tpot_s) AS tpot_ms,
       round(min(usd) FILTER (WHERE kind = 'alone'), 3) AS alone,
       round(min(usd) FILTER (WHERE kind = 'engine'), 3) AS engine,
       round(min(usd) FILTER (WHERE kind = 'rubin all_but_attention'), 3) AS attention_pool,
       round(min(usd) FILTER (WHERE kind = 'rubin ffn'), 3) AS ffn_pool,
       round(min(usd) FILTER (WHERE kind LIKE 'groq%'), 3) AS ffn_on_sram,
       round(min(usd) FILTER (WHERE kind = 'prefill'), 3) AS prefill_pool
FROM (SELECT *, usd_per_mtok AS usd,
             CASE WHEN engine <> 'none' AND pools_ffn_chip = 'none' AND pools_prefill_chip = 'none' THEN 'engine'
                  WHEN engine <> 'none' THEN 'more than one'
                  WHEN pools_ffn_chip <> 'none' AND pools_prefill_chip <> 'none' THEN 'more than one'
                  WHEN pools_prefill_chip <> 'none' THEN 'prefill'
                  WHEN pools_ffn_chip <> 'none' THEN pools_ffn_chip || ' ' || pools_ffn_runs
                  ELSE 'alone' END AS kind
      FROM point WHERE verdict = 'ok')
WHERE workload_tpot_s IN (0.002, 0.01, 0.1)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
END
    caveats disaggregation
}

vendor() {
    begin vendor-35x
    printf '\nThousand tokens per second and megawatt of the best system of each kind (empty: none is fast enough):\n'
    sql vendor-35x <<'END'
SELECT round(1000 * workload_tpot_s, 1) AS tpot_ms,
       round(max(rate) FILTER (WHERE chip = 'gb200' AND pools_ffn_chip = 'none')) AS gb200,
       round(max(rate) FILTER (WHERE chip = 'rubin' AND pools_ffn_chip = 'none')) AS rubin,
       round(max(rate) FILTER (WHERE chip = 'rubin' AND pools_ffn_chip <> 'none' AND bridge < 2e-6)) AS lpx_1us,
       round(max(rate) FILTER (WHERE chip = 'rubin' AND pools_ffn_chip <> 'none' AND bridge > 2e-6)) AS lpx_5us,
       round(max(rate) FILTER (WHERE chip = 'rubin' AND pools_ffn_chip <> 'none') /
             max(rate) FILTER (WHERE chip = 'gb200' AND pools_ffn_chip = 'none'), 1) AS lpx_over_gb200,
       round(max(rate) FILTER (WHERE chip = 'rubin' AND pools_ffn_chip <> 'none') /
             max(rate) FILTER (WHERE chip = 'rubin' AND pools_ffn_chip = 'none'), 2) AS lpx_over_rubin
FROM (SELECT *, 1e3 * tokens_per_s / power_w AS rate, pools_ffn_link_latency_s AS bridge
      FROM point WHERE verdict = 'ok')
GROUP BY workload_tpot_s ORDER BY workload_tpot_s
END
}

# Writes each part to build/studies/NAME.md.
flips >build/studies/flips.md &
for study in attention-bf16 attention-fp8 attention-fp4; do
    attention $study >build/studies/$study.md &
done
classes linear-attention >build/studies/linear-attention.md
small flip-tp --by plan.tp >build/studies/flip-tp.md
for study in kimi-grey-zone flip-draft pool-step3 pool-lamina; do
    small $study >build/studies/$study.md
done
disaggregation >build/studies/disaggregation.md
vendor >build/studies/vendor-35x.md
wait

part() { for name in "$@"; do cat "build/studies/$name.md"; done; }
{
    cat <<'END'
# Studies and their answers

Generated by `sh dse/studies/answers.sh` from the comment at the top of each study and the output of
`dse payoff`. P is the best throughput per dollar with an engine over the best without, both sides
free to choose memory, link and mapping; *sure* is the share of a thousand draws of prices and engines with
P > 1; *c max* is the share of the price that an engine may add before the best design without one
catches up; it does not depend on the engine's price. Timing is ideal.
END
    part flips
    printf '\n# Main result: eight models, three precisions\n'
    part attention-bf16 attention-fp8 attention-fp4
    printf '\n# Linear attention\n'
    part linear-attention
    printf '\n# Where a verdict flips\n'
    part kimi-grey-zone flip-tp flip-draft
    printf '\n# Pools of other devices\n'
    part disaggregation vendor-35x pool-step3 pool-lamina
    printf '\n# The paper\n\nFigures of arXiv:2507.15465: [paper/](paper/README.md).\n'
} >build/studies/README.md
mv build/studies/README.md dse/studies/README.md
