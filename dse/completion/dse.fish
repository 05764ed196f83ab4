# fish completion for dse: the program itself knows its words (dse completion words).
function __dse_words
    set -l before (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    for line in ($before[1] completion words -- $before[2..-1] $current 2>/dev/null)
        switch $line
            case ':dirs'
                __fish_complete_directories $current
            case ':files*'
                __fish_complete_suffix $current (string replace --regex '^:files ?' '' -- $line)
            case '*'
                printf '%s\n' $line
        end
    end
end
complete --command dse --no-files --arguments '(__dse_words)'
