#!/bin/sh
# Lists of points as users and spreadsheets write them: the right answer, or one line with the place
# and the remedy; never the default point instead.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_points: %s\n' "$*"; failed=1; }

# priced TEXT [TPOT...]: the list of this text (for printf) has these tpot_s, to six digits.
priced() {
    text=$1
    shift
    # shellcheck disable=SC2059
    printf "$text" >points.csv
    "$DSE" eval --points points.csv --format csv >out.csv 2>err.txt || complain "$text: status $?: $(cat err.txt)"
    got=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "tpot_s") c = i; next }
                   { printf "%s%.6g", (NR > 2 ? " " : ""), $c }' out.csv)
    [ "$got" = "$*" ] || complain "$text: tpot_s $got, not $*"
}

# refused PATTERN TEXT: the list of this text is refused with one line, status 2 and no output.
refused() {
    # shellcheck disable=SC2059
    printf "$2" >points.csv
    "$DSE" eval --points points.csv >out.csv 2>err.txt
    got=$?
    [ "$got" -eq 2 ] || complain "$2: status $got, not 2"
    [ ! -s out.csv ] || complain "$2: something on standard output"
    [ "$(wc -l <err.txt)" -eq 1 ] || complain "$2: $(wc -l <err.txt) lines, not 1"
    grep -qE -e "^points\.csv:$1" err.txt || complain "$2: $(cat err.txt): not $1"
}

# Separators, line ends and marks that spreadsheets write.
priced 'model,chip,plan.devices,workload.context,workload.batch\nllama-3.1-8b,h100,1,4096,16\nllama-3.1-8b,h100,1,8192,16\n' 0.00708533 0.00964949
priced 'model;chip;plan.devices;workload.context;workload.batch\nllama-3.1-8b;h100;1;4096;16\nllama-3.1-8b;h100;1;8192;16\n' 0.00708533 0.00964949
priced 'model\tchip\tplan.devices\tworkload.context\tworkload.batch\nllama-3.1-8b\th100\t1\t4096\t16\n' 0.00708533
priced 'sep=;\r\nmodel;chip;plan.devices;workload.context;workload.batch\r\nllama-3.1-8b;h100;1;4096;16\r\n' 0.00708533
priced 'model,chip,plan.devices,workload.context,workload.batch\rllama-3.1-8b,h100,1,4096,16\rllama-3.1-8b,h100,1,8192,16\r' 0.00708533 0.00964949
priced '\357\273\277model,chip,plan.devices,workload.context,workload.batch\nllama-3.1-8b,h100,1,4096,16\n' 0.00708533
priced '"model";"chip";"plan.devices";"workload.context";"workload.batch"\n"llama-3.1-8b";"h100";"1";"4096";"16"\n' 0.00708533
refused '1:1: the text is in UTF-16: save it as UTF-8' '\377\376m\000o\000d\000e\000l\000\n\000'
refused '1: the header holds more than one of comma, semicolon and tab' 'model,chip;plan.devices\nllama-3.1-8b,h100;1\n'

# A batch beside workload.batch, or in a list of results, is passed on.
priced 'model,chip,plan.devices,workload.context,workload.batch,batch\nllama-3.1-8b,h100,1,4096,16,7\n' 0.00708533
priced 'model,chip,plan.devices,workload.context,Workload.Batch,verdict,batch\nllama-3.1-8b,h100,1,4096,16,ok,7\n' 0.00708533

# Names in capitals and between blanks; cells between blanks; rows of empty cells.
priced 'Model, chip,PLAN.Devices , Workload_Context,workload.batch\nllama-3.1-8b, h100 , 1,4096,16\n' 0.00708533
priced 'model,chip,plan.devices,workload.context,workload.batch,,\nllama-3.1-8b,h100,1,4096,16,,\n,,,,,,\n ,,"",,,,\n' 0.00708533

# Columns that nearly name a parameter set nothing, so they are errors.
refused '1:1: plan\.device: .*did you mean "plan\.devices"'           'plan.device,model\n1,llama-3.1-8b\n'
refused '1:2: workload\.contxt: .*did you mean "workload\.context"'   'model,workload.contxt\nllama-3.1-8b,4096\n'
refused '1:2: worklod\.context: .*did you mean "workload\.context"'   'model,worklod.context\nllama-3.1-8b,4096\n'
refused '1:2: workload_contxt: .*did you mean "workload\.context"'    'model,workload_contxt\nllama-3.1-8b,4096\n'
refused '1:2: wrkload_context: .*did you mean "workload\.context"'    'model,wrkload_context\nllama-3.1-8b,4096\n'
refused '1:2: workload context: .*did you mean "workload\.context"'   'model,workload context\nllama-3.1-8b,4096\n'
refused '1:2: chip_memory_gb: .*did you mean "chip\.memory_byte"'     'model,chip_memory_gb\nllama-3.1-8b,80\n'
refused '1:2: Context: .*did you mean "workload\.context"'            'model,Context\nllama-3.1-8b,4096\n'
refused '1:2: batch: .*did you mean "workload\.batch"'                'model,batch\nllama-3.1-8b,16\n'
refused '1:2: mode: .*\(given_mode is passed on\)'                    'model,mode\nllama-3.1-8b,x\n'
refused '1:1: models: .*did you mean "model"'                         'models,chip\nllama-3.1-8b,h100\n'
refused '1:2: chp: .*did you mean "chip"'                             'model,chp\nllama-3.1-8b,h100\n'
refused '1:1: no column is named like a parameter'                    'name,note\na,b\n'
refused '2:1: no column is named like a parameter'                    '\nmodel|chip\nllama-3.1-8b|h100\n'
refused '1:3: workload\.context: given twice, by column 2 too'        'model,workload.context,workload.context\nllama-3.1-8b,1,2\n'
refused '1:3: workload_context: given twice, by column 2 too'         'model,Workload.Context,workload_context\nllama-3.1-8b,1,2\n'
refused '1:3: note: given twice, by column 2 too'                     'model,note,note\nllama-3.1-8b,1,2\n'
refused '2:2: the column has no name: name it'                        'model,,chip\nllama-3.1-8b,x,h100\n'

# Other columns are passed through.
priced 'id,name,model,chip_name,model_type,meta.source,code,device,plan.devices,chip,workload.batch,workload.context,given_context\n1,a,llama-3.1-8b,x,y,z,u,v,1,h100,16,4096,7\n' 0.00708533
head -n 1 out.csv | grep -q '^id,name,model,chip_name,model_type,meta\.source,' || complain "foreign columns: $(head -n 1 out.csv)"
# What eval wrote can be read again.
cp out.csv again.csv
"$DSE" eval --points again.csv >again-out.csv || complain "its own rows are refused"

# Numbers in other locales.
refused '2:2: workload\.skew: "0,5" is not a number: write 0\.5'            'model;workload.skew\nllama-3.1-8b;0,5\n'
refused '2:2: workload\.context: "8,192" is not a number: write 8192, or 8\.192 if the comma' 'model,workload.context\nllama-3.1-8b,"8,192"\n'
refused '2:2: workload\.context: "8 192" is not a number: write 8192'       'model,workload.context\nllama-3.1-8b,8 192\n'
refused '2:2: workload\.context: "1_000" is not a number: write 1000'       'model,workload.context\nllama-3.1-8b,1_000\n'
refused '2:2: workload\.tpot: 50 without a unit is 50 s: did you mean 50 ms' 'model,workload.tpot\nllama-3.1-8b,50\n'

# Every mistake is reported, in file order, at most 20; nothing is evaluated.
printf 'model,workload.context,chip,context,batch\nllama-3.1-8b,abc,b20,1,1\nllama-3.1-8b,5,b200,1,1\nfoo,-5,b200,1,1\n' >points.csv
"$DSE" eval --points points.csv >out.csv 2>err.txt && complain "mistakes: status 0"
[ ! -s out.csv ] || complain "mistakes: something on standard output"
places=$(sed -n 's/^points\.csv:\([0-9]*:[0-9]*\): .*/\1/p' err.txt | tr '\n' ' ')
[ "$places" = '1:4 1:5 2:2 2:3 4:1 4:2 ' ] || complain "mistakes at $places: $(cat err.txt)"
(echo model && for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do echo "foo$i"; done) >points.csv
"$DSE" eval --points points.csv 2>err.txt && complain "22 mistakes: status 0"
[ "$(wc -l <err.txt)" -eq 21 ] || complain "22 mistakes: $(wc -l <err.txt) lines"
grep -q '^points\.csv: and 2 more$' err.txt || complain "22 mistakes: $(tail -n 1 err.txt)"

# A column with the full name of a parameter is in its SI unit, so 12 means 12 s.
printf 'model,workload.tpot_s,chip.memory_byte\nllama-3.1-8b,12,192e9\n' >points.csv
"$DSE" eval --points points.csv >out.csv 2>err.txt || complain "12 s in tpot_s: $(cat err.txt)"
printf 'study: slow\nmodel: llama-3.1-8b\nsweep: {workload.tpot: [12 s, 20 s]}\n' >slow.yaml
"$DSE" sweep slow.yaml --quiet >/dev/null || complain "a study of slow limits fails"
"$DSE" query slow.db --columns model,workload_tpot_s --format csv >points.csv
"$DSE" eval --points points.csv >out.csv 2>err.txt || complain "rows of the store: $(cat err.txt)"

# Each row with an impossible mapping has a reason.
printf 'model,plan.devices,plan.tp,plan.dp,plan.ep\nllama-3.1-8b,3,3,1,1\nllama-3.1-8b,1,1,1,1\n' >points.csv
"$DSE" eval --points points.csv >out.csv || complain "a row without a mapping: status $?"
grep -q '^llama-3.1-8b,3,3,1,1,mapping,.*,plan\.tp does not divide the heads$' out.csv || complain "no reason: $(cat out.csv)"
grep -q '^llama-3.1-8b,1,1,1,1,ok,.*,$' out.csv || complain "a reason for a feasible row: $(cat out.csv)"
"$DSE" eval --set model=llama-3.1-8b --set plan.devices=3 --set plan.tp=3 --set plan.dp=1 --format json >out.json
grep -q '"reason": "plan.tp does not divide the heads"' out.json || complain "no reason in JSON"

# What --set changes in the chip holds for the chip that a row names, too.
printf 'model,chip,workload.batch\nllama-3.1-8b,h100,16\n' >points.csv
named=$("$DSE" eval --points points.csv --set chip.memory_byte_per_s=1TB/s)
once=$("$DSE" eval --set model=llama-3.1-8b --set chip=h100 --set workload.batch=16 --set chip.memory_byte_per_s=1TB/s --format json |
    sed -n 's/.*"tpot_s": \([0-9.e-]*\).*/\1/p')
[ -n "$once" ] && printf '%s\n' "$named" | grep -q ",$once," || complain "--set beside a column chip: not $once: $named"
printf 'model,chip,workload.batch,chip.memory_byte_per_s\nllama-3.1-8b,h100,16,1 TB/s\n' >points.csv
[ "$("$DSE" eval --points points.csv --set chip.memory_byte_per_s=2TB/s --format json | grep -c "\"tpot_s\": $once,")" -eq 1 ] ||
    complain "a column chip.memory_byte_per_s gives way to --set"

exit "$failed"
