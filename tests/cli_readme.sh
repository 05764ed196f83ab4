#!/bin/sh
# The commands of the README and of docs/commands.md as they stand, from top to bottom, in a folder that
# looks like the project's after the quick start; its study here is a small one.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

mkdir -p build dse/studies tests
ln -s "$DSE" build/dse
ln -s "$DSE_SOURCE/tests/configs" tests/configs
cp "$DSE_SOURCE"/dse/studies/*.csv dse/studies/
cat >dse/studies/attention-payoff.yaml <<'S'
study: attention-payoff
models: [gpt3-175b, deepseek-r1]
chip: b200
workload: {phase: decode, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  engine: [none, duplex]
  engine.ridge_flop_per_byte: [4, 16]
  workload.context: [2048, 8192]
objectives: [+tokens_per_s, -system_cost_usd]
S

# The first block of code of the section, and of the page.
first_block() { awk '/^```/ { if (open) exit; open = 1; next } open' "$@"; }
sed -n '/^## Ask your own question/,$p' "$DSE_SOURCE/README.md" | first_block >readme.txt
first_block "$DSE_SOURCE/docs/commands.md" >commands.txt
cat readme.txt commands.txt >lines.txt
[ "$(grep -c '^dse ' readme.txt)" -ge 5 ] || { echo "cli_readme: few commands in the README"; failed=1; }
[ "$(grep -c '^dse ' commands.txt)" -ge 20 ] || { echo "cli_readme: few commands in docs/commands.md"; failed=1; }
grep -q '^export PATH=' readme.txt || { echo "cli_readme: the README does not say how to type dse"; failed=1; }

PATH=/usr/bin:/bin
while IFS= read -r line; do
    case $line in
    export*) eval "$line" ;;
    *)
        sh -c "$line" >out.txt 2>err.txt </dev/null
        got=$?
        [ "$got" = 0 ] || { echo "cli_readme: $line: exit $got: $(head -c 300 err.txt)"; failed=1; }
        case $line in *" -o "*) ;; *) [ -s out.txt ] || { echo "cli_readme: $line: prints nothing"; failed=1; } ;; esac
        ;;
    esac
done <lines.txt

# The output that the README shows is what the study gives on a terminal of 80 columns.
awk '/^Output of the first command/ { on = 1 } on && /^```/ { if (open) exit; open = 1; next } open' \
    "$DSE_SOURCE/README.md" >shown.txt
"$DSE" sweep "$DSE_SOURCE/dse/studies/attention-payoff.yaml" --db shown.db --quiet >out.txt || failed=1
COLUMNS=80 "$DSE" payoff shown.db --summary | sed '/^Next:/,$d' | sed '$d' >out.txt
cmp -s out.txt shown.txt || { echo "cli_readme: the output shown is another: $(diff out.txt shown.txt | head -n 5)"; failed=1; }
exit $failed
