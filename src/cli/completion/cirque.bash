# SPDX-License-Identifier: Apache-2.0
# bash completion for cirque: asks the program itself, which answers in milliseconds.
_cirque() {
  local cur=${COMP_WORDS[COMP_CWORD]} line files='' folders=''
  local -a answer=()
  COMPREPLY=()
  mapfile -t answer < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [ "$cur" = '=' ] && cur=
  for line in "${answer[@]}"; do
    case $line in
      :files) files=1 ;;
      :folders) folders=1 ;;
      *) COMPREPLY+=("$(printf '%q' "${line%%$'\t'*}")") ;;
    esac
  done
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
  elif [ -n "$folders" ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur")
  fi
}
complete -F _cirque cirque
