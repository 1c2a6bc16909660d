# bash completion for halidrift
_halidrift() {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "run ensemble sweep check explain list reference --help --version" -- "$word")
    return
  fi
  if [ "$command ${COMP_WORDS[COMP_CWORD-1]}" = "run --resume" ]; then
    mapfile -t COMPREPLY < <(compgen -d -- "$word")
    return
  fi
  case $command:$word in
    run:-*) mapfile -t COMPREPLY < <(compgen -W "-o --output --set --checkpoint --resume -q --quiet -v --verbose --help" -- "$word") ;;
    ensemble:-*) mapfile -t COMPREPLY < <(compgen -W "-n --count -o --output --first -j --jobs --time-limit --part --traces --resume --set -q --quiet -v --verbose --help" -- "$word") ;;
    sweep:-*) mapfile -t COMPREPLY < <(compgen -W "--vary -n --count -o --output --first -j --jobs --time-limit --part --traces --resume --set -q --quiet -v --verbose --help" -- "$word") ;;
    check:-*) mapfile -t COMPREPLY < <(compgen -W "--set --help" -- "$word") ;;
    list:*) mapfile -t COMPREPLY < <(compgen -W "materials metals contacts reactions elements waveforms statistics generation experiments protocols quantities" -- "$word") ;;
    run:* | ensemble:* | sweep:* | check:*) mapfile -t COMPREPLY < <(compgen -f -X '!*.cfg' -- "$word"; compgen -d -- "$word") ;;
  esac
}
complete -o filenames -F _halidrift halidrift
