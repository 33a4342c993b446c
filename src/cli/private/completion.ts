import { quoted } from '../../private/shell-word';

/** What a command line can have, for a shell that completes it. */
export interface Words {
  readonly name: string;
  readonly commands: readonly CommandWords[];
}

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  /** Its arguments are files. */
  readonly takesFiles: boolean;
  /** It takes one of these words. */
  readonly choices?: readonly string[];
  readonly options: readonly OptionWords[];
}

export interface OptionWords {
  /** Such as `-f`, `--format`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** `file`, or the words that it takes; undefined for none, an empty list for any. */
  readonly value?: 'file' | readonly string[];
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The text that makes a shell complete the command. */
export function completion(shell: Shell, words: Words): string {
  return { bash, zsh, fish }[shell](words);
}

/** For any bash since 3.2, which macOS has. Files are what bash completes where this says nothing. */
function bash({ name, commands }: Words): string {
  return [
    `# Completion of ${name} for bash: source <(${name} completion bash)`,
    `_${name}() {`,
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= words= i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case ${COMP_WORDS[i]} in -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac',
    '  done',
    '  case $command:$before:$word in',
    `    :*) words=${quoted([...commands.map((each) => each.name), 'help', '--help'].join(' '))} ;;`,
    ...commands.flatMap(({ name: command, options, choices = [] }) => [
      ...options.flatMap(({ flags, value }) =>
        value === undefined
          ? []
          : [
              `    ${flags.map((flag) => `${command}:${flag}:*`).join(' | ')}) ${value === 'file' ? ':' : `words=${quoted(value.join(' '))}`} ;;`,
            ],
      ),
      `    ${command}:*:-*) words=${quoted([...options.flatMap(({ flags }) => flags), '--help'].join(' '))} ;;`,
      ...(choices.length === 0 ? [] : [`    ${command}:*) words=${quoted(choices.join(' '))} ;;`]),
    ]),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    `complete -o default -F _${name} ${name}`,
    '',
  ].join('\n');
}

/** In zsh a colon ends a word of a specification, and brackets its description. */
const plain = (text: string) => text.replace(/[[\]:]/g, '\\$&');

function zsh({ name, commands }: Words): string {
  const option = ({ flags, description, value }: OptionWords) => {
    const action = value === undefined ? '' : value === 'file' ? ':file:_files' : `:value:(${value.join(' ')})`;
    return `${flags.length > 1 ? `'(${flags.join(' ')})'{${flags.join(',')}}` : flags[0]}${quoted(`[${plain(description)}]${action}`)}`;
  };
  return [
    `#compdef ${name}`,
    `# Completion of ${name} for zsh: ${name} completion zsh >"\${fpath[1]}/_${name}"`,
    `_${name}() {`,
    '  local line state',
    `  _arguments -C '--help[display help]' '1:command:->command' '*::argument:->argument'`,
    '  case $state in',
    '    command)',
    '      local -a commands=(',
    ...commands.map((each) => `        ${quoted(`${each.name}:${plain(each.description)}`)}`),
    '      )',
    '      _describe command commands ;;',
    '    argument)',
    '      case $line[1] in',
    ...commands.map(({ name: command, options, takesFiles, choices }) => {
      const rest = choices === undefined ? (takesFiles ? `'*:file:_files'` : `'*:argument: '`) : quoted(`1:shell:(${choices.join(' ')})`);
      return `        ${command}) _arguments ${[...options.map(option), `'--help[display help]'`, rest].join(' ')} ;;`;
    }),
    '      esac ;;',
    '  esac',
    '}',
    `if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi`,
    '',
  ].join('\n');
}

function fish({ name, commands }: Words): string {
  const all = commands.map((each) => each.name).join(' ');
  const seen = (command: string) => `-n ${quoted(`__fish_seen_subcommand_from ${command}`)}`;
  return [
    `# Completion of ${name} for fish: ${name} completion fish | source`,
    `complete -c ${name} -f`,
    `complete -c ${name} -l help -d 'display help'`,
    ...commands.flatMap(({ name: command, description, options, takesFiles, choices }) => [
      `complete -c ${name} -n ${quoted(`not __fish_seen_subcommand_from ${all}`)} -a ${command} -d ${quoted(description)}`,
      ...(takesFiles ? [`complete -c ${name} ${seen(command)} -F`] : []),
      ...(choices === undefined ? [] : [`complete -c ${name} ${seen(command)} -a ${quoted(choices.join(' '))}`]),
      ...options.map(({ flags, description: about, value }) => {
        const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
        const action =
          value === undefined ? '' : value === 'file' ? ' -r -F' : ` -x${value.length > 0 ? ` -a ${quoted(value.join(' '))}` : ''}`;
        return `complete -c ${name} ${seen(command)} ${names} -d ${quoted(about)}${action}`;
      }),
    ]),
    '',
  ].join('\n');
}
