#!/bin/sh
# Runs every study of this folder and writes README.md: each question with its answer, as the program
# gives it. Needs build/dse; the databases stay in build/studies/.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
dse=build/dse
mkdir -p build/studies

# The comment a study begins with.
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

# P of the best engine, a row per model, a column per context; ? too close to call, - does not pay.
best() {
    "$dse" payoff "build/studies/$1.db" --by model,workload.context --format csv | sed '/^$/q' | awk -F, '
        NR > 1 && NF {
            if (!($1 in seen)) { seen[$1] = 1; model[++m] = $1 }
            if (!($2 in known)) { known[$2] = 1; context[++n] = $2 }
            mark = $6 == "pays" ? "" : $6 == "does not pay" ? " -" : " ?"
            cell[$1, $2] = sprintf("%.2f %s%s", $3, $13, mark)
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

# The answer in words, then what follows as the program prints it, lines cut at a width.
text() {
    db=build/studies/$1.db
    shift
    "$dse" payoff "$db" "$@" >build/studies/answer.txt
    sed -n '1,/^$/p' build/studies/answer.txt | sed 's/^  /- /'
    printf '```\n'
    sed -n '/^P: /,$p' build/studies/answer.txt | sed '1,/^$/d; /^$/,$d' | cut -c1-120
    printf '\n'
    sed -n '/^one draw in ten/,$p' build/studies/answer.txt | sed '1,2d; /^$/,$d' | cut -c1-130
    printf '```\n'
    stops=$(sed -n '/^Stop points/,$p' build/studies/answer.txt | sed '1,2d' | cut -c1-130 | head -n 14)
    case $stops in none*) ;; *) printf '\nWhere P = 1:\n\n```\n%s\n```\n' "$stops" ;; esac
}

{
    cat <<'END'
# Studies, and what they answer

Made by `sh dse/studies/answers.sh`; nothing in it is written by hand but the questions, which stand
in the studies. P is the best throughput per dollar with an engine over the best without, both sides
free to choose memory, link and mapping; *sure* is the share of a thousand draws of all prices with
P > 1; *c max* the share of the price that an engine may add before the best design without one
catches up, whatever it really costs. Timing is ideal.
END
    printf '\n# The headline: eight models, three precisions\n'
    for study in attention-bf16 attention-fp8 attention-fp4; do
        begin "$study"
        printf '\nP with the best engine, over contexts (? too close to call, - does not pay):\n\n'
        best "$study"
        printf '\n'
        "$dse" payoff "build/studies/$study.db" --by model,workload.context |
            sed -n '1,/^$/p' | sed 's/^  /- /'
    done
    printf '\n# Where a verdict turns\n'
    begin kimi-grey-zone && printf '\n' && text kimi-grey-zone
    begin flip-tp && printf '\n' && text flip-tp --by plan.tp
    begin flip-draft && printf '\n' && text flip-draft
    printf '\n# Pools of other devices\n'
    begin pool-step3 && printf '\n' && text pool-step3
    begin pool-lamina && printf '\n' && text pool-lamina
    printf '\n# The paper\n\nFigures of arXiv:2507.15465: [paper/](paper/README.md).\n'
} >build/studies/README.md
mv build/studies/README.md dse/studies/README.md
