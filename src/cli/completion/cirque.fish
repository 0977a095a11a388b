# SPDX-License-Identifier: Apache-2.0
# fish completion for cirque: asks the program itself, which answers in milliseconds.
function __cirque_complete
    set -l typed (commandline --current-token)
    set -l before (commandline --tokenize --current-process --cut-at-cursor)
    set -l prefix "$(string match --regex -- '^--[^=]*=' $typed)"
    set -l rest (string replace --regex -- '^--[^=]*=' '' $typed)
    for line in (command $before[1] __complete $before[2..] "$typed" 2>/dev/null)
        switch $line
            case :files
                for path in (__fish_complete_path $rest)
                    echo $prefix$path
                end
            case :folders
                for path in (__fish_complete_directories $rest)
                    echo $prefix$path
                end
            case '*'
                echo $line
        end
    end
end
complete --command cirque --no-files --arguments '(__cirque_complete)'
