# bash completion for dse: the program itself knows its words (dse completion words).
# shellcheck shell=bash
_dse()
{
    # bash splits words at = and : (COMP_WORDBREAKS); the program gets them whole.
    local i word words=() glue=
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ${#words[@]} -gt 0 && ($glue || $word == [=:]*) ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        glue=
        [[ $word == *[=:] ]] && glue=1
    done
    # What bash replaces begins after the last = or : of the word.
    local whole=${words[-1]} kept=
    local last=${whole##*[=:]}
    kept=${whole%"$last"}

    local line file
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
        :dirs) compopt -o filenames; while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -d -- "$last") ;;
        :files*)
            compopt -o filenames
            while IFS= read -r file; do
                [[ -d $file || $file == *"${line#:files }" || $line == :files ]] && COMPREPLY+=("$file")
            done < <(compgen -f -- "$last")
            ;;
        *)
            word=${line%%$'\t'*}
            [[ $word == *[=,:] ]] && compopt -o nospace
            COMPREPLY+=("${word#"$kept"}")
            ;;
        esac
    done < <("${COMP_WORDS[0]}" completion words -- "${words[@]}" 2>/dev/null)
}
complete -o default -F _dse dse
