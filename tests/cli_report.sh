#!/bin/sh
# Reports: deterministic, in every format, with any names.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_report: %s\n' "$*"; failed=1; }

# The page: the same bytes twice, all four formats, no nan or inf.
sed -e 's/workload.context: .*/workload.context: [8192, 65536]/' -e 's/engine: .*/engine: [none, duplex]/' \
    -e 's/memory_byte: .*/memory_byte: [96 GB, 192 GB, 288 GB]/' -e '/chip.link_byte_per_s/d' "$DSE_SOURCE/dse/studies/attention-payoff.yaml" >small.yaml
"$DSE" sweep small.yaml --db small.db --quiet >/dev/null || complain "the small study fails"
for form in html svg csv md; do
    "$DSE" report small.db -o page.$form >/dev/null || complain "no $form"
    [ -s page.$form ] || complain "$form is empty"
    sed -e '/^<script>/,$d' -e '/^<script type="text\/plain"/,$d' -e '/"doc": /d' page.$form | grep -qiE '[^a-z](nan|inf)[^a-z]' && complain "$form has nan or inf"
done
"$DSE" report small.db -o again.html >/dev/null
cmp -s page.html again.html || complain "the page differs the second time"
grep -q 'An attention engine pays for' page.html || complain "the page has no answer"
grep -qE '(src|href)="https?:' page.html && complain "the page needs the network"
[ "$(grep -o '<svg' page.html | wc -l)" -eq "$(grep -o '</svg>' page.html | wc -l)" ] || complain "an svg is not closed"
for model in gpt3-175b llama-4-maverick deepseek-r1; do
    grep -q "$model" page.html || complain "the page does not name $model"
done

# Names with characters that are special in HTML or SQL.
printf "study: \"a<b> & 'c'\"\nmodel: gpt3-175b\nsweep: {engine: [none, attacc], workload.context: [1024, 4096]}\n" >odd.yaml
"$DSE" sweep odd.yaml --db odd.db --quiet >/dev/null || complain "an odd name fails"
"$DSE" report odd.db -o odd.html >/dev/null || complain "no page for an odd name"
grep -q 'a<b>' odd.html && complain "the page does not escape names"
"$DSE" query odd.db --run "a<b> & 'c'" --top 1 --format csv | tail -n 1 | grep -q ',ok,' || complain "--run with an odd name"

# A study without engines has a page but no pay-off.
printf 'study: plain\nmodel: gpt3-175b\nsweep: {chip: [h100, b200]}\n' >plain.yaml
"$DSE" sweep plain.yaml --quiet >/dev/null || complain "a study of chips fails"
"$DSE" report plain.db -o plain.html >/dev/null || complain "no page for a study of chips"
"$DSE" payoff plain.db >/dev/null || complain "no pay-off for a study of chips"
[ "$("$DSE" pareto plain.db --format csv | wc -l)" -gt 1 ] || complain "no front for a study of chips"
exit "$failed"
