# bash completion for halidrift
_halidrift() {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "run check explain list reference --help --version" -- "$word")
    return
  fi
  if [ "${COMP_WORDS[COMP_CWORD-1]}" = --resume ]; then
    mapfile -t COMPREPLY < <(compgen -d -- "$word")
    return
  fi
  case $command:$word in
    run:-*) mapfile -t COMPREPLY < <(compgen -W "-o --output --set --checkpoint --resume -q --quiet -v --verbose --help" -- "$word") ;;
    check:-*) mapfile -t COMPREPLY < <(compgen -W "--set --help" -- "$word") ;;
    list:*) mapfile -t COMPREPLY < <(compgen -W "materials metals contacts reactions elements waveforms statistics generation experiments quantities" -- "$word") ;;
    run:* | check:*) mapfile -t COMPREPLY < <(compgen -f -X '!*.cfg' -- "$word"; compgen -d -- "$word") ;;
  esac
}
complete -o filenames -F _halidrift halidrift
