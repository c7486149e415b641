export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What asks for candidates in each shell. All of them ask the program itself, so that they never go stale. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Completion of reyn for bash. For every new shell: echo 'source <(reyn completion bash)' >> ~/.bashrc
_reyn() {
  local line IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while read -r line; do
    case "$line" in
      :files)
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "\${current#@}")) ;;
      :folders)
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -d -- "$current")) ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _reyn reyn
`,
  zsh: `#compdef reyn
# Completion of reyn for zsh. For every new shell: echo 'source <(reyn completion zsh)' >> ~/.zshrc (behind compinit)
_reyn() {
  local line value
  local -a found
  while IFS= read -r line; do
    case "$line" in
      :files) compset -P '@'; _files; return ;;
      :folders) _files -/; return ;;
      *$'\\t'*) value="\${line%%$'\\t'*}"; found+=("\${value//:/\\\\:}:\${line#*$'\\t'}") ;;
      ?*) found+=("\${line//:/\\\\:}") ;;
    esac
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'reyn' found
}
if [ "$funcstack[1]" = _reyn ]; then _reyn "$@"; else compdef _reyn reyn; fi
`,
  fish: `# Completion of reyn for fish. For every new shell: reyn completion fish > ~/.config/fish/completions/reyn.fish
function __reyn_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
        switch "$line"
            case ':files'
                set -l at (string match -r '^@?' -- "$current")
                for path in (__fish_complete_path (string replace -r '^@' '' -- "$current"))
                    echo "$at$path"
                end
            case ':folders'
                __fish_complete_directories "$current"
            case '*'
                echo "$line"
        end
    end
end
complete -c reyn -f -a '(__reyn_complete)'
`,
};
