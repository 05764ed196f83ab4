#!/bin/sh
# dse report --figure: every figure for print as SVG with its data, PDF and PNG by rsvg-convert.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_figures: %s\n' "$*"; failed=1; }

# figure NAME DB OPTION...: writes NAME.svg and NAME.csv.
figure() {
    name=$1 db=$2
    shift 2
    "$DSE" report "$db" --figure "$name" -o "$name.svg" "$@" >out.txt 2>err.txt ||
        { complain "$name: $(cat err.txt)"; return; }
    [ "$(cat out.txt)" = "$(printf '%s.svg\n%s.csv' "$name" "$name")" ] || complain "$name prints $(cat out.txt)"
    grep -q '^<svg .*font-size="7.5"' "$name.svg" && tail -n 1 "$name.svg" | grep -q '^</svg>$' || complain "$name is no SVG"
    [ "$(wc -l <"$name.csv")" -gt 1 ] || complain "$name has no data"
    grep -qiE '(nan|inf)[^a-z]' "$name.svg" "$name.csv" && complain "$name has nan or inf"
}

cat >s.yaml <<'END'
study: "a<b> & 'c'"
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  workload.context: [8192, 65536]
  engine: [none, duplex, attacc]
  chip.memory_byte_per_s: [8 TB/s, 12 TB/s]
scenarios:
  fp8: {precision: {weight: fp8, kv: fp8, math: fp8}}
END
"$DSE" sweep s.yaml --quiet >/dev/null || complain "the study fails"
"$DSE" list figures --format csv | tail -n +2 >figures.csv
[ "$(wc -l <figures.csv)" -ge 15 ] || complain "few figures"
grep ',any$' figures.csv | cut -d, -f1 >any.txt
for name in payoff-map front roofline tornado flips breakdown; do
    grep -qx "$name" any.txt || complain "no figure $name"
done
while read -r name; do
    figure "$name" s.db
    grep -q '^<svg .*width="240pt"' "$name.svg" || complain "$name is not one column wide"
    cp "$name.svg" first.svg
    figure "$name" s.db --columns 1
    cmp -s first.svg "$name.svg" || complain "$name differs the second time"
    figure "$name" s.db --columns 2
    grep -q '^<svg .*width="504pt"' "$name.svg" || complain "$name is not two columns wide"
done <any.txt
figure front s.db --width 88mm
grep -q '^<svg .*width="249.449pt"' front.svg || complain "--width: $(head -n 1 front.svg)"
"$DSE" report s.db --figure front >/dev/null || complain "no default file"

# The data of the map are the groups of the pay-off.
"$DSE" payoff s.db --by +engine --format csv | sed '/^$/q' | grep . | cut -d, -f1-8 >groups.csv
cut -d, -f1-8 payoff-map.csv | cmp -s groups.csv - || complain "the data of the map are not those of dse payoff"

# A figure of the paper from another run says which study it needs.
"$DSE" report s.db --figure paper-14 -o x.svg 2>err.txt
[ "$?" = 2 ] && grep -q 'dse/studies/paper/figure14.yaml' err.txt || complain "paper-14: $(cat err.txt)"
[ -e x.svg ] && complain "a figure without data is written"

# PDF and PNG: the program runs without a shell, whatever the name of the file.
mkdir with without failing
for tool in with failing; do
    printf '#!/bin/sh\nprintf "%%s\\n" "$@" >"%s/arguments.txt"\ncat\n' "$work" >$tool/rsvg-convert
    chmod +x $tool/rsvg-convert
done
echo 'exit 3' >>failing/rsvg-convert
odd="-o '\$(touch odd) x.pdf"
PATH="$work/with:$PATH" "$DSE" report s.db --figure flips -o "$odd" >out.txt 2>err.txt || complain "pdf: $(cat err.txt)"
head -c 4 "./$odd" | grep -q '<svg' || complain "the SVG does not reach rsvg-convert"
[ -e odd ] && complain "a shell reads the name of the file"
grep -qx -e '--format=pdf' arguments.txt || complain "rsvg-convert gets $(cat arguments.txt)"
PATH="$work/with:$PATH" "$DSE" report s.db --figure flips -o y.png >/dev/null || complain "png"
grep -qx -e '--dpi-x=300' arguments.txt || complain "a PNG is not made for print"
mkfifo pipe.pdf
cat pipe.pdf >got &
PATH="$work/with:$PATH" "$DSE" report s.db --figure flips -o pipe.pdf >/dev/null 2>err.txt || complain "a pipe: $(cat err.txt)"
if [ -p pipe.pdf ]; then wait $!; else complain "a pipe is a file now" && kill $!; fi
grep -q '</svg>' got || complain "a pipe gets no picture"

# refused PATTERN STATUS ARGUMENT...
refused() {
    pattern=$1 status=$2
    shift 2
    PATH=$tools "$DSE" report s.db "$@" >out.txt 2>err.txt
    [ "$?" = "$status" ] || complain "$*: another status than $status"
    [ "$(wc -l <err.txt)" = 1 ] && grep -q -e "$pattern" err.txt || complain "$*: $(cat err.txt)"
    [ -s out.txt ] && complain "$* prints"
}
tools=$work/without
refused 'install librsvg2-bin' 1 --figure flips -o z.pdf
tools=$work/failing:$PATH
refused 'rsvg-convert failed with status 3' 1 --figure flips -o z.pdf
tools=$PATH
for file in z*; do
    [ -e "$file" ] && complain "a failed picture leaves $file"
done
refused 'did you mean "payoff-map"' 2 --figure payof-map
refused 'a figure is .svg, .pdf or .png' 2 --figure front -o x.html
refused 'give 1 or 2' 2 --figure front --columns 3
refused 'like 88 mm' 2 --figure front --width 88
refused 'too narrow' 2 --figure front --width 1mm
refused 'of a --figure' 2 --columns 2
refused '\-\-over' 2 --figure front --over model
exit "$failed"
